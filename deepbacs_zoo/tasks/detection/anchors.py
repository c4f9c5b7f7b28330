"""The usual sizes of boxes, the grid that suits them, and targets on that grid.

Redmon and Farhadi 2017, https://arxiv.org/abs/1612.08242: anchors are found by k-means with the
distance 1 - IoU of boxes with a common center; each true box is the business of the cell in which
its center lies, and there of the anchor that is most like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Box

__all__ = ["GRIDS", "choose_anchors", "choose_grid", "encode_boxes", "size_iou"]

Sizes = NDArray[np.float64]
"""``n 2``: width and height in image pixels."""

GRIDS: Final = (16, 8, 4)
_PER_GRID: Final = 1.5
"""The smallest class must be this many cells wide, so that neighbours lie in different cells."""
_ENOUGH: Final = 5
_MOST_ANCHORS: Final = 5
_GAIN: Final = 0.01
_TRIES: Final = 10
_ROUNDS: Final = 100
_DIGITS: Final = 1


def size_iou(sizes: Sizes, anchors: Sizes) -> Sizes:
    """Return the IoU of boxes and anchors with a common center, axes ``boxes anchors``, float64."""
    shared = np.minimum(sizes[:, None], anchors[None]).prod(axis=2)
    total = sizes.prod(axis=1)[:, None] + anchors.prod(axis=1)[None]
    return np.asarray(shared / (total - shared), np.float64)


def choose_anchors(sizes: Sizes) -> tuple[tuple[float, float], ...]:
    """Return the usual sizes: as many as make the mean IoU higher by a hundredth each, at most 5.

    Parameters
    ----------
    sizes
        Of all training boxes, at least one: ``n 2`` float64, width and height in image pixels.

    Returns
    -------
    tuple
        Width and height in image pixels to a tenth, the smallest area first.
    """
    distinct = np.unique(sizes, axis=0)
    best: Sizes = distinct[:1]
    best_iou = 0.0
    for count in range(1, min(_MOST_ANCHORS, len(distinct)) + 1):
        found = _clustered(sizes, count)
        iou = float(size_iou(sizes, found).max(axis=1).mean())
        if iou < best_iou + _GAIN:
            break
        best, best_iou = found, iou
    order = np.lexsort((best[:, 0], best.prod(axis=1)))
    rounded = np.round(best[order], _DIGITS).tolist()
    return tuple((float(width), float(height)) for width, height in rounded)


def _clustered(sizes: Sizes, count: int) -> Sizes:
    """Return the best of some runs of k-means, seeded, so that the same boxes give the same."""
    random = np.random.default_rng(0)
    runs = [_one_run(sizes, count, random) for _ in range(_TRIES)]
    return max(runs, key=lambda centers: float(size_iou(sizes, centers).max(axis=1).mean()))


def _one_run(sizes: Sizes, count: int, random: np.random.Generator) -> Sizes:
    centers: Sizes = sizes[random.integers(len(sizes))][None]
    while len(centers) < count:  # the next is far from those there are (k-means++)
        distance = 1 - size_iou(sizes, centers).max(axis=1)
        if not distance.sum() > 0:
            return centers
        chosen = random.choice(len(sizes), p=distance / distance.sum())
        centers = np.concatenate([centers, sizes[chosen][None]])
    for _ in range(_ROUNDS):
        nearest = size_iou(sizes, centers).argmax(axis=1)
        moved = np.array(
            [
                sizes[nearest == index].mean(axis=0) if (nearest == index).any() else center
                for index, center in enumerate(centers)
            ]
        )
        if np.allclose(moved, centers):
            break
        centers = moved
    return centers


def choose_grid(boxes: Sequence[Box]) -> int:
    """Return the coarsest grid on which the smallest class is one and a half cells wide.

    A class counts by the median of the shorter sides of its boxes, and only with five examples;
    without such a class all boxes count as one.
    """
    sides: dict[str, list[float]] = {}
    for box in boxes:
        sides.setdefault(box.name, []).append(min(box.width, box.height))
    frequent = [each for each in sides.values() if len(each) >= _ENOUGH]
    frequent = frequent or [[side for each in sides.values() for side in each]]
    smallest = min(float(np.median(each)) for each in frequent)
    return next((grid for grid in GRIDS if smallest >= _PER_GRID * grid), GRIDS[-1])


def encode_boxes(
    boxes: Sequence[Box],
    shape: tuple[int, int],
    classes: Sequence[str],
    anchors: Sequence[Sequence[float]],
    grid: int,
) -> NDArray[np.float32]:
    """Return what a perfect network would give: boxes on the grid.

    Parameters
    ----------
    boxes
        In image pixels.
    shape
        Rows and columns of the image; at its lower and right end a cell may be cut.
    classes
        Names, in the order of the channels.
    anchors
        Width and height in image pixels.
    grid
        Image pixels per cell.

    Returns
    -------
    numpy.ndarray
        ``c y x`` float32: for each anchor x and y of the center in the cell (0 to 1), width and
        height (image pixels), 1 where a box is, 1 for its class; elsewhere 0.  Of two boxes in one
        cell that like the same anchor best, the later one has its next best; what finds no anchor
        is left out.
    """
    rows, columns = (-(-side // grid) for side in shape)
    found = np.zeros((len(anchors), 5 + len(classes), rows, columns), np.float32)
    for box in boxes:
        x, y = (box.x0 + box.x1) / 2 / grid, (box.y0 + box.y1) / 2 / grid
        column, row = min(int(x), columns - 1), min(int(y), rows - 1)
        size = np.array([[box.width, box.height]])
        alike = size_iou(size, np.asarray(anchors, np.float64))[0]
        for anchor in np.argsort(-alike, kind="stable"):
            if found[anchor, 4, row, column] == 0:
                values = (x - column, y - row, box.width, box.height, 1.0)
                found[anchor, :5, row, column] = values
                found[anchor, 5 + classes.index(box.name), row, column] = 1
                break
    return found.reshape(-1, rows, columns)
