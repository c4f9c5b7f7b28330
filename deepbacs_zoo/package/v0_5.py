"""Tensors of format 0.5.

Specification: https://bioimage-io.github.io/spec-bioimage-io/ (model 0.5); what it defaults is
defaulted here in the same way: tensor ids ``input`` and ``output``, axis ids ``batch``,
``channel``, ``index``, ``time`` and, for a space axis, ``x``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from deepbacs_zoo.axes import SPACE, axis_name
from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.members import file_ref
from deepbacs_zoo.package.names import DTYPES, ID_OF_AXIS, tensor_id
from deepbacs_zoo.package.resolve import RawAxis, RawTensor, Reference, check_axes, resolve
from deepbacs_zoo.package.steps import steps_05
from deepbacs_zoo.tensors import (
    Axis,
    FileRef,
    FixedSize,
    FreeSize,
    PadMode,
    Size,
    SteppedSize,
    TensorSpec,
)

__all__ = ["read_tensors"]

Kind = Literal["inputs", "outputs"]

_TYPES: Final = ("batch", "channel", "index", "time", "space")
_DEFAULT_ID: Final = {**{kind: kind for kind in _TYPES}, "space": "x"}
_PAD_MODES: Final = ("constant", "edge", "reflect", "symmetric")


def read_tensors(root: Field) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """Read ``inputs`` and ``outputs`` of a description of format 0.5."""
    return resolve(
        [_tensor(place, "inputs") for place in root["inputs"].entries()],
        [_tensor(place, "outputs") for place in root["outputs"].entries()],
    )


def _tensor(place: Field, kind: Kind) -> RawTensor:
    axes = tuple(_axis(axis, kind) for axis in place["axes"].entries())
    check_axes(axes)
    name = place.get("id")
    description = place.get("description")
    # Only inputs can be left out.
    optional = place.get("optional") if kind == "inputs" else None
    steps = place.get("preprocessing" if kind == "inputs" else "postprocessing")
    places = () if steps is None else tuple(steps.items())
    plain = [raw.axis for raw in axes]
    spec = TensorSpec(
        id=kind.removesuffix("s") if name is None else tensor_id(name),
        axes=(),
        dtype=_dtype(place.get("data"), plain),
        steps=steps_05(places, plain),
        test_tensor=_file(place.get("test_tensor")),
        sample_tensor=_file(place.get("sample_tensor")),
        optional=optional is not None and optional.flag(),
        pad=_pad(place.get("pad") if kind == "inputs" else None),
        description="" if description is None else str(description.value),
    )
    return RawTensor(spec, axes, place.at("id", spec.id), places)


def _file(place: Field | None) -> FileRef | None:
    return None if place is None else file_ref(place)


# --- axes ----------------------------------------------------------------------------------------


def _axis(place: Field, kind: Kind) -> RawAxis:
    axis_type = place["type"].choice(_TYPES)
    name = _axis_id(place.get("id"), _DEFAULT_ID[axis_type])
    if axis_type == "space" and name not in tuple(SPACE):
        raise place.at("id", name).wrong(
            "the space axes x, y and z",
            what="this space axis has a name unknown here",
            hint="use another package, or rename the axis in the description",
            kind=UnsupportedError,
        )
    axis = axis_name(axis_type, name)
    if axis_type == "batch":
        return RawAxis(Axis(axis, name, _batch_size(place)), place)
    if axis_type == "channel":
        names = tuple(entry.text() for entry in place["channel_names"].entries())
        return RawAxis(Axis(axis, name, FixedSize(len(names)), channel_names=names), place)
    return _sized_axis(place, kind, axis, name)


def _sized_axis(place: Field, kind: Kind, axis_name: str, name: str) -> RawAxis:
    scale = unit = halo = None
    if axis_name != "i":
        scale, unit = place.get("scale"), place.get("unit")
        halo = place.get("halo") if kind == "outputs" else None
    size, reference = _size(place["size"], kind, axis_name)
    if halo is not None and reference is None:
        raise place["size"].wrong(
            "a reference to another axis ({tensor_id, axis_id})",
            what="an axis with a halo must have a referenced size",
        )
    axis = Axis(
        axis_name,
        name,
        size,
        halo=0 if halo is None else halo.integer(0),
        scale=1.0 if scale is None else scale.positive(),
        unit=None if unit is None else unit.text(),
    )
    return RawAxis(axis, place, reference, halo)


def _batch_size(place: Field) -> Size:
    size = place.get("size")
    if size is None:
        return FreeSize()
    if size.integer(1) != 1:
        raise size.wrong("1, or no size at all")
    return FixedSize(1)


def _size(place: Field, kind: Kind, axis: str) -> tuple[Size, Reference | None]:
    if not isinstance(place.value, dict):
        return FixedSize(place.integer(1)), None
    if "tensor_id" in place.mapping():
        offset = place.get("offset")
        reference = Reference(
            tensor_id(place["tensor_id"]),
            _axis_id(place["axis_id"], ""),
            0 if offset is None else offset.integer(),
            place["tensor_id"],
            place["axis_id"],
        )
        return FreeSize(), reference
    if kind == "inputs":
        return SteppedSize(place["min"].integer(1), place["step"].integer(1)), None
    if axis != "i" or "step" in place.mapping():
        raise place.wrong(
            "a whole number, {tensor_id, axis_id, offset}, or {min, max} for an index axis",
            what="the size of an output axis has an unknown form",
        )
    least, most = place.get("min"), place.get("max")
    minimum = 1 if least is None else least.integer(1)
    return FreeSize(minimum, None if most is None else most.integer(minimum + 1)), None


def _axis_id(place: Field | None, default: str) -> str:
    # The specification takes b, t, i and c for the ids of these axes, too.
    if place is None:
        return default
    return ID_OF_AXIS.get(place.text(), place.text())


# --- data and padding ----------------------------------------------------------------------------


def _dtype(place: Field | None, axes: Sequence[Axis]) -> str:
    if place is None:
        return "float32"
    if not isinstance(place.value, list):
        return _one_dtype(place)
    dtypes = [_one_dtype(entry) for entry in place.entries()]
    if len(set(dtypes)) > 1:
        raise place.wrong("one type for all channels", what="the channels differ in data type")
    for axis in axes:
        if axis.name == "c" and axis.size != FixedSize(len(dtypes)):
            raise place.wrong(
                f"one entry for each of {len(axis.channel_names)} channels",
                what=f"the data of {len(dtypes)} channels are described",
            )
    return dtypes[0]


def _one_dtype(place: Field) -> str:
    stated = place.get("type")
    if stated is not None:
        return stated.choice(DTYPES)
    return "uint8" if place.get("values") is not None else "float32"


def _pad(place: Field | None) -> PadMode:
    if place is None:
        return PadMode()
    mode = place.get("mode")
    value = place.get("value")
    if mode is None:
        # Without a mode the specification reads the first kind, constant.
        return PadMode("constant", 0.0 if value is None else value.number())
    name = mode.choice(_PAD_MODES)
    constant = name == "constant" and value is not None
    return PadMode(name, value.number() if constant and value is not None else 0.0)
