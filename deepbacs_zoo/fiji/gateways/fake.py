"""A gateway without Java: a Python function behind the same checks, for tests and examples."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.base import BaseGateway
from deepbacs_zoo.fiji.gateways.exchange import as_image, outgoing
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.gateways.request import Request
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

__all__ = ["FakeGateway", "Macro"]

Macro = Callable[[str, str, Mapping[str, Image]], tuple[MacroOutcome, Mapping[str, Image]]]
"""Takes code, argument and images; gives what Java would report, and the images left."""
_INFO: Final = GatewayInfo(imagej="0.0", java="0", heap_bytes=2**30, pid=os.getpid())


class FakeGateway(BaseGateway):
    """A gateway that calls a function; see `protocol.Gateway`.

    Parameters
    ----------
    macro
        What happens instead of each macro.
    """

    def __init__(self, macro: Macro) -> None:
        self._macro = macro
        self._closed = False

    @property
    def info(self) -> GatewayInfo:
        """Made-up versions: there is no ImageJ behind it."""
        return _INFO

    def _ask(
        self, request: Request, images: Mapping[str, ImageLike], timeout: float | None
    ) -> tuple[MacroOutcome, Mapping[str, Image]]:
        del timeout  # a function of Python cannot be stopped
        given = {
            each.header.title: as_image(each.header, each.pixels()) for each in outgoing(images)
        }
        if self._closed:
            raise UsageError(
                "the fake gateway",
                "it is closed",
                allowed="calls before it is closed",
                hint="make a new one",
            )
        return self._macro(request.code, request.argument, given)

    def close(self) -> None:
        """Let it go; a second call does nothing."""
        self._closed = True
