"""A grid of anchors to boxes, bit for bit the same wherever it runs.

The network has applied all activations, so that decoding only multiplies, adds and compares, in an
order that is fixed, and every tie has a rule:

1. A candidate is one anchor of one cell: ``5 + classes`` channels ``x y width height objectness
   p1 p2 ...``.  Its class is that of the largest probability, the lower one of equals; its score is
   objectness times that probability, in float32.  It passes with a score of at least its class's
   ``score_threshold`` (float32) if all its values and its score are finite.
2. In float64: the center is ``(column + x) * grid, (row + y) * grid``, edges lie half a width and
   half a height from it and are clipped to the image.  What has no area then is dropped.
3. Candidates are ordered by score, highest first, then by class, then by row, column and anchor.
   The first :data:`MOST_CANDIDATES` are kept.
4. From the first to the last, a candidate is dropped if it overlaps a kept one of its class by
   ``intersection > nms_threshold * union``, in float64 (Redmon and Farhadi, YOLO9000, 2017,
   whose suppression is this one).
5. A class with a ``count_factor`` keeps the boxes whose score is at least :func:`least_score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.counting import least_score
from deepbacs_zoo.decoding.grids import on_grid
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config.decoding import AnchorBoxes

__all__ = ["MOST_CANDIDATES", "DetectedBox", "decode_boxes", "find_boxes"]

MOST_CANDIDATES: Final = 100_000
"""Candidates of a plane that are looked at: an untrained network gives one for every anchor."""

_BEFORE_CLASSES: Final = 5
"""Channels of an anchor that are no classes: x, y, width, height, objectness."""

Values = NDArray[np.float32]
Corners = NDArray[np.float64]


@dataclass(frozen=True)
class DetectedBox:
    """One box.

    Parameters
    ----------
    x0, y0, x1, y1
        Its edges in pixels of the image, inside the image; the first pixel covers 0 to 1.
    class_index
        Its place in the package's classes.
    score
        Objectness times class probability, 0 to 1.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    class_index: int
    score: float


def decode_boxes(
    settings: AnchorBoxes, tensor: NDArray[Any], size: tuple[int, int]
) -> tuple[DetectedBox, ...]:
    """Return the boxes of one plane (``c y x``, taken as float32) by score, highest first.

    See :func:`find_boxes`.
    """
    return find_boxes(settings, tensor, size)[0]


def find_boxes(
    settings: AnchorBoxes, tensor: NDArray[Any], size: tuple[int, int]
) -> tuple[tuple[DetectedBox, ...], int]:
    """Decode one plane.

    Parameters
    ----------
    settings
        Classes, number of anchors, grid, thresholds and count factors.
    tensor
        ``c y x`` float32; ``y`` and ``x`` are cells of ``grid`` pixels.
    size
        Height and width of the image in pixels.

    Returns
    -------
    tuple of DetectedBox
        By score, highest first.
    int
        The number of candidates that pass the score threshold of their class.

    Raises
    ------
    PackageError
        The tensor has not the channels or the size that the settings ask for.
    """
    blocks = _blocks(settings, tensor, size)
    classes, scores, passing = _scored(settings, blocks)
    places = np.flatnonzero(passing)
    count = len(places)
    classes, scores = classes.reshape(-1)[places], scores.reshape(-1)[places]
    corners = _corners(settings, blocks, places, size)
    some = (corners[:, 2] > corners[:, 0]) & (corners[:, 3] > corners[:, 1])
    classes, scores, corners = classes[some], scores[some], corners[some]
    # lexsort is stable: equals stay in the order of rows, columns and anchors.
    order = np.lexsort((classes, -scores))[:MOST_CANDIDATES]
    classes, scores, corners = classes[order], scores[order], corners[order]
    kept = np.zeros(len(order), np.bool_)
    for index in np.unique(classes):
        members = np.flatnonzero(classes == index)
        apart = members[_greedy(corners[members], settings.nms_threshold)]
        least = least_score(scores[apart], settings.count_factors[index])
        kept[apart[scores[apart] >= least]] = True
    x0, y0, x1, y1 = corners.T.tolist()
    boxes = tuple(
        DetectedBox(x0[at], y0[at], x1[at], y1[at], int(classes[at]), float(scores[at]))
        for at in np.flatnonzero(kept)
    )
    return boxes, count


