"""Splines through the corners of a ROI (Edit › Selection › Fit Spline), as polygons.

Class ``ij.gui.PolygonRoi`` of ImageJ: a natural cubic spline over the square roots of the
distances of the corners, continued by its own other end, with a point for every two pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["spline"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
_EXTENSION: Final = 7
_FEWEST: Final = 100
_MOST: Final = 10**6
_SHORTEST: Final = np.float32(0.001)


def spline(corners: NDArray[Any], kind: str, *, is_whole: bool) -> Singles:
    """Return the points of the closed spline through corners.

    Parameters
    ----------
    corners
        ``n 2``, relative to their bounds.
    kind
        The kind of the ROI, which decides how its perimeter is measured.
    is_whole
        Whether the corners are whole pixels in the file.

    Returns
    -------
    numpy.ndarray
        ``n 2`` float32, relative as the corners are.

    Raises
    ------
    ValueError
        It is longer than any outline in an image.
    """
    length = _perimeter(corners, kind, is_whole=is_whole)
    corners = corners.astype(np.float32)
    closed = np.concatenate((corners, corners[:1]))
    steps = np.diff(closed, axis=0)
    squares = (steps[:, 0] * steps[:, 0] + steps[:, 1] * steps[:, 1]).astype(np.float64)
    apart = np.maximum(np.sqrt(np.sqrt(squares)).astype(np.float32), _SHORTEST)
    knots = np.cumsum(np.concatenate((np.zeros(1), apart)).astype(np.float32), dtype=np.float32)
    count = max(int(length / 2), _FEWEST)
    if count > _MOST:
        raise ValueError(f"a ROI with a spline of {count} points, which no image has")
    at: Floats = np.arange(count, dtype=np.float64) * (float(knots[-1]) / (count - 1))
    return np.stack([_interpolate(knots, values, at) for values in closed.T], axis=1)


def _perimeter(corners: NDArray[Any], kind: str, *, is_whole: bool) -> float:
    """Return the length that ImageJ gives the outline."""
    if kind == "traced":
        return _traced(corners) if is_whole else 0.0
    steps = np.diff(corners, axis=0, append=corners[:1])
    is_stair = (steps == 0).any(axis=1).all() and (corners == np.trunc(corners)).all()
    if kind == "polygon" and is_stair:
        return _traced(corners)
    if kind in ("freehand", "ellipse") and len(corners) > 2:
        return _smoothed(corners)
    return _length(steps)


def _smoothed(corners: NDArray[Any]) -> float:
    """Return the length of the line through the means of three corners, closed by a chord."""
    ends = np.stack((corners[:3], corners[-3:])).sum(axis=1).astype(np.float64) / 3
    steps = (corners[3:] - corners[:-3]).astype(np.float64) / 3
    chord = corners[-1] - corners[0]
    return _length([ends[0] - corners[0], *steps, corners[-1] - ends[1], chord])


def _length(steps: Sequence[NDArray[Any]] | NDArray[Any]) -> float:
    """Return the sum of the lengths of steps, added up in doubles one after the other."""
    across, down = np.asarray(steps, np.float64).T
    return sum(np.sqrt(across * across + down * down).tolist(), 0.0)


def _traced(corners: NDArray[Any]) -> float:
    """Return the length of a stair of pixel edges, with its corners cut off."""
    if len(corners) < 4:
        return 0.0
    sides = np.abs(np.diff(corners, axis=0, append=corners[:1])).sum(axis=1)
    count, is_corner = 0, False
    for side in np.roll(sides, 1):
        is_corner = bool(side > 1) or not is_corner
        count += is_corner
    return float(sides.sum() - count * (2 - math.sqrt(2)))


def _interpolate(knots: Singles, values: Singles, at: Floats) -> Singles:
    """Evaluate a natural spline that is continued at both ends by its own other end."""
    more = min(_EXTENSION, len(knots) - 1)
    before, after = knots[-more - 1 : -1] - knots[-1], knots[1 : more + 1] - knots[0] + knots[-1]
    x = np.concatenate((before, knots, after))
    y = np.concatenate((values[-more - 1 : -1], values, values[1 : more + 1]))
    bends = _second_derivatives(x, y)
    right = np.clip(np.searchsorted(x, at, side="left"), 1, len(x) - 1)
    left = right - 1
    apart = (x[right] - x[left]).astype(np.float64)
    a, b = at - x[left], x[right] - at
    straight = a * y[right] + b * y[left]
    bent = (a * a - apart * apart) * a * bends[right] + (b * b - apart * apart) * b * bends[left]
    found: Singles = ((straight + bent / 6) / apart).astype(np.float32)
    return found


def _second_derivatives(x: Singles, y: Singles) -> Floats:
    """Solve for the second derivatives at the knots, which are 0 at both ends."""
    apart = np.diff(x.astype(np.float64))
    slopes = np.diff(y.astype(np.float64)) / apart
    apart[0] = x[1] - x[0]  # in single precision, as Java computes the first one
    slopes[0] = (y[1] - y[0]) / apart[0]
    bends, upper = [0.0], [0.0]
    for a, c, jump in zip(apart, apart[1:], 6.0 * np.diff(slopes), strict=False):
        scale = 1.0 / (2.0 * (c + a) - a * upper[-1])
        bends.append((jump - a * bends[-1]) * scale)
        upper.append(c * scale)
    bends.append(0.0)
    for j in range(len(upper) - 1, 0, -1):
        bends[j] -= upper[j] * bends[j + 1]
    return np.array(bends)
