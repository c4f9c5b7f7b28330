"""Objects of label images one by one, and what tasks on a grid choose by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks.types import Sample

__all__ = ["Cutout", "choose_grid", "cutouts", "depth", "objectness", "some_objects"]

Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]

_ACROSS: Final = 6
"""Pixels of the grid that the width of the thinnest objects must have."""
_GRIDS: Final = (4, 2, 1)
_THINNEST: Final = 10
"""Percentile: some objects of a real data set are specks."""
_SPECK: Final = 0.3
"""Share of the area of the smallest objects below which what is found is none."""
_MOST: Final = 400
"""Objects that choices are made by at most."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """An object of a label image.

    Parameters
    ----------
    number
        Its label.
    y, x
        First row and column of the mask in the image.
    mask
        Its pixels, with a frame of one pixel without it.
    cut
        Whether it touches the edge of the image.
    """

    number: int
    y: int
    x: int
    mask: Mask
    cut: bool


def cutouts(labels: Labels) -> Iterator[Cutout]:
    """Yield the objects of a label image (``y x`` int32) by number."""
    from scipy.ndimage import find_objects

    for number, place in enumerate(find_objects(labels), start=1):
        if place is not None:
            mask = np.pad(labels[place] == number, 1)
            cut = any(
                side.start == 0 or side.stop == size
                for side, size in zip(place, labels.shape, strict=True)
            )
            yield Cutout(number, place[0].start - 1, place[1].start - 1, mask, cut)


def depth(mask: Mask) -> NDArray[np.float64]:
    """Return the distance of every pixel of an object to the nearest pixel outside.

    The mask is ``y x`` bool, the distances are ``y x`` float64 in pixels.
    """
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(mask), np.float64)


def objectness(labels: Labels, grid: int) -> NDArray[np.float32]:
    """Return how deep inside its object a pixel is, 1 in its middle and 0 outside.

    The distance to the nearest pixel outside the object, divided by the largest one in it, as
    StarDist has it (Schmidt et al. 2018); every ``grid``-th pixel.  Labels are ``y x`` int32, the
    result is ``y x`` float32.
    """
    found = np.zeros(labels.shape, np.float32)
    for one in cutouts(labels):
        height, width = (side - 2 for side in one.mask.shape)
        deep = depth(one.mask)[1:-1, 1:-1]
        here = found[one.y + 1 : one.y + 1 + height, one.x + 1 : one.x + 1 + width]
        here[one.mask[1:-1, 1:-1]] = (deep / deep.max())[one.mask[1:-1, 1:-1]]
    return found[::grid, ::grid]


def some_objects(samples: Sequence[Sample]) -> list[Cutout]:
    """Return objects of all images, evenly spaced where there are many."""
    found = [one for sample in samples for one in cutouts(sample.truth.content)]
    return found[:: max(1, len(found) // _MOST)]


def choose_grid(objects: Sequence[Cutout]) -> dict[str, Any]:
    """Return the arguments that follow from the size of objects.

    Returns
    -------
    dict
        ``grid``: image pixels per pixel of the output, the largest of 1, 2 and 4 that leaves the
        thinnest whole objects (10th percentile of the width) six pixels; ``unit``: half the side of
        a square of a usual object's area, in pixels; ``min_size``: pixels below which what is found
        is no object.
    """
    whole = [one.mask for one in objects if not one.cut] or [one.mask for one in objects]
    widths = [2 * float(depth(mask).max()) - 1 for mask in whole]
    thin = float(np.percentile(widths, _THINNEST))
    usual = float(np.median([int(mask.sum()) for mask in whole]))
    smallest = float(np.percentile([int(one.mask.sum()) for one in objects], _THINNEST))
    return {
        "grid": next((grid for grid in _GRIDS if thin / grid >= _ACROSS), 1),
        "unit": max(1.0, round(float(np.sqrt(usual)) / 2, 1)),
        "min_size": max(4, round(_SPECK * smallest)),
    }
