"""What an evaluation of boxes holds, as frozen data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.base import Best, Evaluated, Headline
from deepbacs_zoo.evaluation.estimates import Estimate
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.metrics import Curve

__all__ = [
    "BOX_THRESHOLDS",
    "BoxEvaluation",
    "BoxImageRow",
    "BoxOutcome",
    "BoxPicture",
    "BoxScores",
    "ClassScores",
    "CountScore",
    "CountScores",
    "PointScores",
]

BOX_THRESHOLDS: Final = (0.3, 0.5)
"""IoU thresholds: 0.3 is that of ZeroCostDL4Mic's YOLOv2, 0.5 that of Pascal VOC."""

Outcome = Literal["hit", "wrong class", "miss", "false find"]


@dataclass(frozen=True, slots=True)
class BoxOutcome:
    """What became of one box at an IoU of 0.5, of those found with at least the package's score.

    Parameters
    ----------
    outcome
        ``hit``, ``wrong class`` (a box of another class stands there), ``miss`` or ``false find``.
    name, found
        Class as labelled and as found; ``None`` where it was not.
    score, iou
        Of what was found; ``None`` for a miss and a false find.
    x0, y0, x1, y1
        Edges in pixels: as labelled for a miss, else as found.
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
    """What one method found in one image.

    Parameters
    ----------
    name
        The name of the pair.
    true, found
        Boxes of each class, in the package's order.
    tp, fp, fn
        Hits, false finds and misses of all classes at each of ``BOX_THRESHOLDS``.
    objects
        One entry for each labelled box, and for each false find.
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
    """How well the boxes of one class are counted, image by image.

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
    """How well one method counts, class by class."""

    method: str
    description: str
    classes: tuple[CountScore, ...]


@dataclass(frozen=True, eq=False)
class BoxScores:
    """One method on all images.

    Parameters
    ----------
    method, description
        Its short name, and what it is, in one sentence.
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
        How well it counts.
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
class BoxPicture:
    """An image for overlays, ``y x`` or ``y x 3`` float32; its boxes are in the row of its name."""

    name: str
    image: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BoxEvaluation(Evaluated):
    """How good a package that finds boxes is on images with truth.

    Parameters
    ----------
    package, engine, device, weights_format
        What was scored, and what ran it.
    model
        The scores of the model.
    score_threshold
        The package's own: boxes of a lower score only count for average precision and curves.
    baseline
        Those of the classical method on the same images, ``None`` when left out.
    constant
        The best constant guess of counts, ``None`` when left out.
    pictures
        The first images.
    findings
        What prediction and annotations had to say, each once.
    labels_complete
        Whether every object is labelled; see ``Evaluation``.
    """

    model: BoxScores
    score_threshold: float
    baseline: BoxScores | None = None
    constant: CountScores | None = None
    pictures: tuple[BoxPicture, ...] = ()
    findings: tuple[Finding, ...] = ()
    labels_complete: bool = True

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the package's order."""
        return tuple(each.name for each in self.model.classes)

    @property
    def baseline_name(self) -> str:
        """Short names of the classical method and of the guess; empty when they were left out."""
        if self.baseline is None or self.constant is None:
            return ""
        return f"{self.baseline.method}; for counts: {self.constant.method}"

    def headlines(self) -> tuple[Headline, ...]:
        """Return the scores that are worth a line each, the most telling first."""
        other = _scores(self.baseline) if self.baseline else {}
        lines = [
            Headline(name, each.value, each.low, each.high, other[name].value if other else None)
            for name, each in _scores(self.model).items()
        ]
        return (*lines, *self._counted())

    def _counted(self) -> list[Headline]:
        """Return the lines of the classes that are anywhere, beside the guess."""
        guesses = {each.name: each for each in self.constant.classes} if self.constant else {}
        lines = []
        for scores, count in zip(self.model.classes, self.model.counts.classes, strict=True):
            if scores.n_true or scores.n_found:
                guess = guesses.get(count.name)
                error, exact = (guess.error, guess.exact) if guess else (None, None)
                lines += [
                    _line("count error", count.name, count.error, error, "lowest"),
                    _line("exact counts", count.name, count.exact, exact),
                ]
        return lines


def _line(
    name: str, kind: str, score: Estimate, guess: Estimate | None, best: Best = "highest"
) -> Headline:
    base = guess.value if guess is not None else None
    return Headline(f"{name} of {kind}", score.value, score.low, score.high, base, best)


def _scores(scores: BoxScores) -> Mapping[str, Estimate]:
    by_threshold = dict(zip(BOX_THRESHOLDS, scores.mean_ap, strict=True))
    half = scores.points[BOX_THRESHOLDS.index(0.5)]
    lines = {
        "mAP at IoU 0.5": by_threshold[0.5],
        "mAP at IoU 0.3": by_threshold[0.3],
        "mAP at IoU 0.5 to 0.95": scores.coco_ap,
        "F1 at IoU 0.5": half.f1,
        "precision at IoU 0.5": half.precision,
        "recall at IoU 0.5": half.recall,
    }
    for each in scores.classes:
        ap = each.ap[BOX_THRESHOLDS.index(0.5)]
        if not math.isnan(ap.value):
            lines[f"AP at IoU 0.5 of {each.name}"] = ap
    return lines
