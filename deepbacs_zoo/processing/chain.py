"""A chain of steps: measured once on the whole tensor, then applied to it or to any crop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.processing.checks import check
from deepbacs_zoo.processing.operations import OPERATIONS
from deepbacs_zoo.processing.statistics import References, Statistic
from deepbacs_zoo.processing.tensor import Array, Function, Tensor
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
        """Apply the steps to the measured tensor, or to a crop along axes that were reduced.

        The axes stay; the dtype is what the last step gives.

        Raises
        ------
        DataError
            The crop is along an axis whose positions have statistics of their own, or the tensor
            holds NaN where an operation would make a number of it.
        """
        for function in self._functions:
            array = function(array)
        return array


def fit(
    steps: Sequence[Step],
    array: Array,
    axes: str,
    references: References = _NO_REFERENCES,
    *,
    checked: bool = False,
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
        The whole tensor, of any dtype of the format.
    axes
        Its axes, for example ``bcyx``.
    references
        Other tensors, unprocessed, by id: array and axes.
    checked
        Whether :func:`check` has passed these steps for these axes; else it is called.

    Raises
    ------
    PackageError
        A step has wrong arguments, or measures a tensor that is not there.
    UnsupportedError
        A step is not known.
    DataError
        The tensor does not have these axes, is empty, or has no finite statistics.
    """
    if not checked:
        check(steps, "processing", axes)
    return _measured(steps, Tensor(array, axes), references)


def apply(
    steps: Sequence[Step],
    array: Array,
    axes: str,
    references: References = _NO_REFERENCES,
    *,
    checked: bool = False,
) -> Array:
    """Measure steps on a whole tensor and apply them to it, computing each once.

    Parameters and errors are those of :func:`fit`; the result has the same axes and the dtype that
    the last step gives.
    """
    if not checked:
        check(steps, "processing", axes)
    tensor = Tensor(array, axes)
    _measured(steps, tensor, references)
    return tensor.array


def _measured(steps: Sequence[Step], tensor: Tensor, references: References) -> Fitted:
    """Measure steps and put them behind the tensor."""
    _check_tensor(tensor, steps)
    functions: list[Function] = []
    statistics: list[Mapping[str, Statistic]] = []
    for step in steps:
        measured, function = OPERATIONS[step.name].measure(step.kwargs, tensor, references)
        for name, values in measured.items():
            _check_finite(step, name, values)
        functions.append(function)
        statistics.append(MappingProxyType(dict(measured)))
        tensor.then(function)
    return Fitted(tuple(step.name for step in steps), tuple(statistics), tuple(functions))


def _check_tensor(tensor: Tensor, steps: Sequence[Step]) -> None:
    # A list in which nothing was found is empty, and passes where nothing is computed of it.
    if len(tensor.shape) != len(tensor.axes) or (steps and 0 in tensor.shape):
        raise DataError(
            "processing",
            "a tensor is empty or does not have the axes that it is described with",
            value=f"shape {tensor.shape}",
            allowed=f"sizes above 0 of the axes {tensor.axes}",
            hint="pass a tensor that fits the package's description",
        )


def _check_finite(step: Step, name: str, values: Statistic) -> None:
    if not np.isfinite(values).all():
        raise DataError(
            f"processing step {step.name}",
            f"the {name} of a tensor is not a finite number",
            value=str(values[~np.isfinite(values)].flat[0]),
            allowed="tensors without NaN and infinity",
            hint="look for the cause in the image or the network's output",
        )
