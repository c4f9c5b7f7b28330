"""Foreground to instances: cut where it is narrow, bit for bit the same wherever it runs.

Only comparisons of float32 and whole numbers decide, and every tie has a rule, so that an
implementation in another language gives the same labels for the same tensor:

1. Foreground pixels have a probability >= ``threshold`` (float32); 4-connected ones without a
   probability >= ``peak_threshold`` are background.  Where they are not convex they are split at
   ``split_levels`` into components (``levels.py``) of at least ``min_size`` pixels.
   ``D`` is the square of the Euclidean distance between the centers of a foreground pixel and the
   nearest background pixel, a whole number; what is beyond the image is no background.  If there is
   none at all, D is 1.
2. Neighbours are pixels of one component side by side, and those corner to corner that have a
   common neighbour side by side in the foreground.  Each pixel points to the largest of itself and
   its neighbours: by D, of equal D the first in raster order.  Pixels that lead to the same end are
   one part; the end's D is the part's height.
3. Where parts are neighbours, the largest over all pairs of neighbouring pixels of the smaller D of
   the two is the height of the pass between them.  Passes are looked at from the highest to the
   lowest; of equal height by the raster order of the end that comes first, then of the other one.
   With ``r`` the square root of a height, in double precision, two parts become one if r of the
   pass is at least ``split_ratio`` times r of the lower part, or less than 1 below it, or if one of
   them has fewer than ``min_seed`` pixels.  The union has the height of the higher one.
4. Objects of fewer than ``min_size`` pixels are dropped; the others are numbered 1 to n by their
   first pixel in raster order.

r is half a width: two cocci that touch have a neck narrower than either of them, a rod has none,
however long and bent it is.  A difference of less than one pixel is what a rim of pixels makes of
any outline, and cuts nothing.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels, relabel_sequential, remove_small_objects
from deepbacs_zoo.decoding.levels import split_components
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config.decoding import Foreground

__all__ = ["decode"]

Whole = NDArray[np.int64]
_STEPS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of the neighbours, as rows and columns; the others are the opposite ones."""


def decode(settings: Foreground, probabilities: NDArray[np.float32]) -> Labels:
    """Decode one plane.

    Parameters
    ----------
    settings
        Channel, threshold, neck and sizes.
    probabilities
        ``c y x``, 0 to 1, taken as float32.  Comparisons with NaN are false.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32; 0 is background, objects are numbered 1 to n by their first pixel.

    Raises
    ------
    PackageError
        The tensor lacks the channel that the settings name.
    """
    if probabilities.ndim != 3 or probabilities.shape[0] <= settings.channel:
        raise PackageError(
            f"output {settings.output}",
            "it does not have the channels that config.deepbacs_zoo.decode names",
            value=f"shape {'x'.join(map(str, probabilities.shape))}",
            allowed=f"c y x with at least {settings.channel + 1} channels",
            hint="correct the channel of config.deepbacs_zoo.decode",
        )
    plane = probabilities[settings.channel].astype(np.float32, copy=False)
    regions = split_components(
        plane,
        settings.threshold,
        settings.peak_threshold,
        settings.split_levels,
        settings.convexity,
        settings.min_size,
    )
    mask = regions > 0
    if not mask.any():
        return np.zeros(mask.shape, np.int32)
    parts = _Parts(regions)
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = parts.joined(settings) + 1
    return relabel_sequential(remove_small_objects(labels, settings.min_size))


def squared_distance(mask: NDArray[np.bool_]) -> Whole:
    """Return the squared distance of every pixel to the nearest background pixel.

    The mask is ``y x`` bool; the distances are ``y x`` int64, in squared pixels.
    """
    from scipy.ndimage import distance_transform_edt

    if mask.all():
        return np.ones(mask.shape, np.int64)
    nearest = distance_transform_edt(mask, return_distances=False, return_indices=True)
    rows, columns = (
        each - place for each, place in zip(nearest, np.indices(mask.shape), strict=True)
    )
    squares: Whole = rows.astype(np.int64) ** 2 + columns.astype(np.int64) ** 2
    return squares


class _Parts:
    """Foreground divided among the maxima of the distance.

    Arrays of one value for each foreground pixel are in raster order.

    Parameters
    ----------
    regions
        ``y x`` int32, 0 for background, foreground somewhere.
    """

    def __init__(self, regions: Labels) -> None:
        mask = regions > 0
        self._region = np.pad(regions, 1).reshape(-1)
        # A frame of background spares the tests for the image's border.
        self._mask = np.pad(mask, 1).reshape(-1)
        self._width = mask.shape[1] + 2
        self._pixels = np.flatnonzero(self._mask)
        self._number = np.full(self._mask.size, -1)
        self._number[self._pixels] = np.arange(self._pixels.size)
        self._height = squared_distance(mask)[mask]
        ends = self._ends()
        self._tops, self._part = np.unique(ends, return_inverse=True)

    def joined(self, settings: Foreground) -> Whole:
        """Return for every foreground pixel the number of its object."""
        parent = list(range(self._tops.size))
        height = self._height[self._tops].tolist()
        area = np.bincount(self._part).tolist()

        def find(part: int) -> int:
            while parent[part] != part:
                parent[part] = parent[parent[part]]
                part = parent[part]
            return part

        for passing, first, second in self._passes():
            one, other = find(first), find(second)
            if one == other:
                continue
            neck, part = math.sqrt(passing), math.sqrt(min(height[one], height[other]))
            wide = neck >= settings.split_ratio * part or part - neck < 1
            if wide or min(area[one], area[other]) < settings.min_seed:
                parent[other] = one
                height[one] = max(height[one], height[other])
                area[one] += area[other]
        return np.array([find(part) for part in parent])[self._part]

    def _pairs(self, rows: int, columns: int) -> tuple[Whole, Whole]:
        """Return the numbers of all pairs of neighbours, of which the second lies there."""
        there = self._pixels + rows * self._width + columns
        near = self._mask[there] & (self._region[there] == self._region[self._pixels])
        if rows and columns:
            near &= (
                self._mask[self._pixels + rows * self._width] | self._mask[self._pixels + columns]
            )
        return np.flatnonzero(near), self._number[there[near]]

    def _ends(self) -> Whole:
        """Return for every pixel the one where the way up ends."""
        count = self._pixels.size
        key = self._height * count + np.arange(count)[::-1]
        best, target = key.copy(), np.arange(count)
        for rows, columns in _STEPS:
            one, other = self._pairs(rows, columns)
            for pixels, towards in ((one, other), (other, one)):
                higher = key[towards] > best[pixels]
                best[pixels[higher]] = key[towards[higher]]
                target[pixels[higher]] = towards[higher]
        while True:
            further = target[target]
            if np.array_equal(further, target):
                return target
            target = further

    def _passes(self) -> list[tuple[int, int, int]]:
        """Return height and parts of every pass, the highest first."""
        found: list[Whole] = []
        for rows, columns in _STEPS:
            one, other = self._pairs(rows, columns)
            across = self._part[one] != self._part[other]
            one, other = one[across], other[across]
            parts = np.sort([self._part[one], self._part[other]], axis=0)
            found.append(np.stack([*parts, np.minimum(self._height[one], self._height[other])]))
        first, second, height = np.concatenate(found, axis=1)
        order = np.lexsort((second, first, -height))
        pairs = (first * self._tops.size + second)[order]
        # Of the passes between two parts the highest comes first.
        once = order[np.sort(np.unique(pairs, return_index=True)[1])]
        return list(
            zip(height[once].tolist(), first[once].tolist(), second[once].tolist(), strict=True)
        )
