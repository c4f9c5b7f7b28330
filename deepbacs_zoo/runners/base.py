"""The protocol of runners, and the messages that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy.typing as npt

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = [
    "DEVICES",
    "Array",
    "Runner",
    "Session",
    "asks_for_gpu",
    "check_device",
    "first_line",
    "out_of_memory",
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

    @property
    def precision(self) -> str:
        """The coarsest type of number of the network: ``float32``, ``float16`` or ``bfloat16``."""

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """Run the bare network, without pre- and postprocessing.

        Parameters
        ----------
        tensors
            One array per input of the package, by its id, with the package's axes and of the dtype
            that its preprocessing ends with; cast to what the network takes.

        Returns
        -------
        dict
            One array per output of the package, by its id and in the package's order; half
            precision comes as float32.
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


def first_line(error: BaseException) -> str:
    """Return the first line of an engine's message, shortened and without its full stop."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return (text[:200] + " ..." if len(text) > 200 else text).rstrip(".;") or type(error).__name__


def asks_for_gpu(error: BaseException) -> bool:
    """Return whether PyTorch failed because code wants a GPU that is not here."""
    signs = ("NVIDIA driver", "not compiled with CUDA", "CUDA GPUs", "'MPS' backend", "mps devices")
    return any(sign in str(error) for sign in signs)


def out_of_memory(engine: str, shapes: Mapping[str, tuple[int, ...]]) -> HostError:
    """Return the error for an engine that ran out of memory on tensors of these shapes."""
    return HostError(
        engine,
        "it ran out of memory",
        value=", ".join(f"{name} {'x'.join(map(str, shape))}" for name, shape in shapes.items()),
        allowed="a tile that fits the memory of the device",
        hint="pass a smaller " + Option("memory") + " so that the image is cut into smaller tiles",
    )
