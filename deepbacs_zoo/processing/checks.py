"""Arguments of processing steps, checked before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.axes import AXIS_NAMES
from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.tensors import Step

__all__ = ["check"]

_INTEGERS: Final = tuple(f"{sign}int{bits}" for bits in (8, 16, 32, 64) for sign in ("u", ""))
_DTYPES: Final = ("float32", "float64", *_INTEGERS, "bool")
_FOREIGN: Final = ("custom", "stardist_postprocessing", "cellpose_flow_dynamics")
_SMALLEST_STD: Final = 1e-6
_NOT_BATCH: Final = tuple(AXIS_NAMES.replace("b", ""))
_RELATIVE: Final = ("min_percentile", "max_percentile")

Rule = tuple[str, Callable[[Any], bool]]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_list(value: object, of: Callable[[Any], bool] = _is_number) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(map(of, value))


def _is_deviation(value: object) -> bool:
    return isinstance(value, (int, float)) and _is_number(value) and value >= _SMALLEST_STD


def _is_axes(value: object) -> bool:
    return isinstance(value, str) and set(value) <= set(AXIS_NAMES)


def _is_axis(value: object) -> bool:
    return _is_axes(value) and value in _NOT_BATCH


_NUMBER: Final[Rule] = ("a number", _is_number)
_NUMBERS: Final[Rule] = ("a number, or a list of numbers", lambda v: _is_number(v) or _is_list(v))
_DEVIATIONS: Final[Rule] = (
    "a number of at least 1e-6, or a list of them",
    lambda v: _is_deviation(v) or _is_list(v, _is_deviation),
)
_AXES: Final[Rule] = (f"axes of the tensor, among {AXIS_NAMES}", _is_axes)
_AXIS: Final[Rule] = ("one axis other than batch", _is_axis)
_EPS: Final[Rule] = ("a number above 0, at most 0.1", lambda v: _is_number(v) and 0 < v <= 0.1)
_LOWER: Final[Rule] = ("a percentile from 0 to below 100", lambda v: _is_number(v) and 0 <= v < 100)
_UPPER: Final[Rule] = ("a percentile above 1 up to 100", lambda v: _is_number(v) and 1 < v <= 100)
_TENSOR: Final[Rule] = ("the id of a tensor", lambda v: isinstance(v, str) and bool(v))
_DTYPE: Final[Rule] = (f"one of {', '.join(_DTYPES)}", lambda v: v in _DTYPES)

_RULES: Final[Mapping[str, Mapping[str, Rule]]] = MappingProxyType(
    {
        "binarize": {"threshold": _NUMBERS, "axis": _AXIS},
        "clip": {
            "min": _NUMBER,
            "max": _NUMBER,
            "min_percentile": _LOWER,
            "max_percentile": _UPPER,
            "axes": _AXES,
        },
        "ensure_dtype": {"dtype": _DTYPE},
        "fixed_zero_mean_unit_variance": {"mean": _NUMBERS, "std": _DEVIATIONS, "axis": _AXIS},
        "scale_linear": {"gain": _NUMBERS, "offset": _NUMBERS, "axis": _AXIS},
        "scale_mean_variance": {"reference_tensor": _TENSOR, "axes": _AXES, "eps": _EPS},
        "scale_range": {
            "axes": _AXES,
            "min_percentile": _LOWER,
            "max_percentile": _UPPER,
            "eps": _EPS,
            "reference_tensor": _TENSOR,
        },
        "sigmoid": {},
        "softmax": {"axis": _AXIS},
        "zero_mean_unit_variance": {"axes": _AXES, "eps": _EPS},
    }
)
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "binarize": ("threshold",),
        "ensure_dtype": ("dtype",),
        "fixed_zero_mean_unit_variance": ("mean", "std"),
        "scale_mean_variance": ("reference_tensor",),
    }
)


def check(steps: Sequence[Step], where: str, axes: str | None = None) -> None:
    """Check the names and arguments of steps.

    Parameters
    ----------
    steps
        Pre- or postprocessing of one tensor.
    where
        The tensor, for messages.
    axes
        Its axes, where they are known: then steps may name no other.

    Raises
    ------
    UnsupportedError
        An operation is not known, or it is one that runs code of a package or another program.
    PackageError
        An argument is missing, unknown or out of its range, or an axis is not there.
    """
    for index, step in enumerate(steps):
        place = f"{where}: step {index + 1}, {step.name}"
        if step.name not in _RULES:
            raise UnsupportedError(
                place,
                "this operation runs foreign code and is left out"
                if step.name in _FOREIGN
                else "an unknown operation",
                value=step.name,
                allowed=", ".join(_RULES),
                hint="take the network's own output, or another package",
            )
        _check_arguments(step, place)
        _check_lists(step, place)
        _check_percentiles(step, place)
        if step.name == "clip":
            _check_clip(step, place)
        if axes is not None:
            _check_axes(step, place, axes)


def _check_arguments(step: Step, place: str) -> None:
    rules = _RULES[step.name]
    for name in _REQUIRED.get(step.name, ()):
        if name not in step.kwargs:
            raise _wrong(place, f"the argument {name} is missing", None, rules[name][0])
    for name, value in step.kwargs.items():
        if name not in rules:
            allowed = ", ".join(rules) or "no argument"
            raise _wrong(place, "an unknown argument", f"{name}: {value}", allowed)
        allowed, holds = rules[name]
        if not holds(value):
            raise _wrong(place, f"the argument {name} is out of its range", value, allowed)


def _check_lists(step: Step, place: str) -> None:
    kwargs = step.kwargs
    lengths = {name: len(v) for name, v in kwargs.items() if isinstance(v, (list, tuple))}
    if lengths and "axis" not in kwargs:
        raise _wrong(place, "values in a list belong to no axis", lengths, "an argument axis")
    if len(set(lengths.values())) > 1:
        raise _wrong(place, "lists of different lengths", lengths, "lists of one length")


def _check_percentiles(step: Step, place: str) -> None:
    if not set(_RELATIVE) & set(_RULES[step.name]):
        return
    # An upper one at or below 1 is refused before, hence the defaults need no second look.
    lower, upper = step.kwargs.get("min_percentile", 0), step.kwargs.get("max_percentile", 100)
    if lower >= upper:
        raise _wrong(place, "the percentiles are not in order", f"{lower}, {upper}", "lower, upper")


def _check_clip(step: Step, place: str) -> None:
    kwargs = step.kwargs
    for name in ("min", "max"):
        if name in kwargs and f"{name}_percentile" in kwargs:
            raise _wrong(place, f"{name} is given twice", dict(kwargs), f"{name} or a percentile")
    if not {"min", "max", *_RELATIVE} & set(kwargs):
        raise _wrong(place, "it has no bound", dict(kwargs), "min, max or their percentiles")
    if "min" in kwargs and "max" in kwargs and kwargs["min"] >= kwargs["max"]:
        found = f"{kwargs['min']}, {kwargs['max']}"
        raise _wrong(place, "its bounds are not in order", found, "min below max")
    if "axes" in kwargs and not set(_RELATIVE) & set(kwargs):
        raise _wrong(place, "axes without a percentile", kwargs["axes"], "axes with percentiles")


def _check_axes(step: Step, place: str, axes: str) -> None:
    named = step.kwargs.get("axes", "") + step.kwargs.get("axis", "")
    if step.name == "softmax" and not named:
        named = "c"
    absent = [axis for axis in named if axis not in axes]
    if absent:
        found = ", ".join(absent)
        raise _wrong(place, "it names an axis that the tensor does not have", found, axes)


def _wrong(place: str, what: str, value: object, allowed: str) -> PackageError:
    return PackageError(
        place, what, value=value, allowed=allowed, hint="correct the package's description"
    )
