"""Scores of label images, as frozen data: objects, rows per image, scores over all images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from deepbacs_zoo.metrics import Estimate, Merges

__all__ = ["THRESHOLDS", "LabelImageRow", "LabelScores", "ObjectOutcome", "ThresholdScores"]

Outcome = Literal["true positive", "false negative", "false positive"]
THRESHOLDS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """One object at an IoU of 0.5: as labelled, as predicted, or both.

    Parameters
    ----------
    outcome
        ``true positive``, ``false negative`` or ``false positive``.
    label, found
        Its number in the label image and in the prediction; ``None`` where it is not in one.
    iou
        Intersection over union with its partner; of one without a partner, with the object that
        it overlaps most.
    area, found_area
        Pixels, as labelled and as predicted.
    x, y
        Its center in pixels: as labelled, of a false positive as predicted.
    """

    outcome: Outcome
    label: int | None
    found: int | None
    iou: float
    area: int | None
    found_area: int | None
    x: float
    y: float


@dataclass(frozen=True)
class ThresholdScores:
    """Instance scores at one IoU threshold, over all images.

    ``precision`` TP/(TP+FP), ``recall`` TP/(TP+FN), ``f1`` 2TP/(2TP+FP+FN), ``ap`` TP/(TP+FP+FN)
    (the average precision of StarDist and of the 2018 Data Science Bowl), ``pq`` the panoptic
    quality: sum of matched IoU / (TP + FP/2 + FN/2).
    """

    threshold: float
    precision: Estimate
    recall: Estimate
    f1: Estimate
    ap: Estimate
    pq: Estimate


@dataclass(frozen=True)
class LabelImageRow:
    """Objects of one method in one image.

    Parameters
    ----------
    name
        The name of the pair.
    n_true, n_pred
        Number of labelled and of predicted objects.
    tp, fp, fn
        True positives, false positives and false negatives at each of ``THRESHOLDS``.
    matched_iou
        Sum of the IoU of the true positives at each threshold.
    merges
        How many of the labelled objects were merged or split.
    class_iou
        IoU per class by name; empty when the method gives no classes, NaN for a class that
        neither truth nor prediction holds.
    seconds
        Wall time of the prediction, reading not included.
    objects
        One entry for each labelled object, and for each false positive.
    """

    name: str
    n_true: int
    n_pred: int
    tp: tuple[int, ...]
    fp: tuple[int, ...]
    fn: tuple[int, ...]
    matched_iou: tuple[float, ...]
    merges: Merges
    class_iou: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    objects: tuple[ObjectOutcome, ...] = ()


@dataclass(frozen=True)
class LabelScores:
    """One method on all images.

    Parameters
    ----------
    method
        Its short name.
    description
        The method in one sentence.
    rows
        One row per image, in the order of the pairs.
    thresholds
        The scores at each IoU threshold.
    objects_per_label
        Predicted objects / labelled objects.
    merged, split
        Shares of the labelled objects that were merged, and that were split.
    class_iou
        Mean over images of the IoU per class; empty when the method gives no classes.
    """

    method: str
    description: str
    rows: tuple[LabelImageRow, ...]
    thresholds: tuple[ThresholdScores, ...]
    objects_per_label: Estimate
    merged: Estimate
    split: Estimate
    class_iou: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def n_true(self) -> int:
        """Labelled objects in all images."""
        return sum(row.n_true for row in self.rows)

    @property
    def n_pred(self) -> int:
        """Predicted objects in all images."""
        return sum(row.n_pred for row in self.rows)

    @property
    def merges(self) -> Merges:
        """Labelled objects in all images that were merged or split."""
        return sum((row.merges for row in self.rows), Merges())

    @property
    def seconds(self) -> float:
        """Wall time of all predictions."""
        return sum(row.seconds for row in self.rows)

    def at(self, threshold: float) -> ThresholdScores:
        """Return the scores at one of ``THRESHOLDS``; ``KeyError`` for any other."""
        for scores in self.thresholds:
            if math.isclose(scores.threshold, threshold):
                return scores
        raise KeyError(threshold)
