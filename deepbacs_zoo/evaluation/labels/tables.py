"""An evaluation of label images as tables and plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from deepbacs_zoo.evaluation.labels.result import LabelEvaluation
from deepbacs_zoo.evaluation.labels.scores import (
    THRESHOLDS,
    LabelImageRow,
    LabelScores,
    ObjectOutcome,
    ThresholdScores,
)
from deepbacs_zoo.evaluation.serialize import OUTCOMES, cell, csv_table, plain_estimate

__all__ = ["label_tables", "plain_label_scores"]


def label_tables(evaluation: LabelEvaluation) -> dict[str, str]:
    """Return the text of each table by the name of its file."""
    return {"per_image.csv": _images(evaluation), "per_object.csv": _objects(evaluation)}


def plain_label_scores(evaluation: LabelEvaluation) -> dict[str, Any]:
    """Return the scores of model and baseline as plain data."""
    return {
        "model": _scores(evaluation.model),
        "baseline": evaluation.baseline and _scores(evaluation.baseline),
    }


def _scores(scores: LabelScores) -> dict[str, Any]:
    return {
        "method": scores.method,
        "description": scores.description,
        "labelled_objects": scores.n_true,
        "predicted_objects": scores.n_pred,
        "objects_per_label": plain_estimate(scores.objects_per_label),
        "merged_objects": plain_estimate(scores.merged),
        "split_objects": plain_estimate(scores.split),
        "seconds": round(scores.seconds, 3),
        "at_iou": {f"{at.threshold:g}": _threshold(at) for at in scores.thresholds},
        "class_iou": {name: plain_estimate(value) for name, value in scores.class_iou.items()},
    }


def _threshold(at: ThresholdScores) -> dict[str, Any]:
    return {
        name: plain_estimate(getattr(at, name))
        for name in ("precision", "recall", "f1", "ap", "pq")
    }


def _images(evaluation: LabelEvaluation) -> str:
    classes = list(evaluation.model.class_iou)
    counts = [f"{kind}_{threshold:g}" for threshold in THRESHOLDS for kind in ("tp", "fp", "fn")]
    head = ["image", "method", "labelled", "predicted", *counts]
    head += ["merged", "split", *(f"iou_{name}" for name in classes), "seconds"]
    rows = (
        [*_cells(row, method, classes)]
        for method, scores in evaluation.methods
        for row in scores.rows
    )
    return csv_table(head, rows)


def _objects(evaluation: LabelEvaluation) -> str:
    """Return one row for each labelled object, found or not, and for each false positive."""
    columns = [field.name for field in fields(ObjectOutcome)][1:]
    rows = (
        [row.name, method, OUTCOMES[each.outcome], *(cell(getattr(each, key)) for key in columns)]
        for method, scores in evaluation.methods
        for row in scores.rows
        for each in row.objects
    )
    return csv_table(["image", "method", "outcome", *columns], rows)


def _cells(row: LabelImageRow, method: str, classes: list[str]) -> Iterator[object]:
    yield from (row.name, method, row.n_true, row.n_pred)
    for counts in zip(row.tp, row.fp, row.fn, strict=True):
        yield from counts
    yield from (row.merges.merged, row.merges.split)
    for name in classes:
        value = row.class_iou.get(name, math.nan)
        yield "" if math.isnan(value) else f"{value:.6f}"
    yield f"{row.seconds:.3f}"
