"""Scores of semantic and instance segmentation as counts, which add up over images.

Objects are matched one to one where their IoU reaches a threshold.  From the counts follow, at each
threshold, precision TP/(TP+FP), recall TP/(TP+FN), F1 2TP/(2TP+FP+FN), the average precision
AP = TP/(TP+FP+FN) of the 2018 Data Science Bowl (Caicedo et al., Nature Methods 16, 1247, 2019),
and the panoptic quality PQ = sum of matched IoU / (TP + FP/2 + FN/2) (Kirillov et al., CVPR 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["InstanceCounts", "class_iou", "match"]


@dataclass(frozen=True)
class InstanceCounts:
    """Matched and unmatched objects at each of ``thresholds``.

    Parameters
    ----------
    thresholds
        IoU thresholds, 0 < t <= 1.
    tp, fp, fn
        Matched, only predicted, only true objects.
    iou
        Sum of the IoU of the matched ones.
    """

    thresholds: tuple[float, ...]
    tp: tuple[int, ...]
    fp: tuple[int, ...]
    fn: tuple[int, ...]
    iou: tuple[float, ...]

    def __add__(self, other: InstanceCounts) -> InstanceCounts:
        """Return the counts over the images of both."""
        if self.thresholds != other.thresholds:
            raise ValueError(f"thresholds differ: {self.thresholds} and {other.thresholds}")
        return InstanceCounts(
            self.thresholds,
            tuple(a + b for a, b in zip(self.tp, other.tp, strict=True)),
            tuple(a + b for a, b in zip(self.fp, other.fp, strict=True)),
            tuple(a + b for a, b in zip(self.fn, other.fn, strict=True)),
            tuple(a + b for a, b in zip(self.iou, other.iou, strict=True)),
        )


def match(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], thresholds: Sequence[float]
) -> InstanceCounts:
    """Match the objects of two label images of the same shape.

    Two objects may be matched where IoU >= threshold.  Above 0.5 a partner is unique; where there
    is a choice the assignment with the largest number of matches, then the largest sum of IoU, is
    taken.

    Parameters
    ----------
    truth, predicted
        Label images, 0 is background; numbers need not be contiguous.
    thresholds
        IoU thresholds, 0 < t <= 1.

    Raises
    ------
    ValueError
        The shapes differ, or a threshold is out of its range.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"label images of one shape are needed: {truth.shape}, {predicted.shape}")
    if not all(0 < threshold <= 1 for threshold in thresholds):
        raise ValueError(f"IoU thresholds lie above 0 and at most at 1: {tuple(thresholds)}")
    iou = _iou(truth, predicted)
    n_true, n_pred = iou.shape
    chosen = [_assigned(iou, threshold) for threshold in thresholds]
    return InstanceCounts(
        tuple(float(threshold) for threshold in thresholds),
        tuple(len(values) for values in chosen),
        tuple(n_pred - len(values) for values in chosen),
        tuple(n_true - len(values) for values in chosen),
        tuple(float(values.sum()) for values in chosen),
    )


def class_iou(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int
) -> NDArray[np.float64]:
    """Return the IoU of each class 0 to ``classes - 1``; NaN for a class in neither image."""
    pairs = truth.astype(np.int64).reshape(-1) * classes + predicted.reshape(-1)
    table = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    both = np.diag(table).astype(np.float64)
    either = table.sum(0) + table.sum(1) - both
    iou: NDArray[np.float64] = np.full(classes, np.nan)
    np.divide(both, either, out=iou, where=either > 0)
    return iou


def _iou(truth: NDArray[np.integer], predicted: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the IoU of every true (rows) with every predicted object (columns)."""
    rows, columns = (np.unique(labels, return_inverse=True) for labels in (truth, predicted))
    n_true, n_pred = rows[0].size, columns[0].size
    keys = rows[1].reshape(-1) * n_pred + columns[1].reshape(-1)
    shared = np.bincount(keys, minlength=n_true * n_pred).reshape(n_true, n_pred)
    union = shared.sum(1)[:, None] + shared.sum(0)[None, :] - shared
    iou: NDArray[np.float64] = np.zeros(shared.shape)
    np.divide(shared, union, out=iou, where=union > 0)
    return iou[np.ix_(rows[0] != 0, columns[0] != 0)]


def _assigned(iou: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Return the IoU of the matched pairs."""
    # A ratio such as 3/10 must reach the threshold 0.3.
    good = iou >= threshold - 1e-12
    if not good.any():
        return np.empty(0)
    if good.sum(0).max() <= 1 and good.sum(1).max() <= 1:
        return iou[good]
    from scipy.optimize import linear_sum_assignment

    # One more match is worth more than any sum of IoU that it could cost.
    gain = np.where(good, min(iou.shape) + iou, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    matched: NDArray[np.float64] = iou[rows, columns][good[rows, columns]]
    return matched
