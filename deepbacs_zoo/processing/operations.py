"""Every operation: how it is measured on a whole tensor, and what it then does to any crop.

Formulas are those of the model description specification 0.5 of bioimage.io.  They are evaluated in
float64 and rounded once, so that any language gives the same numbers.  Results are float32, or
float64 where the tensor is float64 or of integers of over 16 bits; ``ensure_dtype`` gives what it
names.  No operation turns NaN into a number: it stays NaN, or it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.processing.casting import cast, refuse_nan
from deepbacs_zoo.processing.evaluation import check_fits, evaluated, result_type
from deepbacs_zoo.processing.statistics import (
    References,
    Statistic,
    mean_and_std,
    percentiles,
    reference,
)
from deepbacs_zoo.processing.tensor import Array, Function, Tensor

__all__ = ["OPERATIONS", "Operation"]

Kwargs = Mapping[str, Any]
Statistics = Mapping[str, Statistic]
Measured = tuple[Statistics, Function]

_EPS: Final = 1e-6
_SIDES: Final = ("min", "max")


@dataclass(frozen=True)
class Operation:
    """One operation.

    Parameters
    ----------
    name
        Its name in a description.
    measure
        Takes checked keyword arguments, the whole tensor and reference tensors; returns the
        measured statistics by name, and the function that applies the operation.
    """

    name: str
    measure: Callable[[Kwargs, Tensor, References], Measured]


def _along(name: str, kwargs: Kwargs, tensor: Tensor, default: float = 0.0) -> Statistic:
    """Return a scalar argument, or the values along ``kwargs["axis"]`` shaped to broadcast."""
    values = np.asarray(kwargs.get(name, default), np.float64)
    if values.ndim == 0:
        return values
    axis = kwargs["axis"]
    size = tensor.shape[tensor.axes.index(axis)]
    if values.size != size:
        raise PackageError(
            f"processing argument {name}",
            f"its values are not one for each position of axis {axis}",
            value=f"{values.size} values",
            allowed=f"{size} values",
            hint="correct the package's description, or pass a tensor that fits it",
        )
    return values.reshape([-1 if axis_name == axis else 1 for axis_name in tensor.axes])


def _own_mean_and_std(kwargs: Kwargs, tensor: Tensor) -> tuple[Statistic, Statistic]:
    return mean_and_std(tensor.array, tensor.axes, tensor.axes, kwargs.get("axes"))


def _scaled(values: Array, shift: Statistic, divisor: Statistic) -> None:
    values -= shift
    values /= divisor


def _binarize(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    threshold = _along("threshold", kwargs, tensor)

    def function(array: Array) -> Array:
        refuse_nan(array, "binarize")
        check_fits(array, [threshold])
        # 0.1 is compared as the tensor holds it: a float32 pixel of 0.1 is not above 0.1.
        bound = threshold.astype(array.dtype) if array.dtype.kind == "f" else threshold
        return (array > bound).astype(result_type(array))

    return {}, function


def _clip(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    bounds = {name: np.asarray(kwargs[name], np.float64) for name in _SIDES if name in kwargs}
    relative = {n: kwargs[f"{n}_percentile"] for n in _SIDES if f"{n}_percentile" in kwargs}
    if relative:
        found = percentiles(
            tensor.array,
            tensor.axes,
            tensor.axes,
            kwargs.get("axes"),
            tuple(relative.values()),
        )
        bounds.update(zip(relative, found, strict=True))

    def function(array: Array) -> Array:
        check_fits(array, list(bounds.values()))
        kind = result_type(array)
        # Rounding keeps order: bounds rounded first give what rounding the result would.
        lower, upper = (bounds[n].astype(kind) if n in bounds else None for n in _SIDES)
        clipped: Array = np.clip(array, lower, upper, dtype=kind)
        return clipped

    return bounds, function


def _ensure_dtype(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    dtype = np.dtype(kwargs["dtype"])
    return {}, lambda array: cast(array, dtype)


def _fixed(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    # Without an epsilon: the format demands deviations of at least 1e-6.
    given = (_along("mean", kwargs, tensor), _along("std", kwargs, tensor))
    return {}, evaluated(_scaled, given)


def _scale_linear(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    def formula(values: Array, gain: Statistic, offset: Statistic) -> None:
        values *= gain
        values += offset

    gain = _along("gain", kwargs, tensor, default=1.0)
    return {}, evaluated(formula, (gain, _along("offset", kwargs, tensor)))


def _scale_mean_variance(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    def formula(
        values: Array, shift: Statistic, divisor: Statistic, factor: Statistic, onto: Statistic
    ) -> None:
        _scaled(values, shift, divisor)
        values *= factor
        values += onto

    eps = float(kwargs.get("eps", _EPS))
    other, other_axes = reference(kwargs["reference_tensor"], references)
    mean, std = _own_mean_and_std(kwargs, tensor)
    ref_mean, ref_std = mean_and_std(other, other_axes, tensor.axes, kwargs.get("axes"))
    found = {"mean": mean, "std": std, "ref_mean": ref_mean, "ref_std": ref_std}
    return found, evaluated(formula, (mean, std + eps, ref_std + eps, ref_mean))


def _scale_range(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    if "reference_tensor" in kwargs:
        source, axes = reference(kwargs["reference_tensor"], references)
    else:
        source, axes = tensor.array, tensor.axes
    bounds = (float(kwargs.get("min_percentile", 0.0)), float(kwargs.get("max_percentile", 100.0)))
    lower, upper = percentiles(source, axes, tensor.axes, kwargs.get("axes"), bounds)
    divisor = upper - lower + float(kwargs.get("eps", _EPS))
    return {"lower": lower, "upper": upper}, evaluated(_scaled, (lower, divisor))


def _sigmoid(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    def formula(values: Array) -> None:
        np.negative(values, out=values)
        # exp of a large number overflows to infinity, and 1 / inf is the right limit.
        with np.errstate(over="ignore"):
            np.exp(values, out=values)
        values += 1.0
        np.reciprocal(values, out=values)

    return {}, evaluated(formula)


def _softmax(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    axis = tensor.axes.index(kwargs.get("axis", "c"))

    def formula(values: Array) -> None:
        values -= values.max(axis=axis, keepdims=True)
        np.exp(values, out=values)
        values /= values.sum(axis=axis, keepdims=True)

    return {}, evaluated(formula, together=axis)


def _zero_mean_unit_variance(kwargs: Kwargs, tensor: Tensor, references: References) -> Measured:
    mean, std = _own_mean_and_std(kwargs, tensor)
    divisor = std + float(kwargs.get("eps", _EPS))
    return {"mean": mean, "std": std}, evaluated(_scaled, (mean, divisor))


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "binarize": Operation("binarize", _binarize),
        "clip": Operation("clip", _clip),
        "ensure_dtype": Operation("ensure_dtype", _ensure_dtype),
        "fixed_zero_mean_unit_variance": Operation("fixed_zero_mean_unit_variance", _fixed),
        "scale_linear": Operation("scale_linear", _scale_linear),
        "scale_mean_variance": Operation("scale_mean_variance", _scale_mean_variance),
        "scale_range": Operation("scale_range", _scale_range),
        "sigmoid": Operation("sigmoid", _sigmoid),
        "softmax": Operation("softmax", _softmax),
        "zero_mean_unit_variance": Operation("zero_mean_unit_variance", _zero_mean_unit_variance),
    }
)
"""Every operation that runs here, by its name in a description."""
