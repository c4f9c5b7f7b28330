"""QuPath, which makes a pixel classifier of a package and runs it tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.findings import Evidence, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import Step, TensorSpec
from deepbacs_zoo.validation.consumers import programs as look
from deepbacs_zoo.validation.consumers.measured import tile_differences
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program
from deepbacs_zoo.validation.consumers.tiles import by_qupath

if TYPE_CHECKING:
    from deepbacs_zoo.validation.checks.outcome import Outcome
    from deepbacs_zoo.validation.context import Context

__all__ = ["CONSUMER", "check_qupath"]

PROGRAM: Final = Program("QuPath", "0.7")
FORMATS: Final = ("torchscript", "tensorflow_saved_model_bundle")
"""In its order; ONNX only where DJL's engine for it was installed, which is rare."""
_READ: Final = Evidence("qupath-extension-bioimageio 0.2.0-rc3", confirmed=False)
_LEFT_OUT: Final = frozenset(
    {
        "cellpose_flow_dynamics",
        "custom",
        "fixed_zero_mean_unit_variance",
        "scale_mean_variance",
        "softmax",
        "stardist_postprocessing",
    }
)
_PLAIN: Final = "one input and one output"


def _without_channel_names(package: Package) -> Iterator[Breach]:
    if package.format_version.startswith("0.4"):
        return
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            for axis in spec.axes:
                if axis.name == "c" and not axis.channel_names:
                    yield Breach(f"{side}.{index}.axes.{axis.id}", "no channel names")


def _required(package: Package) -> Iterator[Breach]:
    for key in ("authors", "description", "documentation", "license"):
        if key not in package.description:
            yield Breach(key, "it is not stated")


def _without_axes(step: Step, spec: TensorSpec) -> bool:
    del spec
    measured = step.name in ("scale_range", "zero_mean_unit_variance")
    return measured and step.kwargs.get("axes") is None


def _scalar(step: Step, spec: TensorSpec) -> bool:
    del spec
    values = [step.kwargs.get(key) for key in ("gain", "offset")]
    return step.name == "scale_linear" and not all(isinstance(each, list) for each in values)


def _half_a_range(step: Step, spec: TensorSpec) -> bool:
    del spec
    keys = {"min_percentile", "max_percentile"}
    return step.name == "scale_range" and not keys <= step.kwargs.keys()


def _percentiles(step: Step, spec: TensorSpec) -> bool:
    del spec
    return step.name == "clip" and not {"min", "max"} <= step.kwargs.keys()


def _has_halo(package: Package) -> Iterator[Breach]:
    if not package.format_version.startswith("0.4"):
        yield from look.halo(package)


def _zipped(package: Package) -> Iterator[Breach]:
    weights = package.weights.get("tensorflow_saved_model_bundle")
    if weights is None or "torchscript" in package.weights:
        return
    if weights.file.path.endswith(".zip"):
        yield Breach("weights.tensorflow_saved_model_bundle", "the bundle is a zip")


EXPECTATIONS: Final = (
    Expectation(
        fails("qupath-one-input", "Its dialog refuses models with several inputs.", _READ),
        look.several_inputs,
        _PLAIN,
        "merge the inputs into channels of one",
    ),
    Expectation(
        fails("qupath-one-output", "Its dialog refuses models with several outputs.", _READ),
        look.several_outputs,
        _PLAIN,
        "merge the outputs into channels of one",
    ),
    Expectation(
        fails("qupath-2d", "Its pixel classifiers are two-dimensional.", _READ),
        look.three_dimensional,
        "the axes batch, channel, y, x",
        "use another program for stacks",
    ),
    Expectation(
        fails("qupath-documents", "It reads documentation and covers as texts.", _READ),
        look.described_documents,
        "format_version up to 0.5.10, with documentation and covers as plain file names",
        "export in the dialect 0.5.10",
    ),
    Expectation(
        fails("qupath-required", "Its reader asks for these fields.", _READ),
        _required,
        "authors, description, documentation and license",
        "state the field",
    ),
    Expectation(
        fails("qupath-axis-id", "It tells space axes apart by their ids.", _READ),
        look.space_axis_without_id,
        "ids x, y and z",
        "state the id",
    ),
    Expectation(
        fails("qupath-channel-names", "It counts channels by their names.", _READ),
        _without_channel_names,
        "channel_names",
        "name the channels",
    ),
    Expectation(
        fails("qupath-zipped-bundle", "It does not unpack a bundle.", _READ),
        _zipped,
        "TorchScript weights, or an unpacked bundle beside the zip",
        "add TorchScript weights",
    ),
    Expectation(
        fails("qupath-axes-missing", "It reads the axes of a statistic without a default.", _READ),
        look.steps_that(_without_axes, "{} states no axes"),
        "axes stated",
        "state the axes",
    ),
    Expectation(
        fails("qupath-scale-linear", "It reads gain and offset as lists only.", _READ),
        look.steps_that(_scalar, "{} has one gain or offset for all channels"),
        "lists of gains and offsets, along an axis",
        "state gain and offset for each channel, with the axis",
    ),
    Expectation(
        differs("qupath-step-left-out", "It leaves out what it does not know.", _READ),
        look.steps_that(lambda step, _: step.name in _LEFT_OUT, "{} is left out"),
        "binarize, clip, scale_linear, scale_range, sigmoid, zero_mean_unit_variance",
        "put the step into the network",
    ),
    Expectation(
        differs(
            "qupath-percentiles",
            "It takes 100 for a missing lower and 0 for a missing upper percentile.",
            _READ,
        ),
        look.steps_that(_half_a_range, "{} does not state both percentiles"),
        "min_percentile and max_percentile",
        "state both",
    ),
    Expectation(
        differs("qupath-clip", "It clips by stated numbers only.", _READ),
        look.steps_that(_percentiles, "{} has not both bounds"),
        "min and max",
        "state both",
    ),
    Expectation(
        differs("qupath-statistics", "Every tile gets statistics of its own.", _READ),
        look.statistics,
        "steps with fixed numbers",
        "normalize by numbers of the training set, or inside the network",
    ),
    Expectation(
        differs("qupath-halo", "It does not read the halo of format 0.5, so seams show.", _READ),
        _has_halo,
        "no halo, or format 0.4",
        "choose a large tile in its dialog",
    ),
    Expectation(
        differs("qupath-output-size", "Its tiles keep their size.", _READ),
        look.other_size,
        "an output of the input's size",
        "give an output of the input's size",
    ),
    Expectation(
        differs("qupath-run-whole", "It cuts images into tiles of about 512 pixels.", _READ),
        look.whole_images_only,
        "a network that may run in tiles",
        "give the plain package, without the form for deepImageJ",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)


def check_qupath(context: Context) -> Outcome:
    """Predict whether QuPath runs a package, and what it gives for the test input."""
    if any(look.other_size(context.package)):  # of which no model is known
        return CONSUMER.check(context)
    return CONSUMER.check(context, partial(tile_differences, program=by_qupath))
