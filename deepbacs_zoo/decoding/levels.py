"""Components of a probability map, split at higher levels where their shape is that of several.

One threshold for an image joins cells in a crowd or loses faint ones.  Here each component decides
for itself, bit for bit the same wherever it runs:

1. 4-connected pixels of at least ``threshold`` (float32) are a component.
2. A component is whole if it has fewer than 2 ``smallest`` pixels, or if its pixels are at least
   ``convexity`` (double precision) of those in its convex hull.  Pixels in the hull are those whose
   centers are in the smallest convex polygon around all centers of the component, or on its edge:
   a whole number, by Pick's theorem (https://en.wikipedia.org/wiki/Pick%27s_theorem)
   area + edge / 2 + 1.
3. One that is not whole is looked at again at each higher level, from the lowest, till the pixels
   of at least this level form two or more components of ``smallest`` pixels or more.  These are
   looked at as in 2, and split as in 3 in their turn, from this level on.  If one of all parts is
   whole, the parts take the place of the component; else it stays in one piece.
4. Parts are numbered by their first pixel in raster order and grow over the pixels of the component
   that are left, in waves: every pixel beside parts takes the smallest of their numbers.

The tree of components over all levels is that of Jones 1999,
https://doi.org/10.1006/cviu.1999.0777.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels, components, grown, relabel_sequential

__all__ = ["hull_pixels", "split_components"]

Mask = NDArray[np.bool_]
Point = tuple[int, int]


@dataclass(frozen=True)
class _Part:
    """A component: its rectangle in the plane, its pixels in there, and if it is whole."""

    place: tuple[slice, slice]
    mask: Mask
    whole: bool


def split_components(
    plane: NDArray[np.float32],
    threshold: float,
    levels: Sequence[float],
    convexity: float,
    smallest: int,
) -> Labels:
    """Return the components of a probability map, split where they are not whole.

    Parameters
    ----------
    plane
        ``y x`` float32, 0 to 1.  Comparisons with NaN are false.
    threshold
        The lowest level.
    levels
        Higher ones, ascending; none for components as they are.
    convexity
        Least share of the hull that a whole component fills.
    smallest
        Pixels of a part, at least.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32, 0 below the threshold; components are numbered by their first pixel.
    """
    from scipy.ndimage import find_objects

    mask = plane >= np.float32(threshold)
    labels = components(mask)
    higher = [np.float32(level) for level in levels if np.float32(level) > np.float32(threshold)]
    if not higher or not mask.any():
        return labels
    tree = _Tree(plane, higher, convexity, smallest)
    split, count = labels.copy(), int(labels.max(initial=0))
    for number, place in enumerate(find_objects(labels), 1):
        parts = tree.parts(place, labels[place] == number)
        if len(parts) == 1:
            continue
        split[place][labels[place] == number] = 0
        for part in parts:
            count += 1
            split[part.place][part.mask] = count
    return relabel_sequential(grown(relabel_sequential(split), mask))


@dataclass(frozen=True)
class _Tree:
    """The levels of a plane."""

    plane: NDArray[np.float32]
    levels: Sequence[np.float32]
    convexity: float
    smallest: int

    def parts(self, place: tuple[slice, slice], mask: Mask, first: int = 0) -> list[_Part]:
        """Return the parts of a component, looking at the levels from ``first`` on."""
        if self._is_whole(mask):
            return [_Part(place, mask, whole=True)]
        for index in range(first, len(self.levels)):
            found = self._components(place, mask, self.levels[index])
            if len(found) > 1:
                parts = [part for each in found for part in self.parts(*each, index + 1)]
                if any(part.whole for part in parts):
                    return parts
                break
            if not found:
                break
        return [_Part(place, mask, whole=False)]

    def _is_whole(self, mask: Mask) -> bool:
        area = int(np.count_nonzero(mask))
        # The hull is in the rectangle; and what is too small for two parts stays one anyhow.
        if area >= self.convexity * mask.size or area < 2 * self.smallest:
            return True
        return area >= self.convexity * hull_pixels(mask)

    def _components(
        self, place: tuple[slice, slice], mask: Mask, level: np.float32
    ) -> list[tuple[tuple[slice, slice], Mask]]:
        """Return the components of a level that are large enough."""
        from scipy.ndimage import find_objects, label

        labels, _ = label(mask & (self.plane[place] >= level))
        sizes = np.bincount(labels.reshape(-1))
        rows, columns = place
        found = []
        for number, inside in enumerate(find_objects(labels), 1):
            if sizes[number] >= self.smallest:
                y, x = (slice(side.start, side.stop) for side in inside)
                there = (
                    slice(rows.start + y.start, rows.start + y.stop),
                    slice(columns.start + x.start, columns.start + x.stop),
                )
                found.append((there, labels[inside] == number))
        return found


def hull_pixels(mask: Mask) -> int:
    """Return how many pixels the convex hull of a mask has, by their centers; ``y x`` bool."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    left = _chain(list(zip(rows.tolist(), first.tolist(), strict=True)), 1)
    right = _chain(list(zip(rows.tolist(), last.tolist(), strict=True)), -1)
    polygon = left + right[::-1]
    twice_area, edge = 0, 0
    for (y, x), (next_y, next_x) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        twice_area += y * next_x - next_y * x
        edge += math.gcd(next_y - y, next_x - x)
    return (abs(twice_area) + edge) // 2 + 1


def _chain(points: Sequence[Point], side: int) -> list[Point]:
    """Return one side of the hull of points with ascending rows: 1 for the left one, -1."""
    found: list[Point] = []
    for y, x in points:
        while len(found) > 1:
            (y0, x0), (y1, x1) = found[-2:]
            if side * ((y1 - y0) * (x - x0) - (x1 - x0) * (y - y0)) > 0:
                break
            found.pop()
        found.append((y, x))
    return found
