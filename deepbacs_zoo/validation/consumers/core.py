"""bioimageio.core, the reference implementation, of the two generations that are in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.findings import Evidence, Issue, Rule, Severity, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.summary import ConsumerVerdict
from deepbacs_zoo.tensors import FixedSize, Step, SteppedSize, TensorSpec
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.checks.sizes import SIZE_RULES, check_sizes
from deepbacs_zoo.validation.consumers.measured import Measured, padded_differences
from deepbacs_zoo.validation.consumers.programs import Program, unmeasured, worded
from deepbacs_zoo.validation.context import Context

__all__ = ["FORMATS", "check_core", "core_issues"]

NAME: Final = "bioimageio.core"
OLDER, NEWER = Program(NAME, "0.10.4"), Program(NAME, "0.11.0")
FORMATS: Final = (
    "pytorch_state_dict",
    "tensorflow_saved_model_bundle",
    "torchscript",
    "onnx",
    "keras_v3",
    "keras_hdf5",
)
"""In the order of its preference."""
_PLAIN_DOCUMENTATION: Final = (0, 5, 10)
_BOTH: Final = Evidence("bioimageio.core 0.10.4 and 0.11.0")
_NEWER: Final = Evidence("bioimageio.core 0.11.0")
_MEASURES: Final = frozenset({"scale_range", "zero_mean_unit_variance"})
_IN_A_FOLDER: Final = "folder-around-package"
"""Id of the finding about a zip with a folder around everything."""
_KEEPS: Final = frozenset({"ensure_dtype"})
"""Steps after which statistics are those of the raw image."""

FORMAT_TOO_NEW: Final = fails(
    "core-format-too-new",
    "A reader that does not know the format refuses the package.",
    Evidence("bioimageio.core 0.10.4"),
)
READS: Final = Rule(
    "core-reads",
    Severity.INFO,
    "Programs that build on the reference implementation can open the package.",
    str(_BOTH),
)
IN_A_FOLDER: Final = fails(
    "core-description-in-folder", "It looks for the description at the top of a zip.", _NEWER
)
LISTED_AXES: Final = fails(
    "core-listed-axes", "Its reader refuses axes of format 0.4 that are a list.", _NEWER
)
HALO_OFF_STEP: Final = differs(
    "core-halo-off-step",
    "The command bioimageio predict pads the image by the halo, to a size that may not be valid.",
    _NEWER,
)
RAW_STATISTICS: Final = differs(
    "core-raw-statistics",
    "It measures the raw image, where the specification asks for what the steps before made of it.",
    _NEWER,
)
OUTPUT_STATISTICS: Final = fails(
    "core-output-statistics", "It has no statistics of outputs.", _NEWER
)
SEVERAL_THRESHOLDS: Final = fails(
    "core-several-thresholds", "It does not line thresholds up with their axis.", _NEWER
)
SEVERAL_INPUTS_HALO: Final = differs(
    "core-several-inputs-halo", "Its predict pads only the input that an output refers to.", _NEWER
)
CAST_FIRST: Final = differs(
    "core-cast-first",
    "In format 0.4 it casts what the network gives to the described type before the steps.",
    _BOTH,
)
OTHER_SIZES: Final = differs(
    "core-other-sizes",
    "Its own test runs the smallest sizes, too, and asks for the described outputs.",
    _BOTH,
)


def check_core(context: Context) -> Outcome:
    """Predict whether bioimageio.core reads the description and gives the described numbers.

    Its own test passes tensors through unpadded; the verdict is about that and about its command
    predict, which continues images by the halo.
    """
    package = context.package
    old, both = tuple(_format(package)), (*core_issues(package), *_other_sizes(context))
    measured = padded_differences(context) if _has_halo(package) else None
    verdicts = [
        _verdict(program, name, issues, measured)
        for program, issues in ((OLDER, (*old, *both)), (NEWER, both))
        for name in package.weights
    ]
    findings = worded(Program(NAME, ""), (*old, *both))
    if not old:
        text = "the description is read by versions 0.10.4 and 0.11.0"
        findings = (READS.finding(NAME, text), *findings)
    return Outcome(findings, consumers=tuple(verdicts))


def _verdict(
    program: Program, name: str, issues: tuple[Issue, ...], measured: Measured | None
) -> ConsumerVerdict:
    if name not in FORMATS:
        return program.takes(name, FORMATS)
    if measured is None:
        return program.decide(name, issues)
    # Rules about its command predict that no model measures.
    differences = (*measured.differences, *unmeasured(issues))
    return program.decide(name, issues, differences, measured.allowed)


def core_issues(package: Package) -> Iterator[Issue]:
    """Yield what bioimageio.core 0.11 cannot run or computes otherwise."""
    yield from _description(package)
    yield from _halo_and_step(package)
    for index, spec in enumerate(package.inputs):
        yield from _raw_statistics(index, spec)
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            if side == "outputs":
                yield from _cast_first(package, index, spec)
            for number, step in enumerate(spec.steps):
                where = f"{side}.{index}.steps.{number} ({step.name})"
                yield from _step(step, where, is_output=side == "outputs")


def _format(package: Package) -> Iterator[Issue]:
    number = tuple(int(part) for part in package.format_version.split(".")[:3] if part.isdigit())
    metadata = package.metadata
    described = [each for each in (metadata.documentation, *metadata.covers) if each]
    if number > _PLAIN_DOCUMENTATION or any(each.is_mapping for each in described):
        yield FORMAT_TOO_NEW.issue(
            "format_version",
            f"format {package.format_version} is not read by bioimageio.core up to 0.10.4, which "
            "the zoo's runner was last documented with",
            "format_version up to 0.5.10, with documentation and covers as plain file names",
            "export in the dialect 0.5.10",
        )


def _description(package: Package) -> Iterator[Issue]:
    """Predict that the description is not found, or is none of its format."""
    if any(finding.id == _IN_A_FOLDER for finding in package.packing):
        yield IN_A_FOLDER.issue(
            "zip",
            "the description is in a folder of the zip",
            "a description at the top of the zip",
            "pack the files of the package themselves",
        )
    if not package.format_version.startswith("0.4"):
        return
    for side in ("inputs", "outputs"):
        for index, tensor in enumerate(package.description.get(side) or ()):
            if isinstance(tensor.get("axes"), list):
                yield LISTED_AXES.issue(
                    f"{side}.{index}.axes",
                    "format 0.4 has its axes as a list",
                    "a text such as bcyx",
                    "write them as a text, or convert the description to format 0.5",
                )


def _has_halo(package: Package) -> bool:
    """Return whether images are continued, which they are not in format 0.4."""
    if package.format_version.startswith("0.4"):
        return False
    return any(axis.halo for spec in package.outputs for axis in spec.space)


def _halo_and_step(package: Package) -> Iterator[Issue]:
    """Predict the crash of ``bioimageio predict`` on images padded by the halo."""
    if not _has_halo(package):
        return
    halos = {axis.name: axis.halo for spec in package.outputs for axis in spec.space}
    if len(package.inputs) > 1 and any(halos.values()):
        yield SEVERAL_INPUTS_HALO.issue(
            "inputs",
            "its predict pads one of several inputs by the halo, and the sizes no longer fit",
            "one input, or no halo",
            "run it with deepbacs-zoo",
        )
    for index, spec in enumerate(package.inputs):
        for axis in spec.space:
            padding = 2 * halos.get(axis.name, 0)
            bad_step = isinstance(axis.size, SteppedSize) and padding % axis.size.step
            bad_size = isinstance(axis.size, FixedSize) and padding
            if bad_step or bad_size:
                yield HALO_OFF_STEP.issue(
                    f"inputs.{index}.axes.{axis.id}",
                    f"its predict pads by the halo of {padding // 2} on both sides, which gives a "
                    "size that the network does not take",
                    "a size that may grow, and twice the halo a multiple of the step",
                    "widen the halo to the next multiple, or run it with deepbacs-zoo",
                )


def _raw_statistics(index: int, spec: TensorSpec) -> Iterator[Issue]:
    """Predict that a step measures the raw image although others came before it."""
    changed = False
    for number, step in enumerate(spec.steps):
        if step.name in _MEASURES and changed:
            yield RAW_STATISTICS.issue(
                f"inputs.{index}.steps.{number} ({step.name})",
                "it measures the raw image instead of the result of the steps before",
                "statistics in the first step",
                "put the steps before into the network, or leave them out",
            )
        changed = changed or step.name not in _KEEPS


def _cast_first(package: Package, index: int, spec: TensorSpec) -> Iterator[Issue]:
    """Predict that the network's values are rounded before a step of format 0.4 sees them."""
    if spec.steps and package.format_version.startswith("0.4") and "float" not in spec.dtype:
        yield CAST_FIRST.issue(
            f"outputs.{index}.data_type",
            f"it casts what the network gives to {spec.dtype} before {spec.steps[0].name}",
            "float32, or no postprocessing",
            "convert the description to format 0.5",
        )


def _other_sizes(context: Context) -> Iterator[Issue]:
    """Predict that its own test fails at other sizes, which it does not run in format 0.4."""
    if context.package.format_version.startswith("0.4"):
        return
    try:
        found = context.once(check_sizes).findings
    except DeepbacsZooError:  # reported where it is checked
        return
    for each in found:
        if each.id in SIZE_RULES:
            yield OTHER_SIZES.issue(each.where, each.what, each.allowed, each.hint)


def _step(step: Step, where: str, *, is_output: bool) -> Iterator[Issue]:
    reference = step.kwargs.get("reference_tensor")
    measures = step.name in _MEASURES and reference is None
    if is_output and (measures or step.name == "scale_mean_variance"):
        yield OUTPUT_STATISTICS.issue(
            where,
            "it measures an output, for which it has no statistics",
            "no statistics in postprocessing",
            "put the step into the network",
        )
    if step.name == "binarize" and isinstance(step.kwargs.get("threshold"), list | tuple):
        yield SEVERAL_THRESHOLDS.issue(
            where, "several thresholds", "one threshold", "put the step into the network"
        )
