"""Rules of deepImageJ 3.1 with JDLL 0.6 about the images that a package is given."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.fiji.deepimagej.rules import lint
from deepbacs_zoo.findings import Evidence, Finding, Issue, differs
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.writing.jdll import MOST_OUTPUT_BYTES, MOST_VALUES
from deepbacs_zoo.tensors import FixedSize, SteppedSize

__all__ = ["check_image", "image_findings", "number_issues"]

_RUN: Final = Evidence("deepImageJ 3.1 / JDLL 0.6")
BORDER: Final = differs(
    "deepimagej-border",
    "JDLL continues the normalized image by the halo all round, others only where it ends.",
    _RUN,
)
SIZE_OFF_STEP: Final = differs(
    "deepimagej-size-off-step",
    "JDLL runs such an image in two tiles along each axis, the second off the network's grid.",
    _RUN,
)
STACK_STATISTICS: Final = differs(
    "deepimagej-stack-statistics",
    "JDLL normalizes all planes of a stack with the statistics of the last one.",
    _RUN,
)
_OF_THE_IMAGE: Final = ("scale_range", "zero_mean_unit_variance")
_IN_PYTHON: Final = "predict with the plain package in Python, which cuts large images into tiles"


def check_image(
    package: Package, sizes: Mapping[str, int], output_bytes: Mapping[str, int], where: str
) -> None:
    """Refuse an image of which deepImageJ makes no tile.

    Parameters
    ----------
    package
        A package that deepImageJ runs.
    sizes
        The image's pixels by axis of the input.
    output_bytes
        The bytes of each output by its id.
    where
        The image.

    Raises
    ------
    DataError
        It is smaller than a step, or larger than the largest tile, or makes an output too large.
    """
    for name in (axis.name for axis in package.inputs[0].space):
        if sizes[name] == 1:
            raise DataError(
                where,
                f"deepImageJ drops an axis of one pixel, and then fails at the missing {name}",
                value=1,
                allowed=f"2 pixels or more along {name}",
                hint="predict in Python",
            )
    stepped = dict(_stepped(package))
    for axis, size in stepped.items():
        if sizes[axis] < size.step:
            raise DataError(
                where,
                f"it is smaller along {axis} than deepImageJ's smallest tile",
                value=sizes[axis],
                allowed=f"{size.step} pixels or more",
                hint="use the package of " + Option("consumer", "deepimagej"),
            )
    values = math.prod(sizes.values())
    if stepped and values > MOST_VALUES:
        raise DataError(
            where,
            "it is larger than the largest tile of deepImageJ, which would not end",
            value=f"{values} values",
            allowed=f"{MOST_VALUES} values in all channels",
            hint=_IN_PYTHON,
        )
    for name, amount in output_bytes.items():
        if amount > MOST_OUTPUT_BYTES:
            raise DataError(
                where,
                f"output '{name}' would be larger than deepImageJ can pass on",
                value=f"{amount} bytes",
                allowed=f"{MOST_OUTPUT_BYTES} bytes",
                hint=_IN_PYTHON,
            )


def number_issues(package: Package) -> Iterator[Issue]:
    """Yield why deepImageJ gives other numbers for some images, which one export cures."""
    hint = "export the model with " + Option("consumer", "deepimagej")
    yield from _border_issues(package, hint)
    yield from _size_issues(package, hint)
    yield from _stack_issues(package, hint)


def _border_issues(package: Package, hint: Text) -> Iterator[Issue]:
    halo = max((axis.halo for spec in package.outputs for axis in spec.space), default=0)
    fixed = any(isinstance(axis.size, FixedSize) for spec in package.inputs for axis in spec.space)
    if halo and not fixed:
        yield BORDER.issue(
            "outputs",
            f"pixels up to {halo} from the image's border differ, as deepImageJ continues the "
            "image there in a way of its own",
            "no halo",
            hint,
        )


def _size_issues(package: Package, hint: Text) -> Iterator[Issue]:
    axes = [axis.size for spec in package.inputs for axis in spec.space]
    sizes = [size for size in axes if isinstance(size, SteppedSize)]
    step = max((size.step for size in sizes), default=1)
    if step > 1:
        least = max(size.min for size in sizes)
        yield SIZE_OFF_STEP.issue(
            "inputs",
            f"an image smaller than {least} pixels, or of a size that is no multiple of {step}, "
            "differs all over",
            "a network for every size",
            hint,
        )


def _stack_issues(package: Package, hint: Text) -> Iterator[Issue]:
    names = dict.fromkeys(step.name for spec in package.inputs for step in spec.steps)
    for name in names:
        if name in _OF_THE_IMAGE:
            yield STACK_STATISTICS.issue(
                "inputs",
                f"{name} of a stack takes the statistics of its last plane for all",
                "a network that normalizes by itself",
                hint,
            )


def image_findings(package: Package, sizes: Mapping[str, int]) -> Iterator[Finding]:
    """Yield why deepImageJ's numbers are others than Python's for an image of some size.

    Stacks are given to it plane by plane, so that they make no difference here.
    """
    for rule, finding in (*lint(package), *number_issues(package)):
        if rule.blocks or rule is STACK_STATISTICS:
            continue
        if rule is SIZE_OFF_STEP and not _off_step(package, sizes):
            continue
        # The observation holds the advice, as programs print no more of a prediction's findings.
        what = finding.what + " (" + finding.hint + ")"
        yield rule.finding(finding.where, what, finding.allowed)


def _off_step(package: Package, sizes: Mapping[str, int]) -> bool:
    return any(
        sizes[axis] < size.min or sizes[axis] % size.step for axis, size in _stepped(package)
    )


def _stepped(package: Package) -> Iterator[tuple[str, SteppedSize]]:
    for axis in package.inputs[0].space:
        if isinstance(axis.size, SteppedSize):
            yield axis.name, axis.size
