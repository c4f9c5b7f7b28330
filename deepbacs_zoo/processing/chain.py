"""A chain of steps: measured once on the whole tensor, then applied to it or to any crop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.processing.checks import check
from deepbacs_zoo.processing.operations import OPERATIONS, Function
from deepbacs_zoo.processing.statistics import Array, References, Statistic
from deepbacs_zoo.tensors import Step

__all__ = ["Fitted", "apply", "fit"]

_NO_REFERENCES: Final[References] = MappingProxyType({})


@dataclass(frozen=True)
class Fitted:
    """Steps whose statistics are known.

    Parameters
    ----------
    names
        The operations in order.
    statistics
        What was measured for each, by name; float64, an axis that was reduced has size 1.
    """

    names: tuple[str, ...]
    statistics: tuple[Mapping[str, Statistic], ...]
    _functions: tuple[Function, ...] = field(repr=False)

    def __call__(self, array: Array) -> Array:
        """Apply the steps to the measured tensor or a crop of it along its reduced axes."""
        for function in self._functions:
            array = function(array)
        return array


def fit(
    steps: Sequence[Step],
    array: Array,
    letters: str,
    references: References = _NO_REFERENCES,
) -> Fitted:
    """Measure steps on a whole tensor.

    Each step is measured on what the steps before it made of the tensor, as the specification has
    it (bioimageio.core measures the raw tensor).  ``b`` is an axis like any other: with it among
    the ``axes`` of a step the statistics are those of the batch at hand.

    Parameters
    ----------
    steps
        The steps in order.
    array
        The whole tensor.
    letters
        Its axes.
    references
        Other tensors, unprocessed, by id: array and letters.

    Raises
    ------
    PackageError
        A step has wrong arguments, or measures a tensor that is not there.
    UnsupportedError
        A step is not known.
    """
    check(steps, "processing")
    functions: list[Function] = []
    statistics: list[Mapping[str, Statistic]] = []
    for index, step in enumerate(steps):
        measured, function = OPERATIONS[step.name].measure(step.kwargs, array, letters, references)
        functions.append(function)
        statistics.append(measured)
        if index + 1 < len(steps):
            array = function(array)
    return Fitted(tuple(step.name for step in steps), tuple(statistics), tuple(functions))


def apply(
    steps: Sequence[Step],
    array: Array,
    letters: str,
    references: References = _NO_REFERENCES,
) -> Array:
    """Measure steps on a whole tensor and apply them to it."""
    return fit(steps, array, letters, references)(array)
