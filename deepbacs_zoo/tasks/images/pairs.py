"""Checks of a pair of images before a network learns from it: constant, saturated, shifted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks.images.registration import measured_shift, on_grid_of

__all__ = ["check_pair"]

SATURATED: Final = Rule(
    "target-saturated",
    Severity.WARNING,
    "Brightness above the largest number of the file is cut off, and a network learns the cut.",
)
CLIPPED: Final = Rule(
    "target-clipped-at-zero",
    Severity.WARNING,
    "Where an offset was subtracted from whole numbers without sign, what was darker became 0, and "
    "the mean of the dark ground is too high.",
)
ENLARGED: Final = Rule(
    "image-enlarged",
    Severity.WARNING,
    "Pixels that were repeated hold nothing new, and noise that comes in blocks is no noise of a "
    "camera.",
)
SHIFTED: Final = Rule(
    "pair-shifted",
    Severity.WARNING,
    "A network that learns from shifted pairs shifts its results, and blurs them where the shifts "
    "differ.",
)
_SATURATED: Final = 0.005
"""Share of the pixels that may have the largest value, or 0."""
_LIMITS: Final = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 16))
"""The largest numbers of cameras and files."""
_SHIFT: Final = 1.0
"""Pixels by which a target may be shifted."""


def check_pair(place: Path, source: NDArray[Any], target: NDArray[Any]) -> tuple[Finding, ...]:
    """Check an image and its target.

    Parameters
    ----------
    place
        The file of the target.
    source, target
        ``c y x`` of any dtype, that of its file; the target of the same height and width, or of a
        whole number of times both.

    Returns
    -------
    tuple of Finding
        What is odd about the pair.

    Raises
    ------
    DataError
        A channel of the target has one value only, or the target is the image itself.
    """
    for number, channel in enumerate(target):
        if channel.min() == channel.max():
            raise DataError(
                place,
                "there is nothing to learn from this target image",
                value=f"channel {number + 1} is {channel.min():g} everywhere",
                allowed="an image with more than one value",
                hint="leave the pair out, or give the right target",
            )
    if source.shape == target.shape and np.array_equal(source, target):
        raise DataError(
            place,
            "the target is the image itself",
            value="the same values in every pixel",
            allowed="another image of the same field",
            hint="give the folder of the targets",
        )
    found = (
        _saturation(place, target),
        _clipping(place, target),
        _enlargement(place, "image", source),
        _enlargement(place, "target", target),
        _shift(place, source, target),
    )
    return tuple(finding for finding in found if finding is not None)


def _saturation(place: Path, target: NDArray[Any]) -> Finding | None:
    if not np.issubdtype(target.dtype, np.integer):
        return None
    largest = int(target.max())
    share = float(np.mean(target == largest))
    if share < _SATURATED or largest not in _LIMITS:
        return None
    return SATURATED.finding(
        place,
        f"{share:.1%} of the target have its largest value, {largest}",
        f"less than {_SATURATED:.1%}",
        "take the target with less light or a shorter exposure, or save it in 16 bits",
    )


def _clipping(place: Path, target: NDArray[Any]) -> Finding | None:
    """Report zeros that stand beside small numbers: a true ground of 0 has nothing near it."""
    if not np.issubdtype(target.dtype, np.integer) or target.min() != 0:
        return None
    share, near = (float(np.mean(target == value)) for value in (0, 1))
    if share < _SATURATED or not 0 < near < share:
        return None
    return CLIPPED.finding(
        place,
        f"{share:.1%} of the target are 0, beside {near:.1%} of 1: darker values seem cut off",
        "the offset of the camera left in the image, or numbers with a sign",
        "subtract no offset, or save the difference in 32 bits",
    )


def _enlargement(place: Path, name: str, image: NDArray[Any]) -> Finding | None:
    height, width = (side // 2 * 2 for side in image.shape[1:])
    even = image[:, :height, :width]
    corner = even[:, ::2, ::2]
    others = (even[:, 1::2, ::2], even[:, ::2, 1::2], even[:, 1::2, 1::2])
    if not corner.size or not all(np.array_equal(corner, other) for other in others):
        return None
    return ENLARGED.finding(
        place,
        f"the {name} consists of blocks of 2 by 2 equal pixels",
        "the pixels of the camera",
        "take the image before it was enlarged, and bring both to one size by interpolation",
    )


def _shift(place: Path, source: NDArray[Any], target: NDArray[Any]) -> Finding | None:
    shift = measured_shift(source.mean(axis=0), on_grid_of(source, target).mean(axis=0))
    if shift is None or float(np.hypot(*shift)) <= _SHIFT:
        return None
    y, x = shift
    return SHIFTED.finding(
        place,
        f"the target lies {y:+.1f} pixels in y and {x:+.1f} in x from its image",
        f"at most {_SHIFT:g} pixel",
        "give " + Option("register") + ", or register the images first, as with Fiji's StackReg",
    )
