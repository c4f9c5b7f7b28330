"""Rules of deepImageJ 3.1 with JDLL 0.6, continued: tensors, their axes and sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from deepbacs_zoo.findings import Evidence, Issue, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import Axis, FixedSize, ReferencedSize, SteppedSize, TensorSpec

__all__ = ["tensor_issues"]

_RUN: Final = Evidence("deepImageJ 3.1 / JDLL 0.6")
_OUTPUT_TYPES: Final = ("float32", "int32", "int64", "float64")
SEVERAL_INPUTS: Final = fails(
    "deepimagej-several-inputs", "Its macro takes one input tensor.", _RUN
)
INPUT_TYPE: Final = fails(
    "deepimagej-input-type", "It hands images to the network as float32 only.", _RUN
)
MIN_OFF_STEP: Final = fails(
    "deepimagej-min-off-step",
    "Its tile sizes are multiples of the step and start at the smallest size.",
    _RUN,
)
OUTPUT_TYPE: Final = fails("deepimagej-output-type", "It has images of these types only.", _RUN)
OUTPUT_SIZE: Final = fails(
    "deepimagej-output-size",
    "It makes the output before the network runs, so it must know the size.",
    _RUN,
)
OUTPUT_SCALE: Final = fails(
    "deepimagej-output-scale",
    "JDLL computes sizes of format 0.5 by the formula of format 0.4.",
    _RUN,
)
TIME_AXIS: Final = fails("deepimagej-time-axis", "JDLL knows no time or index axis.", _RUN)
CHANNEL_NAMES: Final = fails(
    "deepimagej-channel-names", "JDLL counts channels by their names.", _RUN
)
AXIS_ID: Final = fails("deepimagej-axis-id", "JDLL finds an axis by its id.", _RUN)
PIXEL_SIZE: Final = fails(
    "deepimagej-pixel-size", "JDLL multiplies sizes by the pixel size of an output axis.", _RUN
)
FIXED_SIZE_HALO: Final = differs(
    "deepimagej-fixed-size-halo",
    "A network of one size with a halo runs in four tiles, each padded, so its own test "
    "output is not reproduced.",
    _RUN,
)
FIXED_SIZE_ALL_HALO: Final = fails(
    "deepimagej-fixed-size-all-halo",
    "A network of one size that the halo fills has no pixels to return.",
    _RUN,
)


def tensor_issues(package: Package) -> Iterator[Issue]:
    """Yield everything about the tensors that JDLL cannot run or computes otherwise."""
    for check in (_inputs, _outputs, _axes, _halo):
        yield from check(package)


def _inputs(package: Package) -> Iterator[Issue]:
    if len(package.inputs) != 1:
        yield SEVERAL_INPUTS.issue(
            "inputs",
            f"there are {len(package.inputs)} inputs",
            "one input",
            "merge the inputs into channels of one",
        )
    for index, spec in enumerate(package.inputs):
        if spec.dtype != "float32":
            yield INPUT_TYPE.issue(
                f"inputs.{index}.data",
                f"the type is {spec.dtype}",
                "float32",
                "let the network take float32",
            )
        for axis in spec.space:
            size = axis.size
            if isinstance(size, SteppedSize) and size.min % size.step:
                yield MIN_OFF_STEP.issue(
                    f"inputs.{index}.axes.{axis.id}",
                    f"min {size.min} is no multiple of step {size.step}",
                    "min a multiple of step",
                    f"state min {size.fit(size.min) + size.step - size.min % size.step}",
                )


def _outputs(package: Package) -> Iterator[Issue]:
    first = package.inputs[0].id if package.inputs else ""
    for index, spec in enumerate(package.outputs):
        if spec.dtype not in _OUTPUT_TYPES:
            yield OUTPUT_TYPE.issue(
                f"outputs.{index}.data",
                f"the type is {spec.dtype}",
                ", ".join(_OUTPUT_TYPES),
                "let the network give float32",
            )
        for axis in spec.space:
            size, where = axis.size, f"outputs.{index}.axes.{axis.id}"
            if isinstance(size, ReferencedSize):
                yield from _reference(package, where, size, first)
            elif not isinstance(size, FixedSize):
                yield OUTPUT_SIZE.issue(
                    where,
                    "the size depends on the data",
                    "a fixed size, or that of the input",
                    "give an output of the input's size",
                )


def _reference(package: Package, where: str, size: ReferencedSize, first: str) -> Iterator[Issue]:
    # Format 0.4 states its scale where JDLL reads it; in 0.5 it takes another formula.
    scaled = (size.scale, size.offset) != (1.0, 0.0) and not _is_04(package)
    if size.tensor != first or scaled:
        yield OUTPUT_SCALE.issue(
            where,
            f"the size is {size.scale:g} x {size.tensor}.{size.axis} + {size.offset:g}",
            "the size of the input, with axis scales of 1",
            "give an output of the input's size",
        )


def _axes(package: Package) -> Iterator[Issue]:
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            where = f"{side}.{index}.axes"
            for axis in spec.axes:
                if axis.name in "ti":
                    yield TIME_AXIS.issue(
                        f"{where}.{axis.id}",
                        "there is a time or index axis",
                        "the axes batch, channel, z, y, x",
                        "process time points one by one",
                    )
            if not _is_04(package):
                yield from _axes_05(package, side, index, spec)


def _axes_05(package: Package, side: str, index: int, spec: TensorSpec) -> Iterator[Issue]:
    raw = package.description[side][index].get("axes") or []
    for axis, entry in zip(spec.axes, raw, strict=False):
        stated = entry if isinstance(entry, Mapping) else {}
        where = f"{side}.{index}.axes.{axis.id}"
        if axis.name == "c" and not axis.channel_names:
            yield CHANNEL_NAMES.issue(
                where, "no channel names", "channel_names", "name the channels"
            )
        if axis.name in "zyx":
            yield from _space_axis_05(axis, stated, where, is_output=side == "outputs")


def _space_axis_05(
    axis: Axis, stated: Mapping[str, object], where: str, *, is_output: bool
) -> Iterator[Issue]:
    if "id" not in stated:
        yield AXIS_ID.issue(where, "the space axis states no id", "an id x, y or z", "state the id")
    if is_output and axis.scale != 1.0:
        yield PIXEL_SIZE.issue(
            where,
            f"the output axis has scale {axis.scale:g}",
            "scale 1",
            "state the pixel size elsewhere, for example in config.deepbacs_zoo",
        )


def _halo(package: Package) -> Iterator[Issue]:
    halo = max((axis.halo for spec in package.outputs for axis in spec.space), default=0)
    sizes = [axis.size for spec in package.inputs for axis in spec.space]
    fixed = [size.value for size in sizes if isinstance(size, FixedSize)]
    if halo and fixed:
        rule = FIXED_SIZE_ALL_HALO if min(fixed) <= 2 * halo else FIXED_SIZE_HALO
        yield rule.issue(
            "outputs",
            f"a network of the fixed size {min(fixed)} with a halo of {halo} runs in four tiles, "
            "so its test output is not reproduced",
            "halo 0 for a fixed size",
            "let the network take any size, or leave the halo out",
        )


def _is_04(package: Package) -> bool:
    return package.format_version.startswith("0.4")
