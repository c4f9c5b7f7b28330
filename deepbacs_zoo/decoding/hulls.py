"""Convex hulls of all labels of a plane at once, counted in whole pixels.

Pixels in a hull are those whose centers are in the smallest convex polygon around all centers of a
label, or on its edge: a whole number, by Pick's theorem
(https://en.wikipedia.org/wiki/Pick%27s_theorem) area + edge / 2 + 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["hull_pixels"]

Whole = NDArray[np.int64]


def hull_pixels(labels: NDArray[np.int32]) -> Whole:
    """Return how many pixels the convex hull of each label has.

    Parameters
    ----------
    labels
        ``y x`` int32; 0 is background.

    Returns
    -------
    numpy.ndarray
        int64, one number for each label from 0 to the largest one; 1 where there is no such label.
    """
    inside = labels > 0
    differ = labels[:, 1:] != labels[:, :-1]
    starts, stops = inside.copy(), inside
    starts[:, 1:] &= differ
    stops[:, :-1] &= differ
    twice_area = np.zeros(int(labels.max(initial=0)) + 1, np.int64)
    edge = np.zeros_like(twice_area)
    for mask, side in ((starts, 1), (stops, -1)):
        label, y, x = _chain(_outermost(labels, mask, side), side)
        joined = label[1:] == label[:-1]
        at, y0, x0, y1, x1 = (part[joined] for part in (label[1:], y[:-1], x[:-1], y[1:], x[1:]))
        # Trapezoids between a side and column 0; along the first and the last row there is none.
        np.add.at(twice_area, at, -side * (x0 + x1) * (y1 - y0))
        np.add.at(edge, at, np.gcd(y1 - y0, x1 - x0))
        for last in (np.append(~joined, True), np.append(True, ~joined)):
            if label.size:
                np.add.at(edge, label[last], -side * x[last])
    return (twice_area + edge) // 2 + 1


def _outermost(labels: NDArray[np.int32], mask: NDArray[np.bool_], side: int) -> Whole:
    """Return label, row and column of the first pixels in each row of a label, or the last ones."""
    pixels = np.flatnonzero(mask)
    label = labels.reshape(-1)[pixels].astype(np.int64)
    # Pixels are in raster order, and stay so within a label.
    order = np.argsort(label, kind="stable")
    label = label[order]
    y, x = np.divmod(pixels[order], labels.shape[1])
    change = (label[1:] != label[:-1]) | (y[1:] != y[:-1])
    end = np.ones(1, np.bool_)[: label.size]
    keep = np.concatenate([end, change] if side > 0 else [change, end])
    return np.stack([label, y, x])[:, keep]


def _chain(points: Whole, side: int) -> Whole:
    """Return one side of each hull: 1 for the left one, -1 for the right one.

    A point that is not beyond the line between its neighbours is no corner.  All such are left out
    at once, till each one that is left is a corner; labels where none was left out are done.
    """
    done: list[Whole] = []
    while True:
        label, y, x = points
        keep = np.ones(label.size, np.bool_)
        if label.size > 2:
            dy, dx = np.diff(y), np.diff(x)
            corner = side * (dy[:-1] * dx[1:] - dx[:-1] * dy[1:]) > 0
            keep[1:-1] = corner | (label[2:] != label[:-2])
        again = np.zeros(int(label.max(initial=0)) + 1, np.bool_)
        again[label[~keep]] = True
        more = again[label]
        done.append(points[:, ~more])
        if not more.any():
            break
        points = points[:, keep & more]
    found = np.concatenate(done, axis=1)
    return found[:, np.argsort(found[0], kind="stable")]
