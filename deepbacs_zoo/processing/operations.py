"""Every operation: how it is measured on a whole tensor, and what it then does to any crop.

Formulas are those of the model description specification 0.5 of bioimage.io.  They are evaluated in
float64 and rounded once, so that any language gives the same numbers: float32 for tensors of up to
16-bit integers and float32, float64 for larger ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from deepbacs_zoo.processing.statistics import (
    Array,
    References,
    Statistic,
    mean_and_std,
    percentiles,
    source_of,
)

__all__ = ["OPERATIONS", "Operation"]

Kwargs = Mapping[str, Any]
Function = Callable[[Array], Array]
Statistics = Mapping[str, Statistic]
Measured = tuple[Statistics, Function]

_EPS: Final = 1e-6


@dataclass(frozen=True)
class Operation:
    """One operation.

    Parameters
    ----------
    name
        Its name in a description.
    measure
        Takes keyword arguments, the whole tensor, its letters and reference tensors; returns the
        measured statistics by name, and the function that applies the operation.
    """

    name: str
    measure: Callable[[Kwargs, Array, str, References], Measured]


def _rounded(values: Array, like: Array) -> Array:
    """Round float64 values to the type that the tensor's processed form has."""
    return values.astype(np.result_type(like.dtype, np.float32), copy=False)


def _linear(shift: Statistic, divisor: Statistic) -> Function:
    """Return ``(x - shift) / divisor``."""

    def function(array: Array) -> Array:
        values = np.subtract(array, shift, dtype=np.float64)
        values /= divisor
        return _rounded(values, array)

    return function


def _along(value: object, kwargs: Kwargs, letters: str) -> Statistic:
    """Return a scalar, or the values along ``kwargs["axis"]`` shaped to broadcast."""
    values = np.asarray(value, np.float64)
    if values.ndim == 0:
        return values
    shape = [-1 if letter == kwargs["axis"] else 1 for letter in letters]
    return values.reshape(shape)


def _binarize(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    threshold = _along(kwargs["threshold"], kwargs, letters)
    return {}, lambda tensor: tensor > threshold


def _clip(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    wanted = {
        "min": kwargs.get("min_percentile"),
        "max": kwargs.get("max_percentile"),
    }
    bounds: dict[str, Statistic] = {
        name: np.asarray(kwargs[name], np.float64)
        for name in ("min", "max")
        if kwargs.get(name) is not None
    }
    for name, percentile in wanted.items():
        if percentile is not None:
            (bounds[name],) = percentiles(kwargs, array, letters, letters, (percentile,))

    def function(tensor: Array) -> Array:
        values = tensor.astype(np.float64)
        if "min" in bounds:
            np.maximum(values, bounds["min"], out=values)
        if "max" in bounds:
            np.minimum(values, bounds["max"], out=values)
        return _rounded(values, tensor)

    return bounds, function


def _ensure_dtype(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    dtype = np.dtype(kwargs["dtype"])

    def function(tensor: Array) -> Array:
        # Numbers beyond an integer type wrap, as NumPy's cast does, without a warning.
        with np.errstate(invalid="ignore"):
            return tensor.astype(dtype, copy=False)

    return {}, function


def _fixed(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    mean = _along(kwargs["mean"], kwargs, letters)
    return {}, _linear(mean, _along(kwargs["std"], kwargs, letters))


def _scale_linear(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    gain = _along(kwargs.get("gain", 1.0), kwargs, letters)
    offset = _along(kwargs.get("offset", 0.0), kwargs, letters)

    def function(tensor: Array) -> Array:
        values = np.multiply(tensor, gain, dtype=np.float64)
        values += offset
        return _rounded(values, tensor)

    return {}, function


def _scale_mean_variance(
    kwargs: Kwargs, array: Array, letters: str, references: References
) -> Measured:
    eps = float(kwargs.get("eps", _EPS))
    reference, reference_letters = source_of(kwargs, array, letters, references)
    mean, std = mean_and_std(kwargs, array, letters, letters)
    wanted_mean, wanted_std = mean_and_std(kwargs, reference, reference_letters, letters)

    def function(tensor: Array) -> Array:
        values = np.subtract(tensor, mean, dtype=np.float64)
        values /= std + eps
        values *= wanted_std + eps
        values += wanted_mean
        return _rounded(values, tensor)

    found = {"mean": mean, "std": std, "ref_mean": wanted_mean, "ref_std": wanted_std}
    return found, function


def _scale_range(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    eps = float(kwargs.get("eps", _EPS))
    source, source_letters = source_of(kwargs, array, letters, references)
    wanted = (float(kwargs.get("min_percentile", 0.0)), float(kwargs.get("max_percentile", 100.0)))
    lower, upper = percentiles(kwargs, source, source_letters, letters, wanted)
    return {"lower": lower, "upper": upper}, _linear(lower, upper - lower + eps)


def _sigmoid(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    def function(tensor: Array) -> Array:
        values = tensor.astype(np.float64)
        # exp of a large positive number overflows to infinity, and 1 / inf is the right limit.
        with np.errstate(over="ignore"):
            return _rounded(1.0 / (1.0 + np.exp(-values)), tensor)

    return {}, function


def _softmax(kwargs: Kwargs, array: Array, letters: str, references: References) -> Measured:
    axis = letters.index(kwargs.get("axis", "c"))

    def function(tensor: Array) -> Array:
        values = tensor.astype(np.float64)
        values -= values.max(axis=axis, keepdims=True)
        np.exp(values, out=values)
        values /= values.sum(axis=axis, keepdims=True)
        return _rounded(values, tensor)

    return {}, function


def _zero_mean_unit_variance(
    kwargs: Kwargs, array: Array, letters: str, references: References
) -> Measured:
    mean, std = mean_and_std(kwargs, array, letters, letters)
    eps = float(kwargs.get("eps", _EPS))
    return {"mean": mean, "std": std}, _linear(mean, std + eps)


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
