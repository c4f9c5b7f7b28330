"""Overlap of boxes, their best assignment whatever their class, and the confusion of classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics.detection import BoxMatches, BoxSet, ScoreThreshold

__all__ = ["box_iou", "confusion", "partners_of", "right_partners"]


def box_iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the IoU of every box of the first with every box of the second.

    Parameters
    ----------
    first, second
        ``n 4`` and ``m 4`` float64: x0, y0, x1, y1 in pixels.

    Returns
    -------
    ndarray
        ``n m`` float64, 0 to 1.
    """
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [np.clip(each[:, 2:] - each[:, :2], 0, None).prod(axis=1) for each in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    iou: NDArray[np.float64] = np.zeros_like(shared)
    np.divide(shared, union, out=iou, where=union > 0)
    return iou


def partners_of(
    truth: BoxSet, found: BoxSet, right: NDArray[np.int64], threshold: float
) -> NDArray[np.int64]:
    """Return the true box that each found one stands on, of the right class or of a wrong one.

    Parameters
    ----------
    truth, found
        The boxes of one image.
    right
        int64, one axis: for each found box the place of its true box of the same class, -1 for
        none.
    threshold
        IoU threshold.

    Returns
    -------
    ndarray
        As ``right``; of the boxes that are left over on both sides, as many as possible have been
        matched, and among those assignments the one with the largest sum of IoU.
    """
    from scipy.optimize import linear_sum_assignment

    partners = right.copy()
    free_found = np.flatnonzero(right < 0)
    free_true = np.setdiff1d(np.arange(len(truth)), right)
    if not len(free_found) or not len(free_true):
        return partners
    iou = box_iou(truth.corners[free_true], found.corners[free_found])
    # One more match is worth more than any sum of IoU that it could cost.
    gain = np.where(iou >= threshold, min(iou.shape) + iou, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    taken = gain[rows, columns] > 0
    partners[free_found[columns[taken]]] = free_true[rows[taken]]
    return partners


def confusion(
    truth: list[BoxSet],
    found: list[BoxSet],
    matches: BoxMatches,
    threshold: float,
    score: ScoreThreshold,
) -> NDArray[np.int64]:
    """Count detected boxes by their class and the class that is labelled there.

    Parameters
    ----------
    truth, found, matches
        As given to and by ``match_boxes``.
    threshold
        IoU threshold, one of those of ``matches``.
    score
        Boxes of a lower score are left out.

    Returns
    -------
    ndarray
        ``classes+1 classes+1`` int64: rows are labelled classes, columns predicted ones, and
        the last of each axis is the background: its column holds false negatives, its row false
        positives.  The diagonal
        holds the true positives of ``matches.counts``; boxes that are left over there are matched
        across classes.
    """
    classes = len(matches.finds)
    table = np.zeros((classes + 1, classes + 1), np.int64)
    right = right_partners(matches, [len(each) for each in found], threshold)
    least = matches.scores(score)
    for true, all_found, partners, scores in zip(truth, found, right, least, strict=True):
        kept = all_found.passing(scores)
        boxes = all_found.above(scores)
        places = partners_of(true, boxes, partners[kept], threshold)
        stands = places >= 0
        np.add.at(table, (true.classes[places[stands]], boxes.classes[stands]), 1)
        table[classes] += np.bincount(boxes.classes[~stands], minlength=classes + 1)
        missed = np.setdiff1d(np.arange(len(true)), places)
        table[:, classes] += np.bincount(true.classes[missed], minlength=classes + 1)
    return table


def right_partners(
    matches: BoxMatches, counts: list[int], threshold: float
) -> list[NDArray[np.int64]]:
    """Return for every image the true box of the same class of each found box, -1 for none.

    Parameters
    ----------
    matches
        Of ``match_boxes``.
    counts
        Found boxes in each image.
    threshold
        One of the thresholds of ``matches``.

    Returns
    -------
    list of ndarray
        int64, the found boxes of an image along the only axis.
    """
    row = matches.place(threshold)
    places = [np.full(count, -1, np.int64) for count in counts]
    for finds in matches.finds:
        for image in np.unique(finds.images):
            here = finds.images == image
            places[image][finds.boxes[here]] = finds.partners[row, here]
    return places
