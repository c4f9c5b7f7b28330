"""The protocol of runners, and the messages that all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy.typing as npt

from deepbacs_zoo.errors import HostError, UnsupportedError, UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = [
    "DEVICES",
    "Array",
    "Runner",
    "Session",
    "check_device",
    "first_line",
    "out_of_memory",
    "pick_weights",
]

Array = npt.NDArray[Any]
DEVICES: Final = ("auto", "cpu", "cuda")


class Session(Protocol):
    """A network in memory, ready to run."""

    @property
    def engine(self) -> str:
        """Name and version of the engine, for example ``onnxruntime 1.32.0``."""

    @property
    def device(self) -> str:
        """The device that computes: ``cpu`` or ``cuda:0``."""

    @property
    def weights_format(self) -> str:
        """The entry of the package's weights that was loaded."""

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """Run the bare network, without pre- and postprocessing.

        Parameters
        ----------
        tensors
            One array per input of the package, by its id, with the package's axes and of the dtype
            that its preprocessing ends with.

        Returns
        -------
        dict
            One array per output of the package, by its id and in the package's order.
        """

    def close(self) -> None:
        """Let go of the network; further runs are errors."""


class Runner(Protocol):
    """Loads the weights formats of one engine."""

    @property
    def name(self) -> str:
        """The name to choose it by."""

    @property
    def formats(self) -> tuple[str, ...]:
        """The weights formats it can load, best first."""

    def load(
        self,
        package: Package,
        device: str = "auto",
        *,
        weights_format: str | None = None,
        trust: bool = False,
    ) -> Session:
        """Load a network.

        Parameters
        ----------
        package
            The package.
        device
            ``auto`` (the GPU where this engine has one), ``cpu`` or ``cuda``.
        weights_format
            The weights to load; the first that this runner can load if not given.
        trust
            Whether code from the package may be executed.

        Raises
        ------
        UsageError
            The device or the weights format does not exist; or an engine is not installed.
        HostError
            ``cuda`` was asked for and is not there.
        UnsupportedError
            The package has nothing that this runner can load.
        PackageError
            The engine refuses the weights.
        """


def check_device(device: str) -> None:
    """Raise ``UsageError`` unless the device is one of :data:`DEVICES`."""
    if device not in DEVICES:
        raise UsageError(
            Option("device"),
            "there is no such device",
            value=device,
            allowed=" | ".join(DEVICES),
            hint="use auto to take the best one here",
        )


def pick_weights(
    runner: str, formats: Sequence[str], package: Package, asked: str | None
) -> Weights:
    """Return the entry of the package's weights that a runner is to load.

    Raises
    ------
    UnsupportedError
        The package has none of the ``formats``, or lacks the one that is ``asked`` for.
    """
    candidates = formats if asked is None else [asked]
    for name in candidates:
        if name in formats and name in package.weights:
            weights: Weights = package.weights[name]
            return weights
    raise UnsupportedError(
        package.path,
        f"the runner {runner} finds no weights that it can load",
        value=", ".join(package.weights) or "no weights",
        allowed=" | ".join(candidates),
        hint="choose another runner or weights format",
    )


def first_line(error: BaseException) -> str:
    """Return the first line of an engine's message, shortened and without its full stop."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return (text[:200] + " ..." if len(text) > 200 else text).rstrip(".;") or type(error).__name__


def out_of_memory(engine: str, shapes: Mapping[str, tuple[int, ...]]) -> HostError:
    """Return the error for an engine that ran out of memory on tensors of these shapes."""
    return HostError(
        engine,
        "it ran out of memory",
        value=", ".join(f"{name} {'x'.join(map(str, shape))}" for name, shape in shapes.items()),
        allowed="a tile that fits the memory of the device",
        hint="pass a smaller " + Option("memory") + " so that the image is cut into smaller tiles",
    )
