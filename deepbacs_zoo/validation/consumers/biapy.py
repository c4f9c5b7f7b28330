"""BiaPy, which loads the state dict of a package from the zoo into a workflow of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
_RUN: Final = Evidence("BiaPy 3.7.1")
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
_OF_IMAGES: Final = frozenset(
    {
        "denoising",
        "image-reconstruction",
        "image-restoration",
        "image-to-image",
        "pix2pix",
        "self-supervision",
        "super-resolution",
        "superresolution",
    }
)
"""Tags of the workflows whose result is an image."""
_MEASURING: Final = frozenset({"scale_range", "zero_mean_unit_variance"})
_CLASS_KEYS: Final = frozenset({"classes", "n_classes", "out_channels", "output_channels"})
_ONE_CLASS: Final = frozenset(
    {
        "attention_unet",
        "hrnet",
        "multiresunet",
        "resunet",
        "resunet++",
        "resunet_se",
        "seunet",
        "unet",
        "unetr",
        "unext_v1",
        "unext_v2",
    }
)
"""Names of networks that it takes for its own, with one class."""
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


def _segments(package: Package) -> bool:
    """Return whether it takes the workflow of semantic segmentation, which it asks for first."""
    tags = set(package.metadata.tags)
    return "semantic-segmentation" in tags or (
        "segmentation" in tags and "instance-segmentation" not in tags
    )


def _unknown_classes(package: Package) -> Iterator[Breach]:
    # Its rule about names reads the architecture as format 0.5 has it.
    names = () if package.format_version.startswith("0.4") else _names(package)
    known = _CLASS_KEYS & set(_arguments(package)) or _ONE_CLASS & set(names)
    if _segments(package) and not known:
        yield Breach("weights.pytorch_state_dict", "no argument names the number of classes")


def _architecture(package: Package) -> Mapping[str, object]:
    weights = package.weights.get("pytorch_state_dict")
    fields = {} if weights is None else weights.fields
    inside = fields.get("architecture")
    return {**fields, **inside} if isinstance(inside, Mapping) else fields


def _arguments(package: Package) -> Collection[str]:
    found = _architecture(package).get("kwargs")
    return found.keys() if isinstance(found, Mapping) else ()


def _names(package: Package) -> list[str]:
    architecture = _architecture(package)
    names = (str(architecture.get(key)) for key in ("callable", "source"))
    return [name.lower().removesuffix(".py") for name in names]


def _normalizing(spec: TensorSpec) -> list[str]:
    return [step.name for step in spec.steps if step.name in _NORMALIZING]


def _several_normalizing(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.inputs):
        names = _normalizing(spec)
        # A step that measures the image takes out what linear ones did before.
        if len(names) > 1 and names[-1] not in _MEASURING:
            yield Breach(f"inputs.{index}.steps", f"there are {' and '.join(names)}")


def _not_normalized(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.inputs):
        if not _normalizing(spec):
            yield Breach(f"inputs.{index}.steps", "no step normalizes")


def _replaced(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.inputs):
        if _normalizing(spec)[-1:] == ["scale_linear"]:
            text = "scale_linear is replaced by a division by 255 or 65535"
            yield Breach(f"inputs.{index}.steps", text)


def _undone(package: Package) -> Iterator[Breach]:
    tags = set(package.metadata.tags)
    if tags & _OF_IMAGES and not _segments(package) and not tags & {"detection"}:
        yield Breach("tags", f"{', '.join(sorted(tags & _OF_IMAGES))}: the result is an image")


def _other_activation(package: Package) -> Iterator[Breach]:
    if not set(_TAGS) & set(package.metadata.tags):
        return
    for index, spec in enumerate(package.outputs):
        names = [step.name for step in spec.steps if step.name != "ensure_dtype"]
        own = _activations(package, spec)
        if names != own:
            text = f"it applies {own[0] if own else 'nothing'} instead of "
            yield Breach(f"outputs.{index}.steps", text + (" and ".join(names) or "nothing"))


def _activations(package: Package, spec: TensorSpec) -> list[str]:
    """Return what its workflow applies to an output."""
    if _segments(package):
        return ["sigmoid" if spec.size_of("c") in (1, 2, None) else "softmax"]
    masks = {"detection", "instance-segmentation"} & set(package.metadata.tags)
    return ["sigmoid"] if masks else []


def _by_percentiles(step: Step, spec: TensorSpec) -> bool:
    del spec
    bounds = (step.kwargs.get("min_percentile", 0), step.kwargs.get("max_percentile", 100))
    return step.name == "scale_range" and bounds != (0, 100)


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
        fails("biapy-documents", "Its reader knows the format up to 0.5.7.", _RUN),
        look.described_documents,
        "format_version up to 0.5.10, with documentation and covers as plain file names",
        "export in the dialect 0.5.10",
    ),
    Expectation(
        fails("biapy-workflow", "It chooses its workflow by the tags.", _RUN),
        _without_workflow,
        f"one of {', '.join(_TAGS)}",
        "add the tag of the task",
    ),
    Expectation(
        fails("biapy-axes", "It asks for these axes in this order.", _RUN),
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
        fails("biapy-step-missing", "It refuses operations that it does not have.", _RUN),
        look.steps_that(_foreign_step, "BiaPy does not have {}", "inputs"),
        ", ".join(sorted(_KNOWN)),
        "put the step into the network",
    ),
    Expectation(
        fails("biapy-clip", "It reads bounds under names that the format does not have.", _RUN),
        look.steps_that(_bounds, "{} has the bounds min and max", "inputs"),
        "clip by percentiles",
        "put the step into the network",
    ),
    Expectation(
        fails("biapy-classes", "It has to know how many classes there are.", _RUN),
        _unknown_classes,
        f"one of the arguments {', '.join(sorted(_CLASS_KEYS))}",
        "state it among the arguments of the architecture",
    ),
    Expectation(
        differs("biapy-normalizes", "It normalizes by mean and deviation by itself.", _RUN),
        _not_normalized,
        "zero_mean_unit_variance, fixed_zero_mean_unit_variance or scale_range",
        "state the normalization as a step",
    ),
    Expectation(
        differs("biapy-normalization-undone", "It takes it out of images again.", _RUN),
        _undone,
        "a workflow that gives masks",
        "compare its images by structure, not by values",
    ),
    Expectation(
        differs("biapy-percentiles", "It clips to the percentiles, too.", _RUN),
        look.steps_that(_by_percentiles, "{} has percentiles, to which it clips", "inputs"),
        "percentiles 0 and 100",
        "train with clipped images",
    ),
    Expectation(
        differs("biapy-tile", "It cuts tiles of the smallest size, without a halo.", _RUN),
        look.halo,
        "no halo",
        "set its patch size to that of the images",
    ),
    Expectation(
        differs("biapy-one-normalization", "It keeps the last normalization only.", _RUN),
        _several_normalizing,
        "one step that normalizes",
        "join the steps",
    ),
    Expectation(
        differs("biapy-scale-linear", "It divides by 255 or 65535 instead.", _RUN),
        _replaced,
        "zero_mean_unit_variance, or a fixed mean and deviation",
        "state the same as fixed_zero_mean_unit_variance",
    ),
    Expectation(
        differs("biapy-channels-apart", "It normalizes each channel by itself.", _RUN),
        look.steps_that(_joint, "{} takes the statistics of all channels together", "inputs"),
        "axes without the channel, or one channel",
        "train with statistics per channel",
    ),
    Expectation(
        differs("biapy-activation", "It applies an activation of its workflow instead.", _RUN),
        _other_activation,
        "the activation of the workflow, or one as the last layer of the network",
        "put the step into the network",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)
