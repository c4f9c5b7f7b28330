"""The common part of the sessions of all engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.runners.tensor_checks import check_tensors, name_outputs
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["BaseSession"]


class BaseSession(ABC):
    """A session that checks what goes in and names what comes out.

    A runner adds how its engine computes (:meth:`_compute`).

    Parameters
    ----------
    inputs, outputs
        The package's tensors.
    engine, device, weights_format, precision
        See :class:`deepbacs_zoo.runners.Session`.
    """

    def __init__(
        self,
        inputs: Sequence[TensorSpec],
        outputs: Sequence[TensorSpec],
        *,
        engine: str,
        device: str,
        weights_format: str,
        precision: str = "float32",
    ) -> None:
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)
        self.engine = engine
        self.device = device
        self.weights_format = weights_format
        self.precision = precision
        self._open = True

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """Run the network; axes and dtypes as in :meth:`deepbacs_zoo.runners.Session.run`."""
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
        """See :meth:`deepbacs_zoo.runners.Session.close`."""
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
