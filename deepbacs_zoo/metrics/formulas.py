"""Formulas of scores from counts of true positives, false positives and false negatives.

Every function works on numbers and arrays alike, and gives NaN for 0/0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FORMULAS",
    "average_precision",
    "f1",
    "panoptic_quality",
    "precision",
    "ratio",
    "recall",
]

Numbers: TypeAlias = NDArray[np.float64]


def ratio(part: ArrayLike, whole: ArrayLike) -> Numbers:
    """Return part / whole, float64 of any axes, NaN where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    found: Numbers = np.full(part.shape, np.nan)
    np.divide(part, whole, out=found, where=whole != 0)
    return found


def precision(tp: ArrayLike, fp: ArrayLike) -> Numbers:
    """TP / (TP + FP), float64 of the counts' axes: the share of what was found that is right."""
    return ratio(tp, np.add(tp, fp))


def recall(tp: ArrayLike, fn: ArrayLike) -> Numbers:
    """TP / (TP + FN), float64 of the counts' axes: the share of what is there that was found."""
    return ratio(tp, np.add(tp, fn))


def f1(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> Numbers:
    """2 TP / (2 TP + FP + FN), float64 of the counts' axes.

    The harmonic mean of precision and recall.
    """
    return ratio(tp, np.add(tp, np.add(fp, fn) / 2))


def average_precision(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> Numbers:
    """TP / (TP + FP + FN), float64 of the counts' axes.

    The 2018 Data Science Bowl and StarDist call this average precision.
    """
    return ratio(tp, np.add(tp, np.add(fp, fn)))


def panoptic_quality(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike, iou: ArrayLike) -> Numbers:
    """Sum of matched IoU / (TP + FP/2 + FN/2), float64 of the counts' axes."""
    return ratio(iou, np.add(tp, np.add(fp, fn) / 2))


FORMULAS: Final[Mapping[str, Callable[[Numbers, Numbers, Numbers, Numbers], Numbers]]] = {
    "precision": lambda tp, fp, fn, iou: precision(tp, fp),
    "recall": lambda tp, fp, fn, iou: recall(tp, fn),
    "f1": lambda tp, fp, fn, iou: f1(tp, fp, fn),
    "ap": lambda tp, fp, fn, iou: average_precision(tp, fp, fn),
    "pq": panoptic_quality,
}
"""By the names in tables: functions of TP, FP, FN and the sum of matched IoU."""
