"""The base of all gateways: a run is asked for, and its outcome becomes a result or an error."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from deepbacs_zoo.fiji.gateways.macro import run_line
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome, result_of
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo, MacroResult
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

__all__ = ["BaseGateway"]


class BaseGateway(ABC):
    """A gateway; how it runs a macro is to be added.  See `protocol.Gateway`."""

    @property
    @abstractmethod
    def info(self) -> GatewayInfo:
        """ImageJ and Java behind it."""

    @abstractmethod
    def _ask(
        self, code: str, argument: str, images: Mapping[str, ImageLike], timeout: float | None
    ) -> tuple[MacroOutcome, Mapping[str, Image]]:
        """Run a macro; return the report of the Java side, and the images that are open."""

    @abstractmethod
    def close(self) -> None:
        """Let ImageJ go; a second call does nothing."""

    def run_macro(
        self,
        code: str,
        argument: str = "",
        *,
        images: Mapping[str, ImageLike] = {},
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a macro; see `protocol.Gateway`."""
        outcome, left = self._ask(code, argument, images, timeout)
        return result_of(outcome, left)

    def run_plugin(
        self, command: str, options: Mapping[str, object], *, timeout: float | None = None
    ) -> MacroResult:
        """Run a command; see `protocol.Gateway`."""
        outcome, left = self._ask(run_line(command, options), "", {}, timeout)
        return result_of(outcome, left, command=command)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
