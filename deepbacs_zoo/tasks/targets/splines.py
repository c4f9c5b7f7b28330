"""Closed cubic B-splines along the rims of objects (Mandal and Uhlmann 2021).

The rim is the line halfway between pixels inside and outside, resampled at equal arc lengths.  It
starts where the ray from the center of mass to the right leaves the object last, and runs with y
upwards first, so that like objects have like control points: the place of the start moves little
when an object turns or bends a little.  The control points are the least squares fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks.targets.objects import cutouts, objectness

__all__ = ["basis", "control_points", "spline_target"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

_PER_POINT: Final = 8
"""Samples of the rim for each control point."""


def spline_target(
    labels: NDArray[np.int32], points: int, grid: int
) -> Mapping[str, NDArray[np.float32]]:
    """Return what SplineDist learns from a label image.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 background; targets are float32.
    points
        Number of control points.
    grid
        Every which pixel is taken.

    Returns
    -------
    mapping
        ``probability``: ``y x``, see :func:`~deepbacs_zoo.tasks.targets.objects.objectness`;
        ``offsets``: ``2·points y x``, dy and dx from the pixel to each control point in image
        pixels, 0 outside of objects.
    """
    table = np.zeros((int(labels.max(initial=0)) + 1, 2 * points), np.float32)
    for one in cutouts(labels):
        found = control_points(one.mask, points) + np.array([one.y, one.x])
        table[one.number] = found.reshape(-1)
    seen = labels[::grid, ::grid]
    offsets = np.moveaxis(table[seen], -1, 0)
    rows, columns = (np.arange(side, dtype=np.float32) * grid for side in seen.shape)
    offsets[::2] -= rows[:, np.newaxis]
    offsets[1::2] -= columns
    return {
        "probability": objectness(labels, grid),
        "offsets": np.where(seen > 0, offsets, np.float32(0)),
    }


def control_points(mask: Mask, points: int) -> Numbers:
    """Return ``points (y, x)`` float64: the spline along the rim of the largest part of an object.

    Parameters
    ----------
    mask
        ``y x`` bool, with a frame of background.
    points
        Their number.
    """
    rim = _rim(mask, points * _PER_POINT)
    return np.asarray(_solver(points, points * _PER_POINT) @ rim, np.float64)


@lru_cache(maxsize=8)
def basis(points: int, samples: int) -> Numbers:
    """Return ``samples, points``: the weights of control points in a closed uniform cubic B-spline.

    float64 along the axes ``samples points``.  Sample s is at parameter s·points/samples.
    """
    at = np.arange(samples) * points / samples
    away = np.abs(at[:, np.newaxis] - np.arange(points))
    away = np.minimum(away, points - away)
    inner = 2 / 3 - away**2 + away**3 / 2
    outer = np.maximum(2 - away, 0) ** 3 / 6
    return np.asarray(np.where(away < 1, inner, outer), np.float64)


@lru_cache(maxsize=8)
def _solver(points: int, samples: int) -> Numbers:
    return np.asarray(np.linalg.pinv(basis(points, samples)), np.float64)


def _rim(mask: Mask, samples: int) -> Numbers:
    """Return ``samples, (y, x)`` along the longest outline, at equal arc lengths."""
    from skimage.measure import find_contours

    outlines = find_contours(mask.astype(np.float64), 0.5)
    line = np.asarray(max(outlines, key=len), np.float64)[:-1]
    line = np.roll(line, -_start(line, np.argwhere(mask).mean(axis=0)), axis=0)
    closed = np.concatenate([line, line[:1]])
    steps = np.hypot(*np.diff(closed, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.arange(samples) * along[-1] / samples
    found = np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], axis=1)
    y, x = found.T
    area = float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
    # Of the two ways around, that with a negative area in a plane whose y points down.
    return found if area < 0 else np.roll(found[::-1], 1, axis=0)


def _start(line: Numbers, middle: Numbers) -> int:
    """Return the corner nearest to where the ray to the right leaves the outline last."""
    beside = np.abs(line[:, 0] - middle[0]) <= 1
    if not beside.any():
        return int(line[:, 1].argmax())
    return int(np.where(beside, line[:, 1], -np.inf).argmax())
