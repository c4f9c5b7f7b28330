"""Scores of a package on images with ground truth, beside a baseline on the same images."""

from __future__ import annotations

from deepbacs_zoo.evaluation.base import EvaluationResult, Headline
from deepbacs_zoo.evaluation.baseline import Baseline, TrainingField, label_field, tune_baseline
from deepbacs_zoo.evaluation.boxes.result import BoxEvaluation, BoxPreview
from deepbacs_zoo.evaluation.boxes.scores import (
    BOX_THRESHOLDS,
    BoxImageRow,
    BoxOutcome,
    BoxScores,
    CountScores,
)
from deepbacs_zoo.evaluation.comparison import Comparison, ScoreRow, distinct_names
from deepbacs_zoo.evaluation.evaluator import Evaluator
from deepbacs_zoo.evaluation.images.result import ERROR_RANGE, ImageEvaluation, ImagePreview
from deepbacs_zoo.evaluation.images.scores import SCORES, ImageScores
from deepbacs_zoo.evaluation.kinds import KINDS, EvaluationKind, pairs_for
from deepbacs_zoo.evaluation.labels.result import LabelEvaluation, LabelPreview
from deepbacs_zoo.evaluation.labels.scores import (
    THRESHOLDS,
    LabelImageRow,
    LabelScores,
    ObjectOutcome,
    ThresholdScores,
)
from deepbacs_zoo.evaluation.loop import compare, evaluate, require_one_kind
from deepbacs_zoo.evaluation.output_tables import outputs_as_dict, outputs_as_text, write_outputs
from deepbacs_zoo.evaluation.output_types import OutputComparison
from deepbacs_zoo.evaluation.outputs import compare_outputs
from deepbacs_zoo.evaluation.serialize import refuse_existing
from deepbacs_zoo.evaluation.writing import (
    COMPARISON_FILES,
    comparison_as_text,
    write,
    write_comparison,
)

__all__ = [
    "BOX_THRESHOLDS",
    "COMPARISON_FILES",
    "ERROR_RANGE",
    "KINDS",
    "SCORES",
    "THRESHOLDS",
    "Baseline",
    "BoxEvaluation",
    "BoxImageRow",
    "BoxOutcome",
    "BoxPreview",
    "BoxScores",
    "Comparison",
    "CountScores",
    "EvaluationKind",
    "EvaluationResult",
    "Evaluator",
    "Headline",
    "ImageEvaluation",
    "ImagePreview",
    "ImageScores",
    "LabelEvaluation",
    "LabelImageRow",
    "LabelPreview",
    "LabelScores",
    "ObjectOutcome",
    "OutputComparison",
    "ScoreRow",
    "ThresholdScores",
    "TrainingField",
    "compare",
    "compare_outputs",
    "comparison_as_text",
    "distinct_names",
    "evaluate",
    "label_field",
    "outputs_as_dict",
    "outputs_as_text",
    "pairs_for",
    "refuse_existing",
    "require_one_kind",
    "tune_baseline",
    "write",
    "write_comparison",
    "write_outputs",
]
