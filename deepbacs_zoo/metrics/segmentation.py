"""Scores of semantic and instance segmentation as counts, which add up over images.

Objects are matched one to one where their IoU reaches a threshold.  From the counts follow, at each
threshold, precision TP/(TP+FP), recall TP/(TP+FN), F1 2TP/(2TP+FP+FN), the average precision
AP = TP/(TP+FP+FN) of the 2018 Data Science Bowl (Caicedo et al., Nature Methods 16, 1247, 2019),
and the panoptic quality PQ = sum of matched IoU / (TP + FP/2 + FN/2) (Kirillov et al., CVPR 2019).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics.formulas import FORMULAS, ratio
from deepbacs_zoo.metrics.overlaps import assigned, overlaps

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
        return self._scores("precision")

    @property
    def recall(self) -> tuple[float, ...]:
        """TP / (TP + FN); NaN without true objects."""
        return self._scores("recall")

    @property
    def f1(self) -> tuple[float, ...]:
        """2 TP / (2 TP + FP + FN); NaN without any object."""
        return self._scores("f1")

    @property
    def ap(self) -> tuple[float, ...]:
        """TP / (TP + FP + FN); NaN without any object."""
        return self._scores("ap")

    @property
    def pq(self) -> tuple[float, ...]:
        """Sum of matched IoU / (TP + FP/2 + FN/2); NaN without any object."""
        return self._scores("pq")

    @property
    def mean_matched_iou(self) -> tuple[float, ...]:
        """Sum of matched IoU / TP; NaN without a match."""
        return _plain(ratio(self.iou, self.tp))

    @property
    def objects_per_label(self) -> float:
        """Predicted / true objects; NaN without true objects or thresholds."""
        for tp, fp, fn in zip(self.tp, self.fp, self.fn, strict=True):
            return float(ratio(tp + fp, tp + fn))
        return math.nan

    def _scores(self, name: str) -> tuple[float, ...]:
        columns = (np.asarray(each, np.float64) for each in (self.tp, self.fp, self.fn, self.iou))
        return _plain(FORMULAS[name](*columns))

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
        Label images, integers of any axes, 0 is background; numbers need not be contiguous.
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
    met = overlaps(truth, predicted)
    chosen = [met.iou[assigned(met, threshold)] for threshold in thresholds]
    return InstanceCounts(
        tuple(float(threshold) for threshold in thresholds),
        tuple(len(values) for values in chosen),
        tuple(met.found.size - len(values) for values in chosen),
        tuple(met.true.size - len(values) for values in chosen),
        tuple(float(values.sum()) for values in chosen),
    )


def class_iou(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int
) -> NDArray[np.float64]:
    """Return the IoU of each class 0 to ``classes - 1``; NaN for a class in neither image.

    Both images are integers of one shape and any axes; the result is float64 with the classes
    along its only axis.

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


def _plain(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
