"""From label images to rows, and from rows to scores with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.model import (
    THRESHOLDS,
    Estimate,
    ImageRow,
    Scores,
    ThresholdScores,
)
from deepbacs_zoo.metrics import bootstrap, match

__all__ = ["gather", "score_image"]

# Resampling one or two images says nothing about a third.
_FEWEST_IMAGES: Final = 3


def score_image(
    name: str,
    truth: NDArray[np.int32],
    predicted: NDArray[np.int32],
    *,
    seconds: float,
    class_iou: Mapping[str, float] | None = None,
) -> ImageRow:
    """Compare the objects of one image with its truth.

    Parameters
    ----------
    name
        The name of the pair.
    truth, predicted
        ``y x`` label images, 0 background.
    seconds
        How long the prediction took.
    class_iou
        IoU per class, if the method gives classes.
    """
    counts = match(truth, predicted, THRESHOLDS)
    return ImageRow(
        name=name,
        n_true=_objects(truth),
        n_pred=_objects(predicted),
        tp=tuple(int(value) for value in counts.tp),
        fp=tuple(int(value) for value in counts.fp),
        fn=tuple(int(value) for value in counts.fn),
        matched_iou=tuple(float(value) for value in counts.iou),
        class_iou=dict(class_iou or {}),
        seconds=seconds,
    )


def gather(method: str, description: str, rows: Sequence[ImageRow]) -> Scores:
    """Sum rows over images and add bootstrap intervals, resampled over images."""
    objects = np.array([(row.n_pred, row.n_true) for row in rows], np.float64)
    return Scores(
        method=method,
        description=description,
        rows=tuple(rows),
        thresholds=tuple(_at_threshold(rows, index) for index in range(len(THRESHOLDS))),
        objects_per_label=_estimate(objects, lambda sums: _ratio(sums[0], sums[1])),
        class_iou=_classes(rows),
    )


def _at_threshold(rows: Sequence[ImageRow], index: int) -> ThresholdScores:
    values = np.array(
        [(row.tp[index], row.fp[index], row.fn[index], row.matched_iou[index]) for row in rows],
        np.float64,
    )
    formulas: dict[str, Callable[[float, float, float, float], float]] = {
        "precision": lambda tp, fp, fn, iou: _ratio(tp, tp + fp),
        "recall": lambda tp, fp, fn, iou: _ratio(tp, tp + fn),
        "f1": lambda tp, fp, fn, iou: _ratio(tp, tp + (fp + fn) / 2),
        "ap": lambda tp, fp, fn, iou: _ratio(tp, tp + fp + fn),
        "pq": lambda tp, fp, fn, iou: _ratio(iou, tp + (fp + fn) / 2),
    }

    def estimate(name: str) -> Estimate:
        return _estimate(values, lambda sums: formulas[name](*sums.tolist()))

    return ThresholdScores(THRESHOLDS[index], **{name: estimate(name) for name in formulas})


def _classes(rows: Sequence[ImageRow]) -> dict[str, Estimate]:
    names = rows[0].class_iou if rows else {}
    return {
        name: _mean(np.array([row.class_iou[name] for row in rows], np.float64)) for name in names
    }


def _mean(values: NDArray[np.float64]) -> Estimate:
    defined = values[~np.isnan(values)]
    columns = np.stack([defined, np.ones_like(defined)], axis=1)
    return _estimate(columns, lambda sums: _ratio(sums[0], sums[1]))


def _estimate(
    values: NDArray[np.float64], statistic: Callable[[NDArray[np.float64]], float]
) -> Estimate:
    """Apply a statistic of column sums to all images, and to resampled ones for its interval."""
    value = statistic(values.sum(axis=0))
    if len(values) < _FEWEST_IMAGES or np.isnan(value):
        return Estimate(value)
    low, high = bootstrap(values, lambda resampled: statistic(resampled.sum(axis=0)))
    return Estimate(value, low, high)


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")


def _objects(labels: NDArray[np.integer]) -> int:
    return int(np.count_nonzero(np.unique(labels)))
