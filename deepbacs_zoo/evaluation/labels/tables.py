"""An evaluation of label images as tables and plain data."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from deepbacs_zoo.evaluation.labels.types import (
    THRESHOLDS,
    Evaluation,
    ImageRow,
    ObjectOutcome,
    Scores,
    ThresholdScores,
)
from deepbacs_zoo.evaluation.serialize import cell, plain_estimate

__all__ = ["label_tables", "plain_label_scores"]


def label_tables(evaluation: Evaluation) -> dict[str, str]:
    """Return the text of each table by the name of its file."""
    return {"per_image.csv": _images(evaluation), "per_object.csv": _objects(evaluation)}


def plain_label_scores(evaluation: Evaluation) -> dict[str, Any]:
    """Return the scores of model and baseline as plain data."""
    return {
        "model": _scores(evaluation.model),
        "baseline": evaluation.baseline and _scores(evaluation.baseline),
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {
        "method": scores.method,
        "description": scores.description,
        "labelled_objects": scores.n_true,
        "predicted_objects": scores.n_pred,
        "objects_per_label": plain_estimate(scores.objects_per_label),
        "seconds": round(scores.seconds, 3),
        "at_iou": {f"{at.threshold:g}": _threshold(at) for at in scores.thresholds},
        "class_iou": {name: plain_estimate(value) for name, value in scores.class_iou.items()},
    }


def _threshold(at: ThresholdScores) -> dict[str, Any]:
    return {
        name: plain_estimate(getattr(at, name))
        for name in ("precision", "recall", "f1", "ap", "pq")
    }


def _images(evaluation: Evaluation) -> str:
    classes = list(evaluation.model.class_iou)
    counts = [f"{kind}_{threshold:g}" for threshold in THRESHOLDS for kind in ("tp", "fp", "fn")]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        ["image", "method", "labelled", "predicted", *counts]
        + [f"iou_{name}" for name in classes]
        + ["seconds"]
    )
    for method, scores in _methods(evaluation):
        for row in scores.rows:
            writer.writerow(_cells(row, method, classes))
    return buffer.getvalue()


def _objects(evaluation: Evaluation) -> str:
    """Return one row for each labelled object, found or not, and for each false find."""
    columns = [field.name for field in fields(ObjectOutcome)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["image", "method", *columns])
    for method, scores in _methods(evaluation):
        for row in scores.rows:
            for each in row.objects:
                values = (getattr(each, name) for name in columns)
                writer.writerow([row.name, method, *map(cell, values)])
    return buffer.getvalue()


def _methods(evaluation: Evaluation) -> list[tuple[str, Scores]]:
    baseline = [("baseline", evaluation.baseline)] if evaluation.baseline else []
    return [("model", evaluation.model), *baseline]


def _cells(row: ImageRow, method: str, classes: list[str]) -> Iterator[object]:
    yield from (row.name, method, row.n_true, row.n_pred)
    for counts in zip(row.tp, row.fp, row.fn, strict=True):
        yield from counts
    for name in classes:
        value = row.class_iou.get(name, math.nan)
        yield "" if math.isnan(value) else f"{value:.6f}"
    yield f"{row.seconds:.3f}"
