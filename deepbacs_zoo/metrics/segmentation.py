"""Scores of semantic and instance segmentation as counts, which add up over images.

Objects are matched one to one where their IoU reaches a threshold.  From the counts follow, at each
threshold, precision TP/(TP+FP), recall TP/(TP+FN), F1 2TP/(2TP+FP+FN), the average precision
AP = TP/(TP+FP+FN) of the 2018 Data Science Bowl (Caicedo et al., Nature Methods 16, 1247, 2019),
and the panoptic quality PQ = sum of matched IoU / (TP + FP/2 + FN/2) (Kirillov et al., CVPR 2019).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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

    @property
    def precision(self) -> tuple[float, ...]:
        """TP / (TP + FP); NaN without predicted objects."""
        return tuple(_ratio(tp, tp + fp) for tp, fp, _, _ in self._rows())

    @property
    def recall(self) -> tuple[float, ...]:
        """TP / (TP + FN); NaN without true objects."""
        return tuple(_ratio(tp, tp + fn) for tp, _, fn, _ in self._rows())

    @property
    def f1(self) -> tuple[float, ...]:
        """2 TP / (2 TP + FP + FN); NaN without any object."""
        return tuple(_ratio(2 * tp, 2 * tp + fp + fn) for tp, fp, fn, _ in self._rows())

    @property
    def ap(self) -> tuple[float, ...]:
        """TP / (TP + FP + FN); NaN without any object."""
        return tuple(_ratio(tp, tp + fp + fn) for tp, fp, fn, _ in self._rows())

    @property
    def pq(self) -> tuple[float, ...]:
        """Sum of matched IoU / (TP + FP/2 + FN/2); NaN without any object."""
        return tuple(_ratio(iou, tp + (fp + fn) / 2) for tp, fp, fn, iou in self._rows())

    @property
    def mean_matched_iou(self) -> tuple[float, ...]:
        """Sum of matched IoU / TP; NaN without a match."""
        return tuple(_ratio(iou, tp) for tp, _, _, iou in self._rows())

    @property
    def objects_per_label(self) -> float:
        """Predicted / true objects; NaN without true objects or thresholds."""
        for tp, fp, fn, _ in self._rows():
            return _ratio(tp + fp, tp + fn)
        return math.nan

    def _rows(self) -> Iterator[tuple[int, int, int, float]]:
        return zip(self.tp, self.fp, self.fn, self.iou, strict=True)

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
    rows, columns, iou, n_true, n_pred = _overlaps(truth, predicted)
    chosen = []
    for threshold in thresholds:
        good = iou >= threshold - 1e-12  # a ratio such as 3/10 must reach the threshold 0.3
        chosen.append(_assigned(rows[good], columns[good], iou[good]))
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
    """Return the IoU of each class 0 to ``classes - 1``; NaN for a class in neither image.

    Raises
    ------
    ValueError
        The shapes differ, or a pixel is of another class.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"class images of one shape are needed: {truth.shape}, {predicted.shape}")
    for image in (truth, predicted):
        if image.size and (image.min() < 0 or image.max() >= classes):
            raise ValueError(f"classes lie in 0 to {classes - 1}: {image.min()} to {image.max()}")
    pairs = truth.astype(np.int64).reshape(-1) * classes + predicted.reshape(-1)
    table = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    both = np.diag(table).astype(np.float64)
    either = table.sum(0) + table.sum(1) - both
    iou: NDArray[np.float64] = np.full(classes, np.nan)
    np.divide(both, either, out=iou, where=either > 0)
    return iou


def _overlaps(
    truth: NDArray[np.integer], predicted: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int, int]:
    """Return the pairs of objects that share pixels.

    Returns
    -------
    rows, columns
        Indices of the true and the predicted object of each pair.
    iou
        Its IoU.
    n_true, n_pred
        Number of true and predicted objects.
    """
    true, sizes_true = np.unique(truth[truth != 0], return_counts=True)
    pred, sizes_pred = np.unique(predicted[predicted != 0], return_counts=True)
    both = (truth != 0) & (predicted != 0)
    # Only pairs that meet are listed: a table of all pairs of 10,000 objects has 10**8 places.
    place = max(pred.size, 1)
    keys = np.searchsorted(true, truth[both]) * place + np.searchsorted(pred, predicted[both])
    met, shared = np.unique(keys, return_counts=True)
    rows, columns = np.divmod(met, place)
    iou = shared / (sizes_true[rows] + sizes_pred[columns] - shared)
    return rows, columns, iou, true.size, pred.size


def _assigned(
    rows: NDArray[np.int64], columns: NDArray[np.int64], iou: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the IoU of the matched pairs among those that may be matched."""
    if not iou.size:
        return iou
    alone = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    if alone.all():
        return iou
    from scipy.optimize import linear_sum_assignment

    contested = ~alone
    row, column = (np.unique(each[contested], return_inverse=True)[1] for each in (rows, columns))
    table = np.zeros((int(row.max()) + 1, int(column.max()) + 1))
    table[row, column] = iou[contested]
    # One more match is worth more than any sum of IoU that it could cost.
    gain = np.where(table > 0, min(table.shape) + table, 0.0)
    taken = table[linear_sum_assignment(gain, maximize=True)]
    matched: NDArray[np.float64] = np.concatenate([iou[alone], taken[taken > 0]])
    return matched


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
