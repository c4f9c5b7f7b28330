"""What an evaluation holds, as frozen data: rows per image, scores over all images, pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.base import Evaluated, Headline
from deepbacs_zoo.evaluation.estimates import CONFIDENCE, Estimate
from deepbacs_zoo.findings import Finding

__all__ = [
    "CONFIDENCE",
    "THRESHOLDS",
    "Estimate",
    "Evaluation",
    "Headline",
    "ImageRow",
    "ObjectOutcome",
    "Picture",
    "Scores",
    "ThresholdScores",
]

Outcome = Literal["hit", "miss", "false find"]
THRESHOLDS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """What became of one object at an IoU of 0.5.

    Parameters
    ----------
    outcome
        ``hit``, ``miss`` or ``false find``.
    label, found
        Its number in the label image and in the prediction; ``None`` where it is not in one.
    iou
        Intersection over union with its partner; of a miss or a false find, with the object that it
        overlaps most.
    area, found_area
        Pixels, as labelled and as predicted.
    x, y
        Its centre in pixels: as labelled, of a false find as predicted.
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
class ImageRow:
    """What one method found in one image.

    Parameters
    ----------
    name
        The name of the pair.
    n_true, n_pred
        Number of labelled and of predicted objects.
    tp, fp, fn
        Hits, false finds and misses at each of ``THRESHOLDS``.
    matched_iou
        Sum of the IoU of the hits at each threshold.
    class_iou
        IoU per class by name; empty when the method gives no classes, NaN for a class that
        neither truth nor prediction holds.
    seconds
        Wall time of the prediction, reading not included.
    objects
        One entry for each labelled object, and for each false find.
    """

    name: str
    n_true: int
    n_pred: int
    tp: tuple[int, ...]
    fp: tuple[int, ...]
    fn: tuple[int, ...]
    matched_iou: tuple[float, ...]
    class_iou: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    objects: tuple[ObjectOutcome, ...] = ()


@dataclass(frozen=True)
class Scores:
    """One method on all images.

    Parameters
    ----------
    method
        Its short name.
    description
        What it is, in one sentence.
    rows
        One row per image, in the order of the pairs.
    thresholds
        The scores at each IoU threshold.
    objects_per_label
        Predicted objects / labelled objects.
    class_iou
        Mean over images of the IoU per class; empty when the method gives no classes.
    """

    method: str
    description: str
    rows: tuple[ImageRow, ...]
    thresholds: tuple[ThresholdScores, ...]
    objects_per_label: Estimate
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
    def seconds(self) -> float:
        """Wall time of all predictions."""
        return sum(row.seconds for row in self.rows)

    def at(self, threshold: float) -> ThresholdScores:
        """Return the scores at one of ``THRESHOLDS``; ``KeyError`` for any other."""
        for scores in self.thresholds:
            if math.isclose(scores.threshold, threshold):
                return scores
        raise KeyError(threshold)


@dataclass(frozen=True, eq=False)
class Picture:
    """One image with its truth and what was found, for overlays.

    ``image`` is ``y x`` or ``y x 3`` (red, green, blue) float32; ``truth``, ``predicted`` and
    ``baseline`` are ``y x`` int32 label images; ``baseline`` is ``None`` when none was scored.
    """

    name: str
    image: NDArray[np.float32]
    truth: NDArray[np.int32]
    predicted: NDArray[np.int32]
    baseline: NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class Evaluation(Evaluated):
    """How good a package is on images with truth.

    Parameters
    ----------
    package, engine, device, weights_format
        What was scored, and what ran it.
    model
        The scores of the model.
    baseline
        The scores of the classical method on the same images, ``None`` when left out.
    pictures
        The first images, for overlays.
    findings
        What prediction had to say about the images (pixel size), each once.
    labels_complete
        Whether every object of every image is labelled.  If not, a correct find without a label
        counts as false: recall means something, and precision, F1, AP and PQ are lower bounds.
    """

    model: Scores
    baseline: Scores | None = None
    pictures: tuple[Picture, ...] = ()
    findings: tuple[Finding, ...] = ()
    labels_complete: bool = True

    @property
    def baseline_name(self) -> str:
        """Short name of the classical method; empty when it was left out."""
        return self.baseline.method if self.baseline else ""

    def headlines(self) -> tuple[Headline, ...]:
        """Return the scores that are worth a line each, the most telling first."""
        pairs = [*_lines(self.model).items()]
        other = _lines(self.baseline) if self.baseline else {}
        return tuple(
            Headline(
                name,
                estimate.value,
                estimate.low,
                estimate.high,
                other[name].value if name in other else None,
                "one" if name == _RATIO else "highest",
            )
            for name, estimate in pairs
        )


_RATIO: Final = "predicted objects per label"


def _lines(scores: Scores) -> dict[str, Estimate]:
    half = scores.at(0.5)
    lines = {
        "recall at IoU 0.5": half.recall,
        _RATIO: scores.objects_per_label,
        "precision at IoU 0.5": half.precision,
        "F1 at IoU 0.5": half.f1,
        "AP at IoU 0.5": half.ap,
        "AP at IoU 0.7": scores.at(0.7).ap,
        "PQ at IoU 0.5": half.pq,
    }
    return {**lines, **{f"IoU of {name}": value for name, value in scores.class_iou.items()}}
