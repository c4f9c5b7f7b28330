"""Tensors of format 0.4, brought to the rules of 0.5.

A batch axis may have any size; an output's ``shape = reference * scale + 2 * offset``; a null (or
0) scale is a new axis of ``2 * offset`` pixels; a step of 0 is a fixed size; an input of another
type than float32 gets the step ``ensure_dtype`` that 0.5 would state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal

from deepbacs_zoo.axes import AXIS_NAMES
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.members import file_ref
from deepbacs_zoo.package.names import DTYPES, ID_OF_AXIS, tensor_id
from deepbacs_zoo.package.resolve import RawAxis, RawTensor, Reference, resolve
from deepbacs_zoo.package.steps import steps_04
from deepbacs_zoo.tensors import (
    Axis,
    FileRef,
    FixedSize,
    FreeSize,
    Size,
    Step,
    SteppedSize,
    TensorSpec,
)

__all__ = ["read_tensors"]

Kind = Literal["inputs", "outputs"]

# Time and space: the axes that have pixels of a size, and halos.
_CROPPED: Final = "tzyx"
_TO_FLOAT: Final = Step("ensure_dtype", MappingProxyType({"dtype": "float32"}))
_AXIS_OF_ID: Final = {name: axis for axis, name in ID_OF_AXIS.items()}


def read_tensors(root: Field) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """Read ``inputs``, ``outputs`` and their test and sample tensors, format 0.4."""
    return resolve(_tensors(root, "inputs"), _tensors(root, "outputs"))


def _tensors(root: Field, kind: Kind) -> list[RawTensor]:
    raw = [_tensor(place, kind) for place in root[kind].entries()]
    tests = _files(root.get(f"test_{kind}"))
    if tests and len(tests) != len(raw):
        raise root[f"test_{kind}"].wrong(
            f"one test tensor for each of {len(raw)} {kind}",
            what=f"there are {len(tests)} test tensors",
        )
    samples = _files(root.get(f"sample_{kind}"))
    if len(samples) != len(raw):
        # Samples only illustrate, and the format allows any number of them.
        samples = []
    return [
        replace(
            tensor,
            spec=replace(
                tensor.spec,
                test_tensor=tests[index] if tests else None,
                sample_tensor=samples[index] if samples else None,
            ),
        )
        for index, tensor in enumerate(raw)
    ]


def _files(place: Field | None) -> list[FileRef]:
    return [] if place is None else [file_ref(entry) for entry in place.items()]


def _tensor(place: Field, kind: Kind) -> RawTensor:
    axis_names = _axis_names(place["axes"])
    axes = _axes(place, axis_names, kind)
    description = place.get("description")
    steps = place.get("preprocessing" if kind == "inputs" else "postprocessing")
    places = () if steps is None else tuple(steps.items())
    dtype = place["data_type"].choice(DTYPES)
    read = steps_04(places, [raw.axis for raw in axes])
    # In 0.4 every network takes float32, whatever the file holds; 0.5 has a step that says so.
    implied = (_TO_FLOAT,) if kind == "inputs" and dtype != "float32" else ()
    spec = TensorSpec(
        id=tensor_id(place["name"]),
        axes=(),
        dtype=dtype,
        steps=(*read, *implied),
        description="" if description is None else str(description.value),
    )
    return RawTensor(spec, axes, place["name"], places)


def _axis_names(place: Field) -> str:
    if isinstance(place.value, list):
        names = [entry.text() for entry in place.entries()]
        axes = [_AXIS_OF_ID.get(name, name) for name in names]
    else:
        axes = list(place.text())
    if not all(len(axis) == 1 and axis in AXIS_NAMES for axis in axes):
        raise place.wrong(f"axes out of {AXIS_NAMES}")
    if len(set(axes)) != len(axes):
        raise place.wrong("each axis once")
    return "".join(axes)


# --- shapes --------------------------------------------------------------------------------------


def _axes(place: Field, axes: str, kind: Kind) -> tuple[RawAxis, ...]:
    shape = place["shape"]
    halos = _halo(place.get("halo") if kind == "outputs" else None, axes)
    if isinstance(shape.value, list):
        sizes = [FixedSize(entry.integer(1)) for entry in _one_for_each(shape, axes)]
        raw = [RawAxis(_axis(a, size), shape) for a, size in zip(axes, sizes, strict=True)]
    elif "reference_tensor" not in shape.mapping():
        least = _one_for_each(shape["min"], axes)
        step = _one_for_each(shape["step"], axes)
        ranges = zip(axes, least, step, strict=True)
        raw = [RawAxis(_axis(a, _stepped(low, by)), shape) for a, low, by in ranges]
    elif kind == "inputs":
        raise shape.wrong("a list of sizes, or {min, step}")
    else:
        raw = _implicit(shape, axes)
    return tuple(_with_halo(axis, halo) for axis, halo in zip(raw, halos, strict=True))


def _with_halo(raw: RawAxis, halo: Field | None) -> RawAxis:
    if halo is None or raw.axis.name not in _CROPPED:
        return raw
    return replace(raw, axis=replace(raw.axis, halo=halo.integer(0)), halo_place=halo)


def _axis(axis: str, size: Size) -> Axis:
    # Any number of samples may be given at once, whatever size the description states.
    return Axis(axis, ID_OF_AXIS.get(axis, axis), FreeSize() if axis == "b" else size)


def _stepped(least: Field, step: Field) -> Size:
    if step.integer(0) == 0:
        return FixedSize(least.integer(1))
    return SteppedSize(least.integer(1), step.integer(1))


def _implicit(shape: Field, axes: str) -> list[RawAxis]:
    scales = _one_for_each(shape["scale"], axes)
    offsets = _one_for_each(shape["offset"], axes)
    result = []
    for axis_name, scale, offset in zip(axes, scales, offsets, strict=True):
        pixels = 2 * offset.number()
        if axis_name == "b":
            result.append(RawAxis(_axis(axis_name, FreeSize()), shape))
        elif not scale.value:
            size = FixedSize(replace(offset, value=pixels).integer(1))
            result.append(RawAxis(_axis(axis_name, size), shape))
        else:
            ratio = scale.positive()
            axis = replace(_axis(axis_name, FreeSize()), scale=_pixel(axis_name, ratio))
            result.append(RawAxis(axis, shape, _reference(shape, axis_name, pixels, ratio)))
    return result


def _reference(shape: Field, axis_name: str, offset: float, scale: float) -> Reference:
    """Read ``tensor``, or ``tensor.axis`` where the axis is not the one of the same name."""
    place = shape["reference_tensor"]
    tensor, _, other = place.text().partition(".")
    axis = other or axis_name
    name = tensor_id(replace(place, value=tensor))
    return Reference(name, ID_OF_AXIS.get(axis, axis), offset, place, place, scale)


def _pixel(axis: str, scale: float) -> float:
    """Return the size of an output pixel in input pixels; index and channel axes have none."""
    return 1 / scale if axis in _CROPPED else 1.0


def _one_for_each(place: Field, axes: str) -> list[Field]:
    entries = place.items()
    if len(entries) != len(axes):
        raise place.wrong(
            f"{len(axes)} numbers, one for each of the axes {axes}",
            what=f"this list has {len(entries)} entries",
        )
    return entries


def _halo(place: Field | None, axes: str) -> Sequence[Field | None]:
    if place is None or place.value == []:
        return [None] * len(axes)
    return _one_for_each(place, axes)
