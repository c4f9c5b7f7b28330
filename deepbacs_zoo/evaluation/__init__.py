"""Scores of a package on images with ground truth, beside a classical method on the same images."""

from __future__ import annotations

from deepbacs_zoo.evaluation.base import Evaluated, Headline
from deepbacs_zoo.evaluation.baseline import BASELINE, Baseline
from deepbacs_zoo.evaluation.boxes.types import (
    BOX_THRESHOLDS,
    BoxEvaluation,
    BoxImageRow,
    BoxOutcome,
    BoxPicture,
    BoxScores,
    CountScores,
)
from deepbacs_zoo.evaluation.comparison import (
    Comparison,
    ScoreRow,
    compare,
    distinct_names,
    require_one_kind,
)
from deepbacs_zoo.evaluation.comparison_writing import (
    COMPARISON_FILES,
    refuse_existing,
    write_comparison,
)
from deepbacs_zoo.evaluation.estimates import Estimate
from deepbacs_zoo.evaluation.labels.types import (
    THRESHOLDS,
    Evaluation,
    ImageRow,
    ObjectOutcome,
    Picture,
    Scores,
    ThresholdScores,
)
from deepbacs_zoo.evaluation.loop import evaluate, finds_boxes, pairs_for
from deepbacs_zoo.evaluation.output_tables import outputs_as_dict, outputs_as_text, write_outputs
from deepbacs_zoo.evaluation.outputs import OutputComparison, compare_outputs
from deepbacs_zoo.evaluation.writing import write

__all__ = [
    "BASELINE",
    "BOX_THRESHOLDS",
    "COMPARISON_FILES",
    "THRESHOLDS",
    "Baseline",
    "BoxEvaluation",
    "BoxImageRow",
    "BoxOutcome",
    "BoxPicture",
    "BoxScores",
    "Comparison",
    "CountScores",
    "Estimate",
    "Evaluated",
    "Evaluation",
    "Headline",
    "ImageRow",
    "ObjectOutcome",
    "OutputComparison",
    "Picture",
    "ScoreRow",
    "Scores",
    "ThresholdScores",
    "compare",
    "compare_outputs",
    "distinct_names",
    "evaluate",
    "finds_boxes",
    "outputs_as_dict",
    "outputs_as_text",
    "pairs_for",
    "refuse_existing",
    "require_one_kind",
    "write",
    "write_comparison",
    "write_outputs",
]
