"""BiaPy, which loads the state dict of a package from the zoo into a workflow of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.findings import Evidence, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import FixedSize, Step, TensorSpec
from deepbacs_zoo.validation.consumers import programs as look
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program

__all__ = ["CONSUMER"]

PROGRAM: Final = Program("BiaPy", "3.7")
FORMATS: Final = ("pytorch_state_dict",)
_READ: Final = Evidence("BiaPy 3.7.1", confirmed=False)
_TAGS: Final = (
    "semantic-segmentation",
    "segmentation",
    "instance-segmentation",
    "detection",
    "denoising",
    "super-resolution",
    "superresolution",
    "self-supervision",
    "classification",
    "pix2pix",
    "image-reconstruction",
    "image-to-image",
    "image-restoration",
)
"""Tags that name a workflow of its own."""
_NORMALIZING: Final = frozenset(
    {"fixed_zero_mean_unit_variance", "scale_linear", "scale_range", "zero_mean_unit_variance"}
)
_KNOWN: Final = _NORMALIZING | {"clip", "ensure_dtype"}


def _without_workflow(package: Package) -> Iterator[Breach]:
    if not set(_TAGS) & set(package.metadata.tags):
        yield Breach("tags", "none of them names a workflow")


def _other_axes(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.inputs):
        if spec.axis_names not in ("bcyx", "bczyx"):
            yield Breach(f"inputs.{index}.axes", f"the input's axes are {spec.axis_names}")


def _fixed_in_04(package: Package) -> Iterator[Breach]:
    if package.format_version.startswith("0.4"):
        for index, spec in enumerate(package.inputs):
            if any(isinstance(axis.size, FixedSize) for axis in spec.space):
                yield Breach(f"inputs.{index}.shape", "the shape is a list of fixed sizes")


def _foreign_step(step: Step, spec: TensorSpec) -> bool:
    del spec
    casts = step.name == "ensure_dtype" and not str(step.kwargs.get("dtype")).startswith("float")
    return step.name not in _KNOWN or casts


def _bounds(step: Step, spec: TensorSpec) -> bool:
    del spec
    return step.name == "clip" and bool({"min", "max"} & step.kwargs.keys())


def _several_normalizing(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.inputs):
        names = [step.name for step in spec.steps if step.name in _NORMALIZING]
        if len(names) > 1:
            yield Breach(f"inputs.{index}.steps", f"there are {' and '.join(names)}")


def _joint(step: Step, spec: TensorSpec) -> bool:
    several = spec.size_of("c") not in (1, None)
    measured = step.name in ("scale_range", "zero_mean_unit_variance")
    return measured and several and "c" in (step.kwargs.get("axes") or "c")


EXPECTATIONS: Final = (
    Expectation(
        fails("biapy-one-input", "It takes models with a single input.", _READ),
        look.several_inputs,
        "one input",
        "merge the inputs into channels of one",
    ),
    Expectation(
        fails("biapy-documents", "Its reader knows the format up to 0.5.7.", _READ),
        look.described_documents,
        "format_version up to 0.5.10, with documentation and covers as plain file names",
        "export in the dialect 0.5.10",
    ),
    Expectation(
        fails("biapy-workflow", "It chooses its workflow by the tags.", _READ),
        _without_workflow,
        f"one of {', '.join(_TAGS)}",
        "add the tag of the task",
    ),
    Expectation(
        fails("biapy-axes", "It asks for these axes in this order.", _READ),
        _other_axes,
        "bcyx or bczyx",
        "transpose in the network",
    ),
    Expectation(
        fails("biapy-axis-id", "An axis without an id drops out of the order.", _READ),
        look.space_axis_without_id,
        "ids x, y and z",
        "state the id",
    ),
    Expectation(
        fails("biapy-fixed-shape", "It reads a smallest shape and a step only.", _READ),
        _fixed_in_04,
        "a shape of min and step, or format 0.5",
        "convert the description to format 0.5",
    ),
    Expectation(
        fails("biapy-step-missing", "It refuses operations that it does not have.", _READ),
        look.steps_that(_foreign_step, "BiaPy does not have {}", "inputs"),
        ", ".join(sorted(_KNOWN)),
        "put the step into the network",
    ),
    Expectation(
        fails("biapy-clip", "It reads bounds under names that the format does not have.", _READ),
        look.steps_that(_bounds, "{} has the bounds min and max", "inputs"),
        "clip by percentiles",
        "put the step into the network",
    ),
    Expectation(
        differs("biapy-one-normalization", "It keeps the last normalization only.", _READ),
        _several_normalizing,
        "one step that normalizes",
        "join the steps",
    ),
    Expectation(
        differs("biapy-scale-linear", "It divides by 255 or 65535 instead.", _READ),
        look.steps_that(
            lambda step, _: step.name == "scale_linear",
            "{} is replaced by a division by 255 or 65535",
            "inputs",
        ),
        "zero_mean_unit_variance, or a fixed mean and deviation",
        "state the same as fixed_zero_mean_unit_variance",
    ),
    Expectation(
        differs("biapy-channels-apart", "It normalizes each channel by itself.", _READ),
        look.steps_that(_joint, "{} takes the statistics of all channels together", "inputs"),
        "axes without the channel, or one channel",
        "train with statistics per channel",
    ),
    Expectation(
        differs("biapy-postprocessing", "It applies an activation of its own instead.", _READ),
        look.steps_that(
            lambda step, _: step.name != "ensure_dtype", "{} is not applied", "outputs"
        ),
        "no postprocessing",
        "put the step into the network",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)
