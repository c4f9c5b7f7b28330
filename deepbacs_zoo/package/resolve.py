"""From tensors as one description states them to `TensorSpec`: references, halos, unique names.

Both formats meet here; the rules are those of format 0.5, to which 0.4 is brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.tensors import (
    Axis,
    FixedSize,
    FreeSize,
    ReferencedSize,
    Size,
    SteppedSize,
    TensorSpec,
)

__all__ = ["RawAxis", "RawTensor", "Reference", "check_axes", "resolve"]


@dataclass(frozen=True)
class Reference:
    """A size that another axis decides, not yet looked up.

    ``scale`` is the ratio where the description states it (0.4); ``None`` where it follows from the
    scales of the two axes (0.5).  The places are where the description names tensor and axis.
    """

    tensor: str
    axis_id: str
    offset: float
    tensor_place: Field
    axis_place: Field
    scale: float | None = None


@dataclass(frozen=True)
class RawAxis:
    """An axis whose size may still be a reference; the places are where it and its halo stand."""

    axis: Axis
    place: Field
    reference: Reference | None = None
    halo_place: Field | None = None


@dataclass(frozen=True)
class RawTensor:
    """A tensor whose ``spec.axes`` are still empty, with the places of its id and its steps."""

    spec: TensorSpec
    axes: tuple[RawAxis, ...]
    id_place: Field
    steps: tuple[Field, ...] = ()


_Table = Mapping[str, Mapping[str, RawAxis]]


def resolve(
    inputs: Sequence[RawTensor], outputs: Sequence[RawTensor]
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """Check the tensors against each other and look up every referenced size.

    Raises
    ------
    PackageError
        Two tensors share an id; a reference names an unknown tensor or axis, its own axis, a batch
        axis, an axis that is itself referenced or free, or one in another unit; a halo leaves
        nothing of the smallest size; a step refers to no input.
    """
    _refuse_repeated_ids([*inputs, *outputs])
    of_inputs = _table(inputs)
    of_all = {**of_inputs, **_table(outputs)}
    for tensor in (*inputs, *outputs):
        _check_step_references(tensor, of_inputs)
    return (
        tuple(_resolve_tensor(tensor, of_inputs) for tensor in inputs),
        tuple(_resolve_tensor(tensor, of_all) for tensor in outputs),
    )


def _table(tensors: Iterable[RawTensor]) -> dict[str, dict[str, RawAxis]]:
    return {t.spec.id: {raw.axis.id: raw for raw in t.axes} for t in tensors}


def check_axes(axes: Sequence[RawAxis]) -> None:
    """Raise when two axes of one tensor share an id or a name."""
    ids: set[str] = set()
    axis_names: set[str] = set()
    for raw in axes:
        if raw.axis.id in ids:
            raise replace(raw.place, value=raw.axis.id).wrong(
                "an id of its own for every axis of a tensor (a space axis without id is 'x')",
                what="two axes of one tensor have the same id",
            )
        if raw.axis.name in axis_names:
            raise replace(raw.place, value=raw.axis.id).wrong(
                "at most one batch, index, time and channel axis in a tensor",
                what="two axes of one tensor are of the same kind",
                hint="use another package",
                kind=UnsupportedError,
            )
        ids.add(raw.axis.id)
        axis_names.add(raw.axis.name)


def _refuse_repeated_ids(tensors: Iterable[RawTensor]) -> None:
    seen: set[str] = set()
    for tensor in tensors:
        if tensor.spec.id in seen:
            raise replace(tensor.id_place, value=tensor.spec.id).wrong(
                "an id of its own for every input and output",
                what="two tensors have the same id",
            )
        seen.add(tensor.spec.id)


def _check_step_references(tensor: RawTensor, inputs: _Table) -> None:
    # Implied steps stand at the end and nowhere in the description.
    for step, place in zip(tensor.spec.steps, tensor.steps, strict=False):
        reference = step.kwargs.get("reference_tensor")
        if reference is not None and reference not in inputs:
            raise place["kwargs"]["reference_tensor"].wrong(
                "the id of an input: " + ", ".join(inputs),
                what="this processing step refers to an unknown tensor",
            )


def _resolve_tensor(tensor: RawTensor, table: _Table) -> TensorSpec:
    axes = tuple(_resolve_axis(tensor.spec.id, raw, table) for raw in tensor.axes)
    return replace(tensor.spec, axes=axes)


def _resolve_axis(tensor_id: str, raw: RawAxis, table: _Table) -> Axis:
    if raw.reference is None:
        _check_halo(raw, raw.axis.size)
        return raw.axis
    target = _look_up(tensor_id, raw, raw.reference, table)
    size = _referenced(raw, raw.reference, target)
    minimum = target.axis.size
    assert isinstance(minimum, FixedSize | SteppedSize)  # by _look_up
    least = minimum.value if isinstance(minimum, FixedSize) else minimum.min
    try:
        smallest = FixedSize(size.of(least))
    except OverflowError as error:
        raise raw.reference.tensor_place.wrong(
            "a scale and an offset that give a finite size",
            what=f"the size is {size.scale:g} times {least} pixels and {size.offset:g} more",
        ) from error
    if raw.axis.name == "c":
        # Channels are always counted, as format 0.5 has it.
        return replace(raw.axis, size=smallest)
    _check_halo(raw, smallest)
    stated_in_04 = raw.reference.scale is not None
    if not stated_in_04 and not (raw.axis.halo / size.scale).is_integer():
        raise _of_halo(raw).wrong(
            "a halo that is a whole number of pixels of the referenced axis as well",
            what="the halo does not fit the scale of the axis",
        )
    return replace(raw.axis, size=size)


def _look_up(tensor_id: str, raw: RawAxis, reference: Reference, table: _Table) -> RawAxis:
    if reference.tensor not in table:
        raise reference.tensor_place.wrong(
            "one of " + ", ".join(table), what="the size refers to an unknown tensor"
        )
    axes = table[reference.tensor]
    if reference.axis_id not in axes:
        raise reference.axis_place.wrong(
            f"one of {', '.join(axes)}", what=f"tensor {reference.tensor} has no such axis"
        )
    target = axes[reference.axis_id]
    itself = (reference.tensor, reference.axis_id) == (tensor_id, raw.axis.id)
    given = isinstance(target.axis.size, FixedSize | SteppedSize) and target.axis.name != "b"
    if itself or not given:
        raise reference.axis_place.wrong(
            "another axis whose size is fixed or stepped",
            what=f"the size of axis {reference.axis_id} of tensor {reference.tensor} is not given",
        )
    if reference.scale is None and target.axis.unit != raw.axis.unit:
        raise reference.axis_place.wrong(
            f"an axis in the same unit ({raw.axis.unit})",
            what=f"the referenced axis is in another unit ({target.axis.unit})",
        )
    return target


def _referenced(raw: RawAxis, reference: Reference, target: RawAxis) -> ReferencedSize:
    scale = reference.scale
    if scale is None:
        scale = target.axis.scale / raw.axis.scale
    return ReferencedSize(reference.tensor, target.axis.name, scale, reference.offset)


def _check_halo(raw: RawAxis, least: Size) -> None:
    if raw.axis.halo == 0 or isinstance(least, FreeSize | ReferencedSize):
        return
    smallest = least.value if isinstance(least, FixedSize) else least.min
    if smallest - 2 * raw.axis.halo < 1:
        raise _of_halo(raw).wrong(
            f"a halo that leaves a pixel of the smallest size, {smallest}",
            what="the halo is too large",
        )


def _of_halo(raw: RawAxis) -> Field:
    return replace(raw.halo_place or raw.place, value=raw.axis.halo)