def _blocks(settings: AnchorBoxes, tensor: NDArray[Any], size: tuple[int, int]) -> Values:
    """Return the tensor as ``value anchor y x``."""
    width = _BEFORE_CLASSES + len(settings.classes)
    channels = settings.anchors * width
    where = f"output {settings.output}"
    if tensor.ndim != 3 or tensor.shape[0] != channels:
        raise PackageError(
            where,
            "it does not have the channels that config.deepbacs_zoo.decode asks for",
            value=f"shape {'x'.join(map(str, tensor.shape))}",
            allowed=f"c y x with {channels} channels, {width} for each anchor",
            hint="correct anchors and classes of config.deepbacs_zoo.decode",
        )
    tensor = on_grid(tensor, settings.grid, size)
    rows, columns = tensor.shape[1:]
    if any(
        abs(cells * settings.grid - pixels) >= settings.grid
        for cells, pixels in zip((rows, columns), size, strict=True)
    ):
        raise PackageError(
            where,
            "it does not have the size that the grid of config.deepbacs_zoo.decode asks for",
            value=f"{columns} x {rows} cells for {size[1]} x {size[0]} pixels",
            allowed=f"cells of {settings.grid} pixels",
            hint="correct grid of config.deepbacs_zoo.decode",
        )
    values = tensor.astype(np.float32, copy=False)
    return values.reshape(settings.anchors, width, rows, columns).transpose(1, 0, 2, 3)


def _scored(
    settings: AnchorBoxes, blocks: Values
) -> tuple[NDArray[np.int64], Values, NDArray[np.bool_]]:
    """Return class, score and whether it passes of every candidate, as ``y x anchor``."""
    # The argmax of equals is the first; candidates with NaN are dropped below.
    classes = blocks[_BEFORE_CLASSES:].argmax(axis=0)
    best = np.take_along_axis(blocks[_BEFORE_CLASSES:], classes[np.newaxis], axis=0)[0]
    with np.errstate(invalid="ignore", over="ignore"):
        scores = blocks[_BEFORE_CLASSES - 1] * best
        least = np.asarray(settings.score_thresholds, np.float32)[classes]
        passing = (scores >= least) & np.isfinite(scores)
    passing &= np.isfinite(blocks).all(axis=0)
    order = (1, 2, 0)
    return classes.transpose(order), scores.transpose(order), passing.transpose(order)


def _corners(
    settings: AnchorBoxes, blocks: Values, places: NDArray[np.intp], size: tuple[int, int]
) -> Corners:
    """Return ``x0 y0 x1 y1`` of candidates, given by their flat places in ``y x anchor``."""
    _, anchors, rows, columns = blocks.shape
    row, column, anchor = np.unravel_index(places, (rows, columns, anchors))
    values = blocks[:_BEFORE_CLASSES, anchor, row, column].astype(np.float64)
    edges = []
    for cell, offset, extent, limit in (
        (column, values[0], values[2], size[1]),
        (row, values[1], values[3], size[0]),
    ):
        center = (cell + offset) * settings.grid
        half = extent * 0.5
        edges += [np.clip(center - half, 0, limit), np.clip(center + half, 0, limit)]
    left, right, top, bottom = edges
    return np.stack([left, top, right, bottom], axis=1)


def _greedy(corners: Corners, threshold: float) -> NDArray[np.intp]:
    """Return which boxes of one class stay; they are given in their order.

    Boxes are looked up by their left edges.  With ``intersection > threshold * union`` neither is
    wider than the other's width divided by the threshold, which bounds where that edge can lie.
    """
    by_left = np.argsort(corners[:, 0], kind="stable")
    x0, y0, x1, y1 = corners[by_left].T
    areas = (x1 - x0) * (y1 - y0)
    place_of = np.empty(len(corners), np.intp)
    place_of[by_left] = np.arange(len(corners))
    alive = np.ones(len(corners), np.bool_)  # by left edge
    widths = x1 - x0
    reach = widths / max(threshold, 1e-6) * 1.001 + 1.0  # with a margin for rounding
    first = np.searchsorted(x0, x0 - reach, "left")
    last = np.searchsorted(x0, x1, "left")
    kept = []
    for index, here in enumerate(place_of):
        if not alive[here]:
            continue
        kept.append(index)
        near = slice(first[here], last[here])
        across = np.minimum(x1[near], x1[here]) - np.maximum(x0[near], x0[here])
        down = np.minimum(y1[near], y1[here]) - np.maximum(y0[near], y0[here])
        shared = np.maximum(across, 0) * np.maximum(down, 0)
        alive[near] &= shared <= threshold * (areas[near] + areas[here] - shared)
    return np.array(kept, np.intp)
