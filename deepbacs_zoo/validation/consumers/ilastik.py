"""ilastik's Neural Network workflow, which runs packages block by block through tiktorch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.findings import Evidence, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import FixedSize
from deepbacs_zoo.validation.consumers import programs as look
from deepbacs_zoo.validation.consumers.measured import tile_differences
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program
from deepbacs_zoo.validation.consumers.tiles import by_ilastik

if TYPE_CHECKING:
    from deepbacs_zoo.validation.checks.outcome import Outcome
    from deepbacs_zoo.validation.context import Context

__all__ = ["CONSUMER", "check_ilastik"]

PROGRAM: Final = Program("ilastik", "1.4")
FORMATS: Final = ("torchscript", "pytorch_state_dict")
"""It takes the first of these that a package has, and no other."""
_READ: Final = Evidence("ilastik of July 2026 with tiktorch 26.5.0", confirmed=False)
_FOREIGN: Final = frozenset({"stardist_postprocessing", "cellpose_flow_dynamics", "custom"})
_PLAIN: Final = "one input and one output"


def _without_channels(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.outputs):
        if "c" not in spec.axis_names:
            yield Breach(f"outputs.{index}.axes", "the output has no channel axis")


def _other_order(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.outputs):
        if package.inputs and spec.axis_names != package.inputs[0].axis_names:
            text = f"the output's axes are {spec.axis_names}, the input's another order"
            yield Breach(f"outputs.{index}.axes", text)


def _all_halo(package: Package) -> Iterator[Breach]:
    halos = {axis.name: axis.halo for spec in package.outputs for axis in spec.space}
    for index, spec in enumerate(package.inputs):
        for axis in spec.space:
            halo = halos.get(axis.name, 0)
            if isinstance(axis.size, FixedSize) and axis.size.value <= 2 * halo:
                text = f"a halo of {halo} leaves nothing of {axis.size.value} pixels"
                yield Breach(f"inputs.{index}.axes.{axis.id}", text)


EXPECTATIONS: Final = (
    Expectation(
        fails("ilastik-one-input", "It takes models with one input tensor.", _READ),
        look.several_inputs,
        _PLAIN,
        "merge the inputs into channels of one",
    ),
    Expectation(
        fails("ilastik-one-output", "It takes models with one output tensor.", _READ),
        look.several_outputs,
        _PLAIN,
        "merge the outputs into channels of one",
    ),
    Expectation(
        fails("ilastik-format-too-new", "Its server reads the format up to 0.5.9.", _READ),
        look.described_documents,
        "format_version up to 0.5.10, with documentation and covers as plain file names",
        "export in the dialect 0.5.10",
    ),
    Expectation(
        fails("ilastik-output-channel", "It finds the classes by the channel axis.", _READ),
        _without_channels,
        "an output with an axis of the type channel",
        "give the output a channel axis",
    ),
    Expectation(
        fails("ilastik-output-size", "It cuts results out of tiles by the image's pixels.", _READ),
        look.other_size,
        "an output of the input's size",
        "give an output of the input's size",
    ),
    Expectation(
        fails("ilastik-all-halo", "The inner part of a tile has to hold a pixel.", _READ),
        _all_halo,
        "a fixed size above twice the halo",
        "let the network take any size, or leave the halo out",
    ),
    Expectation(
        fails("ilastik-step-missing", "Its server does not have these operations.", _READ),
        look.steps_that(lambda step, _: step.name in _FOREIGN, "{} is not known there"),
        "operations of format 0.5.9 without stardist and cellpose",
        "leave the step to programs that read config.deepbacs_zoo",
    ),
    Expectation(
        differs("ilastik-axes-order", "It reads the output with the axes of the input.", _READ),
        _other_order,
        "outputs with the axes of the input",
        "transpose in the network",
    ),
    Expectation(
        differs("ilastik-statistics", "Every tile gets statistics of its own.", _READ),
        look.statistics,
        "steps with fixed numbers",
        "normalize by numbers of the training set, or inside the network",
    ),
    Expectation(
        differs("ilastik-run-whole", "It cuts images into tiles of about 512 pixels.", _READ),
        look.whole_images_only,
        "a network that may run in tiles",
        "give the plain package, without the form for deepImageJ",
    ),
    Expectation(
        differs("ilastik-border", "It mirrors the image without its edge pixel.", _READ),
        look.halo,
        "no halo",
        "leave pixels up to the halo from the border out",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)


def check_ilastik(context: Context) -> Outcome:
    """Predict whether ilastik runs a package, and what it gives for the test input."""
    if any(look.other_size(context.package)):  # of which no model is known
        return CONSUMER.check(context)
    return CONSUMER.check(context, partial(tile_differences, program=by_ilastik))
