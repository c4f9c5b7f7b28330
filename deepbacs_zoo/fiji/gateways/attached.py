"""A gateway to the ImageJ of a live session, such as that of pyimagej."""

from __future__ import annotations

from typing import Any

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.inside import Embedded
from deepbacs_zoo.fiji.gateways.live import look_at_live

__all__ = ["attach"]


def attach(ij: Any = None) -> Embedded:  # noqa: ANN401 - a Java object with additions of pyimagej
    """Return a gateway to the ImageJ that runs in this process.

    Macros run beside the session: they see the images that they are given and no others, and the
    session's images, results table, ROIs, colors and preferences are as before when they end.

    Parameters
    ----------
    ij
        What ``imagej.init`` returned; ``None``: whatever ImageJ runs in this process.

    Returns
    -------
    Embedded
        The gateway.  Where ``info.hooked`` is false, ImageJ was started without our jars, and
        swallows some errors.

    Raises
    ------
    UsageError
        This is no gateway of pyimagej, or one without ImageJ 1.
    HostError
        No ImageJ runs here, or it cannot run our macros: the message says what to do.
    """
    if ij is not None:
        _check(ij)
    return Embedded(look_at_live())


def _check(ij: Any) -> None:  # noqa: ANN401 - a Java object with additions of pyimagej
    if not hasattr(ij, "legacy"):
        raise UsageError(
            "the gateway of pyimagej",
            "this is none",
            value=type(ij).__name__,
            allowed="what imagej.init returns in the mode 'headless'",
            hint="call start_pyimagej, or leave it out",
        )
    if ij.legacy is None or not ij.legacy.isActive():
        raise UsageError(
            "the gateway of pyimagej",
            "ImageJ 1 is not active in it",
            allowed="a gateway with imagej-legacy, made before any class of ImageJ 1 was used",
            hint="start Python again and call start_pyimagej",
        )
