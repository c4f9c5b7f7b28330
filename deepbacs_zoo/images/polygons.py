"""Polygons as pixels, by the rule of ImageJ.

A pixel belongs to a polygon when its center lies inside by the even-odd rule; a center on a left or
upper edge is outside, one on a right or lower edge inside, so that polygons that share an edge
share no pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mask", "Region", "fill_polygons", "fill_region"]

Mask = NDArray[np.bool_]
Region = tuple[tuple[slice, slice], Mask]
"""Rows and columns of an image, and the pixels in them."""
Floats = NDArray[np.float64]

_EDGE: Final = 1e-8
"""Pixels by which crossings lie further right, which puts a center on a left edge outside."""


def fill_polygons(parts: Sequence[NDArray[np.number]], size: tuple[int, int]) -> Mask:
    """Fill the polygons of one object.

    Parameters
    ----------
    parts
        The corners of each closed polygon: ``n 2``, x and y in pixels from the image's upper left
        corner, so that the center of the first pixel is 0.5, 0.5.  A polygon inside another is a
        hole.
    size
        Rows and columns of the image; what lies outside is cut off.

    Returns
    -------
    numpy.ndarray
        ``y x`` bool.
    """
    mask = np.zeros(size, np.bool_)
    place, inside = fill_region(parts, size)
    mask[place] = inside
    return mask


def fill_region(parts: Sequence[NDArray[np.number]], size: tuple[int, int]) -> Region:
    """Fill as `fill_polygons` does, and return only the rows and columns that the object takes.

    Returns
    -------
    tuple of slice, and numpy.ndarray
        Rows and columns of the image, and ``y x`` bool in them.
    """
    rows, columns = _crossings(_edges(parts), size)
    if not rows.size:
        return (slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.bool_)
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) + 1 - top, int(columns.max()) - left
    places = (rows - top) * (width + 1) + columns - left
    counts = np.bincount(places, minlength=height * (width + 1)).reshape(height, width + 1)
    inside = np.cumsum(counts, axis=1)[:, :width] % 2 == 1
    return (slice(top, top + height), slice(left, left + width)), inside


def _edges(parts: Sequence[NDArray[np.number]]) -> Floats:
    """Return the edges that cross the center of a row: ``n 4``, x and y, from top to bottom."""
    found = [np.zeros((0, 4))]
    for part in parts:
        corners = np.asarray(part, np.float64).reshape(-1, 2)
        found.append(np.hstack((corners, np.roll(corners, -1, axis=0))))
    edges = np.concatenate(found)
    edges = edges[np.isfinite(edges).all(axis=1)]
    return np.where((edges[:, 1] > edges[:, 3])[:, None], edges[:, [2, 3, 0, 1]], edges)


def _crossings(edges: Floats, size: tuple[int, int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return each row that an edge crosses, and the first column whose center is right of it."""
    # The rows whose center lies in (y1, y2].
    first = np.floor(edges[:, 1] + 0.5)
    begin, end = (np.clip(ends, 0, size[0]) for ends in (first, np.floor(edges[:, 3] + 0.5)))
    counts = (end - begin).astype(np.intp)
    crossed = counts > 0
    edges, first, begin, counts = (each[crossed] for each in (edges, first, begin, counts))
    x1, y1, x2, y2 = edges.T
    slope = (x2 - x1) / (y2 - y1)
    start = x1 + (first - y1 + 0.5) * slope + _EDGE
    index = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = begin[index] + within
    crossing = start[index] + slope[index] * (rows - first[index])
    columns = np.clip(np.floor(crossing + 0.5), 0, size[1])
    return rows.astype(np.intp), columns.astype(np.intp)
