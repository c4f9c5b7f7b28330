"""The first way to ImageJ that works here, for scripts that are to run everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DeepbacsZooError, HostError
from deepbacs_zoo.fiji.gateways.jpype_module import runs_java
from deepbacs_zoo.fiji.gateways.protocol import Gateway
from deepbacs_zoo.fiji.java.setup import JavaEnvironment, prepare

__all__ = ["open_gateway"]

_WAYS: Final = (
    "attach (a session of pyimagej with our jars), open_worker and open_embedded (a Java "
    "11 or newer with our jars, with or without a Fiji folder), start_pyimagej (a Fiji folder)"
)


def open_gateway(
    setup: JavaEnvironment | None = None,
    *,
    folder: str | Path | None = None,
    heap: int | None = None,
) -> Gateway:
    """Return a gateway: to the ImageJ of this process, else a worker, else an embedded one.

    Parameters
    ----------
    setup
        Java and jars; ``None``: as `prepare` finds them.
    folder
        A Fiji whose ImageJ and plugins are used.
    heap
        Most bytes of Java's heap.

    Raises
    ------
    HostError
        None works; the message lists the ways to ImageJ, and what was tried.
    """
    from deepbacs_zoo.fiji.gateways.embedded import open_embedded
    from deepbacs_zoo.fiji.gateways.worker import open_worker

    tried: list[tuple[str, DeepbacsZooError]] = []
    try:
        known = setup or prepare()
    except DeepbacsZooError as error:
        raise _none([("prepare", error)]) from error
    ways: list[tuple[str, Callable[[], Gateway]]] = [
        ("open_worker", lambda: open_worker(known, folder=folder, heap=heap)),
        ("open_embedded", lambda: open_embedded(known, folder=folder, heap=heap)),
    ]
    # What is open in the ImageJ of this process is not seen by macros, but its plugins are there.
    for name, open_it in reversed(ways) if runs_java() else ways:
        try:
            return open_it()
        except DeepbacsZooError as error:
            tried.append((name, error))
    raise _none(tried) from tried[-1][1]


def _none(tried: list[tuple[str, DeepbacsZooError]]) -> HostError:
    error = HostError(
        "ImageJ",
        "no way to it works here",
        value="; ".join(f"{name}: {each.what} ({each.where})" for name, each in tried),
        allowed=_WAYS,
        hint="see what deepbacs-zoo fiji doctor says",
    )
    for name, each in tried:
        error.add_note(f"{name}: {each}")
    return error
