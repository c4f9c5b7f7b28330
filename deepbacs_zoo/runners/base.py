"""What every runner promises, and the checks that all of them share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import DataError, HostError, PackageError, UnsupportedError, UsageError
from deepbacs_zoo.tensors import (
    FixedSize,
    FreeSize,
    ReferencedSize,
    SteppedSize,
    TensorSpec,
    Weights,
)

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = [
    "DEVICES",
    "Array",
    "BaseSession",
    "Runner",
    "Session",
    "check_device",
    "check_tensors",
    "first_line",
    "name_outputs",
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
        """Where it computes: ``cpu`` or ``cuda:0``."""

    @property
    def weights_format(self) -> str:
        """The entry of the package's weights that was loaded."""

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """Run the bare network, without pre- and postprocessing.

        Parameters
        ----------
        tensors
            One array per input of the package, by its id, in the package's axis order and of the
            data type that its preprocessing ends with.

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


class BaseSession(ABC):
    """A session that checks what goes in and names what comes out.

    A runner adds how its engine computes (:meth:`_compute`).

    Parameters
    ----------
    inputs, outputs
        The package's tensors.
    engine, device, weights_format
        See :class:`Session`.
    """

    def __init__(
        self,
        inputs: Sequence[TensorSpec],
        outputs: Sequence[TensorSpec],
        *,
        engine: str,
        device: str,
        weights_format: str,
    ) -> None:
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)
        self.engine = engine
        self.device = device
        self.weights_format = weights_format
        self._open = True

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """See :meth:`Session.run`."""
        if not self._open:
            raise UsageError(
                f"session of {self.engine}",
                "it is closed",
                allowed="an open session",
                hint="load the package again",
            )
        check_tensors(self._inputs, tensors)
        return name_outputs(self._outputs, self._compute(tensors))

    def close(self) -> None:
        """See :meth:`Session.close`."""
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @abstractmethod
    def _compute(self, tensors: Mapping[str, Array]) -> Sequence[Array] | Mapping[str, Array]:
        """Return the engine's outputs, in its order or by name."""


def check_device(device: str) -> None:
    """Raise ``UsageError`` unless the device is one of :data:`DEVICES`."""
    if device not in DEVICES:
        raise UsageError(
            "--device",
            "there is no such device",
            value=device,
            allowed=" | ".join(DEVICES),
            hint="use auto to take the best one here",
        )


def pick_weights(
    runner: str, formats: Sequence[str], package: Package, wanted: str | None
) -> Weights:
    """Return the entry of the package's weights that a runner is to load.

    Raises
    ------
    UnsupportedError
        The package has none of the ``formats``, or lacks the ``wanted`` one.
    """
    candidates = formats if wanted is None else [wanted]
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


def check_tensors(specs: Sequence[TensorSpec], tensors: Mapping[str, Array]) -> None:
    """Raise ``DataError`` unless the tensors are those the package describes.

    Checked are the ids, the number of axes and every size; sizes that refer to an axis of another
    input are checked against it.
    """
    known = {spec.id for spec in specs}
    for name in tensors:
        if name not in known:
            raise DataError(
                f"input '{name}'",
                "the package has no such input",
                allowed=", ".join(sorted(known)),
                hint="use the ids that the package gives its inputs",
            )
    for spec in specs:
        if spec.id in tensors:
            _check_tensor(spec, tensors[spec.id], specs, tensors)
        elif not spec.optional:
            raise DataError(
                f"input '{spec.id}'",
                "this input of the package is missing",
                value=f"given: {', '.join(tensors) or 'nothing'}",
                allowed=", ".join(spec.id for spec in specs),
                hint="give one tensor for every input that is not optional",
            )


def _check_tensor(
    spec: TensorSpec, array: Array, specs: Sequence[TensorSpec], tensors: Mapping[str, Array]
) -> None:
    if array.ndim != len(spec.axes):
        raise DataError(
            f"input '{spec.id}'",
            "the tensor has another number of axes than the package says",
            value=f"shape {array.shape}",
            allowed=f"{len(spec.axes)} axes, {spec.letters}",
            hint="bring the axes into the package's order",
        )
    for axis, size in zip(spec.axes, array.shape, strict=True):
        allowed = _violated(axis.size, size, specs, tensors)
        if allowed:
            raise DataError(
                f"input '{spec.id}', axis {axis.letter}",
                "the network does not take this size",
                value=size,
                allowed=allowed,
                hint="crop or pad the tensor; prediction does so by itself",
            )


def _violated(
    rule: FixedSize | SteppedSize | ReferencedSize | FreeSize,
    size: int,
    specs: Sequence[TensorSpec],
    tensors: Mapping[str, Array],
) -> str:
    """Return what was allowed if the size is not; else an empty text."""
    match rule:
        case FixedSize(value):
            return "" if size == value else str(value)
        case SteppedSize():
            return "" if size == rule.fit(size) else f"{rule.min} + n*{rule.step}"
        case FreeSize(least, most):
            fits = least <= size and (most is None or size <= most)
            return "" if fits else f"{least} to {most or 'any size'}"
        case ReferencedSize(tensor, axis):
            for spec in specs:
                if spec.id == tensor and tensor in tensors and axis in spec.letters:
                    expected = rule.of(tensors[tensor].shape[spec.letters.index(axis)])
                    return "" if size == expected else f"{expected}, from {tensor}.{axis}"
    return ""


def name_outputs(
    specs: Sequence[TensorSpec], found: Sequence[Array] | Mapping[str, Array]
) -> dict[str, Array]:
    """Return a network's outputs under the package's ids: by name where names agree, else by order.

    Raises
    ------
    PackageError
        The network gives another number of outputs, or of axes, than the package describes.
    """
    if isinstance(found, Mapping):
        if all(spec.id in found for spec in specs):
            found = [found[spec.id] for spec in specs]
        else:
            found = list(found.values())
    if len(found) != len(specs):
        raise PackageError(
            "weights",
            "the network gives another number of outputs than the package describes",
            value=len(found),
            allowed=f"{len(specs)} ({', '.join(spec.id for spec in specs)})",
            hint="export the package again with matching outputs",
        )
    for spec, array in zip(specs, found, strict=True):
        if array.ndim != len(spec.axes):
            raise PackageError(
                f"output '{spec.id}'",
                "the network's tensor has another number of axes than the package describes",
                value=f"shape {array.shape}",
                allowed=f"{len(spec.axes)} axes, {spec.letters}",
                hint="correct the axes in the package's description",
            )
    return {spec.id: np.asarray(array) for spec, array in zip(specs, found, strict=True)}


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
        hint="pass a smaller --memory so that the image is cut into smaller tiles",
    )
