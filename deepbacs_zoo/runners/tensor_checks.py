"""Checks of the tensors of a network against their description in the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deepbacs_zoo.errors import DataError, PackageError
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.tensors import FixedSize, FreeSize, ReferencedSize, SteppedSize, TensorSpec

__all__ = ["check_tensors", "name_outputs"]


def check_tensors(specs: Sequence[TensorSpec], tensors: Mapping[str, Array]) -> None:
    """Raise ``DataError`` unless the tensors are those the package describes.

    Checked are the ids, the number of axes and every size, whatever the dtype; sizes that refer to
    an axis of another input are checked against it.
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
            allowed=f"{len(spec.axes)} axes, {spec.axis_names}",
            hint="bring the axes into the package's order",
        )
    for axis, size in zip(spec.axes, array.shape, strict=True):
        allowed = _violated(axis.size, size, specs, tensors)
        if allowed:
            raise DataError(
                f"input '{spec.id}', axis {axis.name}",
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
            return _unless(size == value, str(value))
        case SteppedSize():
            return _unless(size == rule.fit(size), f"{rule.min} + n*{rule.step}")
        case FreeSize(least, most):
            fits = least <= size <= (size if most is None else most)
            return _unless(fits, f"{least} to {most or 'any size'}")
        case ReferencedSize(tensor, axis):
            of = _size_of(tensor, axis, specs, tensors)
            if of is None:
                return ""
            return _unless(size == rule.of(of), f"{rule.of(of)}, from {tensor}.{axis}")


def _unless(fits: bool, allowed: str) -> str:
    return "" if fits else allowed


def _size_of(
    tensor: str, axis: str, specs: Sequence[TensorSpec], tensors: Mapping[str, Array]
) -> int | None:
    """Return the size of an axis of another tensor; ``None`` where there is no such axis."""
    spec = next((each for each in specs if each.id == tensor), None)
    if spec is None or tensor not in tensors or axis not in spec.axis_names:
        return None
    return int(tensors[tensor].shape[spec.axis_names.index(axis)])


def name_outputs(
    specs: Sequence[TensorSpec], found: Sequence[Array] | Mapping[str, Array]
) -> dict[str, Array]:
    """Return a network's outputs under the package's ids: by name where names agree, else by order.

    Axes and dtypes stay.

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
        _check_output(spec, array)
    return {spec.id: array for spec, array in zip(specs, found, strict=True)}


def _check_output(spec: TensorSpec, array: object) -> None:
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        raise PackageError(
            f"output '{spec.id}'",
            "the network gives something else than a tensor of numbers",
            value=_other_than_numbers(array),
            allowed="a tensor of numbers",
            hint="export the package again with matching outputs",
        )
    if array.ndim != len(spec.axes):
        raise PackageError(
            f"output '{spec.id}'",
            "the network's tensor has another number of axes than the package describes",
            value=f"shape {array.shape}",
            allowed=f"{len(spec.axes)} axes, {spec.axis_names}",
            hint="correct the axes in the package's description",
        )


def _other_than_numbers(found: object) -> str:
    if isinstance(found, np.ndarray):
        return "complex numbers" if found.dtype.kind == "c" else "texts"
    return {list: "a sequence", dict: "a mapping", type(None): "nothing"}.get(
        type(found), type(found).__name__
    )
