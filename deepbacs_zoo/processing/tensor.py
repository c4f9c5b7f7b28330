"""The tensor at one point of a chain of steps, computed only when something looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

__all__ = ["Array", "Function", "Tensor"]

Array = NDArray[Any]
Function = Callable[[Array], Array]


class Tensor:
    """A raw tensor and the steps that it went through.

    Steps wait until a later one measures the result, so that a chain without statistics costs
    nothing to measure, and none is computed twice.

    Parameters
    ----------
    array
        The raw tensor.
    axes
        Its axes in order, for example ``bcyx``.
    """

    def __init__(self, array: Array, axes: str) -> None:
        self.axes = axes
        self.shape: tuple[int, ...] = array.shape  # no step changes it
        self._array = array
        self._waiting: list[Function] = []

    def then(self, function: Function) -> None:
        """Put one more step behind the others."""
        self._waiting.append(function)

    @property
    def array(self) -> Array:
        """The tensor after all steps so far: the same axes, the dtype that the last step gives."""
        for function in self._waiting:
            self._array = function(self._array)
        self._waiting.clear()
        return self._array
