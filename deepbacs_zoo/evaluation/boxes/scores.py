"""Scores of boxes, as frozen data: boxes, rows per image, scores over all images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics import BoxSet, Curve, Estimate

__all__ = [
    "BOX_THRESHOLDS",
    "BoxImageRow",
    "BoxOutcome",
    "BoxScores",
    "ClassScores",
    "CountScore",
    "CountScores",
    "DetectedBoxes",
    "PointScores",
]

BOX_THRESHOLDS: Final = (0.3, 0.5)
"""IoU thresholds: 0.3 is that of ZeroCostDL4Mic's YOLOv2, 0.5 that of Pascal VOC."""

Outcome = Literal["true positive", "wrong class", "false negative", "false positive"]


@dataclass(frozen=True, slots=True)
class BoxOutcome:
    """One box at an IoU of 0.5, of those with at least the package's score.

    Parameters
    ----------
    outcome
        ``true positive``, ``wrong class`` (a box of another class stands there),
        ``false negative`` or ``false positive``.
    name, found
        Class as labelled and as detected; ``None`` where it was not.
    score, iou
        Of the detected box; ``None`` for a false negative; a false positive has no IoU.
    x0, y0, x1, y1
        Edges in pixels: as labelled for a false negative, else as detected.
    """

    outcome: Outcome
    name: str | None
    found: str | None
    score: float | None
    iou: float | None
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class BoxImageRow:
    """Boxes of one method in one image.

    Parameters
    ----------
    name
        The name of the pair.
    true, found
        Boxes of each class, in the package's order.
    tp, fp, fn
        True positives, false positives and false negatives of all classes at each of
        ``BOX_THRESHOLDS``.
    objects
        One entry for each labelled box, and for each false positive.
    labelled
        Class and edges x0, y0, x1, y1 of each labelled box.
    seconds
        Wall time of the prediction, reading not included.
    """

    name: str
    true: tuple[int, ...]
    found: tuple[int, ...]
    tp: tuple[int, ...]
    fp: tuple[int, ...]
    fn: tuple[int, ...]
    objects: tuple[BoxOutcome, ...] = ()
    labelled: tuple[tuple[str, tuple[float, float, float, float]], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class PointScores:
    """Precision, recall and F1 of boxes with at least the package's score, at one IoU threshold."""

    threshold: float
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, eq=False)
class ClassScores:
    """One class, over all images.

    Parameters
    ----------
    name
        The class.
    n_true, n_found
        Labelled boxes, and those found with at least the package's score.
    ap
        Average precision at each of ``BOX_THRESHOLDS``; NaN for a class that is nowhere.
    points
        Scores at the package's score, at each of ``BOX_THRESHOLDS``.
    curves
        Precision over recall at each of ``BOX_THRESHOLDS``.
    """

    name: str
    n_true: int
    n_found: int
    ap: tuple[Estimate, ...]
    points: tuple[PointScores, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class CountScore:
    """Errors of the counts of one class, image by image.

    Parameters
    ----------
    name
        The class.
    true, found
        Mean count per image.
    error
        Mean of the absolute difference between found and labelled count.
    exact
        Share of the images that are counted exactly.
    """

    name: str
    true: float
    found: float
    error: Estimate
    exact: Estimate


@dataclass(frozen=True)
class CountScores:
    """Errors of the counts of one method, class by class."""

    method: str
    description: str
    classes: tuple[CountScore, ...]


@dataclass(frozen=True, eq=False)
class BoxScores:
    """One method on all images.

    Parameters
    ----------
    method, description
        Its short name, and the method in one sentence.
    rows
        One row per image, in the order of the pairs.
    classes
        One entry per class, in the package's order.
    mean_ap
        Mean average precision over classes at each of ``BOX_THRESHOLDS``.
    coco_ap
        The same, and over the IoU thresholds 0.5, 0.55, ... 0.95 too.
    points
        Scores of all classes together at the package's score, at each of ``BOX_THRESHOLDS``.
    confusion
        ``classes+1 classes+1``: rows as labelled, columns as found, the last is the background;
        at an IoU of 0.5 and the package's score.
    counts
        Errors of its counts.
    """

    method: str
    description: str
    rows: tuple[BoxImageRow, ...]
    classes: tuple[ClassScores, ...]
    mean_ap: tuple[Estimate, ...]
    coco_ap: Estimate
    points: tuple[PointScores, ...]
    confusion: NDArray[np.int64]
    counts: CountScores

    @property
    def n_true(self) -> int:
        """Labelled boxes in all images."""
        return sum(sum(row.true) for row in self.rows)

    @property
    def n_found(self) -> int:
        """Boxes found in all images with at least the package's score."""
        return sum(sum(row.found) for row in self.rows)

    @property
    def seconds(self) -> float:
        """Wall time of all predictions."""
        return sum(row.seconds for row in self.rows)


@dataclass(frozen=True, eq=False)
class DetectedBoxes:
    """Boxes of one method, image by image.

    Parameters
    ----------
    method, description
        Its short name, and the method in one sentence.
    boxes
        One set for each image, also those of a low score.
    seconds
        Wall time for each image.
    """

    method: str
    description: str
    boxes: Sequence[BoxSet]
    seconds: Sequence[float]
