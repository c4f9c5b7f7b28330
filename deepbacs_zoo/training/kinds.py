"""The kinds of results that training measures, one row each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.boxes.sets import true_set
from deepbacs_zoo.tasks import GroundTruth, Method, annotation_kind
from deepbacs_zoo.training.scores.base import Scores
from deepbacs_zoo.training.scores.boxes import BoxScores
from deepbacs_zoo.training.scores.images import ImageScores
from deepbacs_zoo.training.scores.labels import LabelScores
from deepbacs_zoo.training.tuning.boxes import tune_boxes
from deepbacs_zoo.training.tuning.thresholds import Tuning, label_score, tune

__all__ = ["KINDS", "TrainingKind", "kind_of"]

Tensors = Sequence[NDArray[np.float32]]
Truths = Sequence[GroundTruth]


@dataclass(frozen=True)
class TrainingKind:
    """One kind of result.

    Parameters
    ----------
    scores
        Makes the measures of an epoch, empty.
    tune
        Takes the settings of decoding, the outputs of the network (``c y x`` float32) and the
        annotations; gives the settings that suit them best.
    score
        What tuning makes as large as it can, in words.
    """

    scores: Callable[[Method], Scores]
    tune: Callable[[Any, Tensors, Truths], Tuning]
    score: str = ""


def _tune_labels(settings: Any, tensors: Tensors, truths: Truths) -> Tuning:  # noqa: ANN401 - of any kind
    return tune(settings, label_score(tensors, [truth.content for truth in truths]))


def _tune_boxes(settings: Any, tensors: Tensors, truths: Truths) -> Tuning:  # noqa: ANN401 - settings of boxes
    boxes = [true_set(truth.content.boxes, settings.classes) for truth in truths]
    return tune_boxes(settings, tensors, boxes, [truth.shape for truth in truths])


KINDS: Final[dict[str, TrainingKind]] = {
    "labels": TrainingKind(LabelScores, _tune_labels, "mean F1"),
    "boxes": TrainingKind(BoxScores, _tune_boxes, "mean F1 less the error of counts"),
    "image": TrainingKind(ImageScores, lambda settings, *_: Tuning(settings, math.nan, math.nan)),
}


def kind_of(method: Method) -> TrainingKind:
    """Return the row of a method, by its ground truth: one of labels may give classes alone."""
    return KINDS[annotation_kind(method.annotation).kind]
