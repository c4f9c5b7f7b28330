"""From scored polygons to labels: the best first, overlapping ones dropped.

Only whole numbers and comparisons of float32 decide, so that an implementation in another
language gives the same labels for the same tensor:

1. Candidates are the tensor's pixels whose probability is >= the threshold (float32) and whose
   place, ``(i·grid, j·grid)``, is in the image.  They come in the order of their probability, the
   largest first; of equal ones the first in raster order.
2. A candidate whose place is a pixel of an object already is dropped.
3. Its corners are whole numbers of 1/256 pixel, see ``stars.py`` and ``splines.py``.  The pixel
   (y, x) is inside where the polygon's winding number around (256·y, 256·x) is not 0; points on
   an edge belong to the side of larger x, on a horizontal edge to the side of larger y.  Pixels
   beyond the image do not count.
4. It is dropped if an object shares more than ``nms_threshold`` times the smaller of two areas
   with it: the pixels inside of it, and those that were inside of that object's polygon.  (A whole
   number is compared with a product in double precision.)
5. Else its pixels that belong to no object become one, if they are at least ``min_size``, and one.
6. Objects are numbered 1 to n by their first pixel in raster order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels, relabel_sequential
from deepbacs_zoo.decoding.grids import on_grid
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config.decoding import Spline, StarConvex

__all__ = ["FAR", "UNIT", "Whole", "fixed_point", "inside", "suppress"]

Whole = NDArray[np.int64]
Trace = Callable[[NDArray[np.float32]], tuple[Whole, Whole]]

UNIT: Final = 256
"""Parts of a pixel that coordinates are counted in."""
FAR: Final = 65536.0
"""Pixels that a corner is away at most."""
_CHUNK: Final = 1024


def fixed_point(values: NDArray[np.float32]) -> Whole:
    """Return float32 pixels as int64 in 1/256 pixels: ``floor(256·v + 1/2)``.

    The axes stay; NaN becomes 0, and what is far away 65,536.
    """
    wide = np.where(np.isnan(values), np.float32(0), values).astype(np.float64)
    return np.floor(np.clip(wide, -FAR, FAR) * UNIT + 0.5).astype(np.int64)


def suppress(
    settings: StarConvex | Spline,
    tensor: NDArray[np.float32],
    size: tuple[int, int] | None,
    channels: int,
    trace: Trace,
) -> Labels:
    """Decode one plane.

    Parameters
    ----------
    settings
        Grid, thresholds and the smallest size.
    tensor
        ``c y x``; channel 0 holds probabilities.
    size
        Height and width of the image; those of the tensor times the grid if not given.
    channels
        Number of channels of the tensor.
    trace
        From the channels behind the first, ``channels - 1, n``, to the corners of n polygons, as
        y and x of shape ``n, corners``, in 1/256 pixels seen from the place of the candidate.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32.

    Raises
    ------
    PackageError
        The tensor has another number of channels.
    """
    if tensor.ndim != 3 or tensor.shape[0] != channels:
        raise PackageError(
            f"output {settings.output}",
            "it does not have the channels that config.deepbacs_zoo.decode asks for",
            value=f"shape {'x'.join(map(str, tensor.shape))}",
            allowed=f"c y x with {channels} channels",
            hint=f"correct {'n_rays' if isinstance(settings, StarConvex) else 'points'} "
            "of config.deepbacs_zoo.decode",
        )
    tensor = tensor.astype(np.float32, copy=False)
    if size is None:
        size = (tensor.shape[1] * settings.grid, tensor.shape[2] * settings.grid)
    tensor = on_grid(tensor, settings.grid, size)
    canvas = _Canvas(settings, np.zeros(size, np.int32))
    for rows, columns in _chunks(_candidates(settings, tensor[0], size)):
        y, x = rows * settings.grid, columns * settings.grid
        free = canvas.labels[y, x] == 0
        y, x = y[free], x[free]
        dy, dx = trace(tensor[1:, rows[free], columns[free]])
        ys, xs = dy + UNIT * y[:, None], dx + UNIT * x[:, None]
        for index in np.flatnonzero(_large_enough(ys, xs, settings.min_size)):
            if canvas.labels[y[index], x[index]] == 0:
                canvas.add(ys[index], xs[index])
    return relabel_sequential(canvas.labels)


def _candidates(
    settings: StarConvex | Spline, probabilities: NDArray[np.float32], size: tuple[int, int]
) -> tuple[Whole, Whole]:
    """Return the rows and columns of candidates in the tensor, the best first."""
    height, width = (-(-length // settings.grid) for length in size)
    kept = probabilities[:height, :width]
    # Comparisons with NaN are false.
    rows, columns = np.nonzero(kept >= np.float32(settings.probability_threshold))
    order = np.argsort(-kept[rows, columns], kind="stable")
    return rows[order], columns[order]


def _chunks(places: tuple[Whole, Whole]) -> Iterator[tuple[Whole, Whole]]:
    rows, columns = places
    for start in range(0, rows.size, _CHUNK):
        yield rows[start : start + _CHUNK], columns[start : start + _CHUNK]


def _large_enough(ys: Whole, xs: Whole, smallest: int) -> NDArray[np.bool_]:
    """Tell which polygons have ``smallest`` pixels in their bounding box; others never matter."""
    sides = [_above(each.max(axis=1)) - _above(each.min(axis=1)) for each in (ys, xs)]
    return np.asarray(sides[0] * sides[1] >= max(smallest, 1))


def _above(value: Whole) -> Whole:
    """Return the first pixel at or behind a coordinate."""
    return -(-value // UNIT)


def inside(
    ys: Whole, xs: Whole, size: tuple[int, int]
) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """Return the pixels inside a polygon.

    Parameters
    ----------
    ys, xs
        Corners in 1/256 pixel, int64 along one axis.
    size
        Height and width of the image.

    Returns
    -------
    tuple of slice
        Bounding box in the image.
    numpy.ndarray
        Mask of that size, ``y x`` bool.
    """
    (top, bottom), (left, right) = (
        (max(0, -(-int(each.min()) // UNIT)), min(length, -(-int(each.max()) // UNIT)))
        for each, length in zip((ys, xs), size, strict=True)
    )
    height, width = max(bottom - top, 0), max(right - left, 0)
    box = (slice(top, top + height), slice(left, left + width))
    to_y, to_x = (np.concatenate((each[1:], each[:1])) for each in (ys, xs))
    lines = UNIT * np.arange(top, top + height)[:, None]
    # Every edge with its lower corner, without its upper one: each corner is counted once.
    rows, edges = np.nonzero((np.minimum(ys, to_y) <= lines) & (lines < np.maximum(ys, to_y)))
    y, x = ys[edges], xs[edges]
    down, across = to_y[edges] - y, to_x[edges] - x
    sign = np.sign(down)
    crossing = sign * (x * down + (lines[rows, 0] - y) * across)
    # The winding number changes at the first pixel at or right of the edge.
    columns = -(-crossing // (UNIT * np.abs(down))) - left
    columns = np.minimum(np.maximum(columns, 0), width)
    steps = np.bincount(rows * (width + 1) + columns, sign, minlength=height * (width + 1))
    winding = np.cumsum(steps.reshape(height, width + 1), axis=1)
    return box, winding[:, :width] != 0


def _counted(labels: Labels) -> list[tuple[int, int]]:
    """Return every label and how often it occurs."""
    if not labels.size:
        return []
    found, counts = np.unique(labels, return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))


@dataclass
class _Canvas:
    """Objects found so far: their labels, and the area of the polygon of each."""

    settings: StarConvex | Spline
    labels: Labels
    areas: list[int] = field(default_factory=lambda: [0])

    def add(self, ys: Whole, xs: Whole) -> None:
        """Paint a polygon unless it is one object too many."""
        height, width = self.labels.shape
        box, mask = inside(ys, xs, (height, width))
        area = int(np.count_nonzero(mask))
        below = self.labels[box]
        free = mask & (below == 0)
        if np.count_nonzero(free) < max(self.settings.min_size, 1):
            return
        taken = below[mask]
        taken = taken[taken != 0]
        for label, pixels in _counted(taken):
            if pixels > self.settings.nms_threshold * min(area, self.areas[label]):
                return
        below[free] = len(self.areas)
        self.areas.append(area)
