"""The base of all gateways: a run is asked for, and its outcome becomes a result or an error."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deepbacs_zoo.fiji.gateways.macro import run_line
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome, Run, result_of
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo, MacroResult
from deepbacs_zoo.fiji.gateways.request import Request
from deepbacs_zoo.fiji.gateways.script_files import GROOVY, read_script, refuse_argument
from deepbacs_zoo.fiji.gateways.script_values import fill
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
        self, request: Request, images: Mapping[str, ImageLike], timeout: float | None
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
        parameters: Mapping[str, object] = {},
        images: Mapping[str, ImageLike] = {},
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a macro; images of any dtype, axes named or ``y x``: see `protocol.Gateway`."""
        filled = fill(code, parameters, images)
        request = Request(filled.macro(), argument, outputs=filled.outputs)
        outcome, left = self._ask(request, images, timeout)
        return result_of(outcome, left, Run(code, "ImageJ's macro"))

    def run_script(
        self,
        path: str | Path,
        argument: str = "",
        *,
        parameters: Mapping[str, object] = {},
        images: Mapping[str, ImageLike] = {},
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a file; images of any dtype, axes named or ``y x``: see `protocol.Gateway`."""
        path = Path(path)
        code = read_script(path)
        filled = fill(code, parameters, images)
        if path.suffix.lower() == GROOVY:
            refuse_argument(argument)
            inputs, outputs = filled.inputs(), filled.outputs
            request = Request(filled.text, "", path.name, outputs, inputs)
        else:
            request = Request(filled.macro(), argument, outputs=filled.outputs)
        outcome, left = self._ask(request, images, timeout)
        return result_of(outcome, left, Run(code, str(path)))

    def run_plugin(
        self,
        command: str,
        options: Mapping[str, object],
        *,
        images: Mapping[str, ImageLike] = {},
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a command; images of any dtype, axes named or ``y x``: see `protocol.Gateway`."""
        outcome, left = self._ask(Request(run_line(command, options)), images, timeout)
        return result_of(outcome, left, Run("", f"ImageJ's command '{command}'", is_command=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
