"""The evaluation of a package that finds boxes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.base import Best, EvaluationResult, Headline
from deepbacs_zoo.evaluation.boxes.scores import BOX_THRESHOLDS, BoxScores, CountScores
from deepbacs_zoo.metrics import Estimate
from deepbacs_zoo.package.zoo_config import Decoding

__all__ = ["BoxEvaluation", "BoxPreview"]


@dataclass(frozen=True, eq=False)
class BoxPreview:
    """An image for overlays, ``y x`` or ``y x 3`` float32; its boxes are in the row of its name."""

    name: str
    image: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BoxEvaluation(EvaluationResult[BoxScores, BoxPreview]):
    """Scores of a package that finds boxes; see ``EvaluationResult``.

    Parameters
    ----------
    score_thresholds
        The package's own for each class: boxes of a lower score only count for average precision
        and curves.
    count_factors
        The package's own for each class, 0 where it has none: of the boxes above the threshold
        only as many count as the scores of the image speak for.
    constant
        The best constant guess of counts.
    """

    kind: ClassVar[str] = "boxes"

    score_thresholds: tuple[float, ...] = field(kw_only=True)
    count_factors: tuple[float, ...] = field(kw_only=True)
    constant: CountScores = field(kw_only=True)

    @property
    def n_true(self) -> int:
        """Labelled boxes in all images."""
        return self.model.n_true

    @property
    def ground_truth(self) -> str:
        """The ground truth in words."""
        return f"{self.n_true} labelled boxes"

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the package's order."""
        return tuple(each.name for each in self.model.classes)

    @property
    def least_scores(self) -> str:
        """The score thresholds in words: one number where all classes share it."""
        if len(set(self.score_thresholds)) == 1:
            return f"{self.score_thresholds[0]:g}"
        each = zip(self.classes, self.score_thresholds, strict=True)
        return ", ".join(f"{value:g} ({name})" for name, value in each)

    @property
    def factors(self) -> str:
        """The count factors in words, of the classes that have one."""
        each = zip(self.classes, self.count_factors, strict=True)
        return ", ".join(f"{value:g} ({name})" for name, value in each if value)

    @property
    def baseline_name(self) -> str:
        """Short names of the classical method, unless it was left out, and of the guess."""
        guess = f"for counts: {self.constant.method}"
        return guess if self.baseline is None else f"{self.baseline.method}; {guess}"

    @property
    def baselines(self) -> tuple[tuple[str, str, str], ...]:
        """Role, short name and description of the classical method and of the guess."""
        guess = ("the baseline for counts", self.constant.method, self.constant.description)
        return (*super().baselines, guess)

    def shares_baseline(self, decoding: Decoding | None) -> bool:
        """Return whether a package has the same classes: the baseline is named after one."""
        return self.classes == getattr(decoding, "classes", None)

    def with_baseline_of(self, other: Self) -> Self:
        """Return the same with the baseline and the guess of another package."""
        return dataclasses.replace(self, baseline=other.baseline, constant=other.constant)

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
        guesses = {each.name: each for each in self.constant.classes}
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
