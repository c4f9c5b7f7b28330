"""How good a package is on images with truth, beside a classical method on the same images."""

from __future__ import annotations

from deepbacs_zoo.evaluation.baseline import BASELINE, Baseline
from deepbacs_zoo.evaluation.loop import evaluate
from deepbacs_zoo.evaluation.model import (
    THRESHOLDS,
    Estimate,
    Evaluation,
    Headline,
    ImageRow,
    Picture,
    Scores,
    ThresholdScores,
)
from deepbacs_zoo.evaluation.writing import write

__all__ = [
    "BASELINE",
    "THRESHOLDS",
    "Baseline",
    "Estimate",
    "Evaluation",
    "Headline",
    "ImageRow",
    "Picture",
    "Scores",
    "ThresholdScores",
    "evaluate",
    "write",
]
