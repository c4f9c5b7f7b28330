"""The evaluation of a package that gives label images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.base import Best, EvaluationResult, Headline
from deepbacs_zoo.evaluation.labels.scores import LabelScores
from deepbacs_zoo.metrics import Estimate

__all__ = ["LabelEvaluation", "LabelPreview"]

_RATIO: Final = "predicted objects per label"
_MERGED: Final = "share of merged objects"
_SPLIT: Final = "share of split objects"
_BEST: Final[Mapping[str, Best]] = {_RATIO: "one", _MERGED: "lowest", _SPLIT: "lowest"}


@dataclass(frozen=True, eq=False)
class LabelPreview:
    """One image with its ground truth and the prediction, for overlays.

    ``image`` is ``y x`` or ``y x 3`` (red, green, blue) float32; ``truth``, ``predicted`` and
    ``baseline`` are ``y x`` int32 label images; ``baseline`` is ``None`` when none was scored.
    """

    name: str
    image: NDArray[np.float32]
    truth: NDArray[np.int32]
    predicted: NDArray[np.int32]
    baseline: NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class LabelEvaluation(EvaluationResult[LabelScores, LabelPreview]):
    """Scores of a package that gives label images; see ``EvaluationResult``."""

    kind: ClassVar[str] = "labels"

    @property
    def n_true(self) -> int:
        """Labelled objects in all images."""
        return self.model.n_true

    @property
    def ground_truth(self) -> str:
        """The ground truth in words."""
        return f"{self.n_true} labelled objects"

    def headlines(self) -> tuple[Headline, ...]:
        """Return the scores that are worth a line each, the most telling first."""
        other = _lines(self.baseline) if self.baseline else {}
        return tuple(
            Headline(
                name,
                estimate.value,
                estimate.low,
                estimate.high,
                other[name].value if name in other else None,
                _BEST.get(name, "highest"),
            )
            for name, estimate in _lines(self.model).items()
        )


def _lines(scores: LabelScores) -> Mapping[str, Estimate]:
    half = scores.at(0.5)
    lines = {
        "recall at IoU 0.5": half.recall,
        _RATIO: scores.objects_per_label,
        "precision at IoU 0.5": half.precision,
        "F1 at IoU 0.5": half.f1,
        _MERGED: scores.merged,
        _SPLIT: scores.split,
        "AP at IoU 0.5": half.ap,
        "AP at IoU 0.7": scores.at(0.7).ap,
        "PQ at IoU 0.5": half.pq,
    }
    return {**lines, **{f"IoU of {name}": value for name, value in scores.class_iou.items()}}
