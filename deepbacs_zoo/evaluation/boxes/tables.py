"""An evaluation of boxes as tables and plain data."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from deepbacs_zoo.evaluation.boxes.result import BoxEvaluation
from deepbacs_zoo.evaluation.boxes.scores import (
    BOX_THRESHOLDS,
    BoxOutcome,
    BoxScores,
    CountScores,
    PointScores,
)
from deepbacs_zoo.evaluation.serialize import OUTCOMES, cell, csv_table, plain_estimate

__all__ = ["box_tables", "plain_box_scores"]


def box_tables(evaluation: BoxEvaluation) -> dict[str, str]:
    """Return the text of each table by the name of its file."""
    return {
        "per_image.csv": _images(evaluation),
        "per_object.csv": _objects(evaluation),
        "curves.csv": _curves(evaluation),
        "confusion.csv": _confusion(evaluation),
    }


def plain_box_scores(evaluation: BoxEvaluation) -> dict[str, Any]:
    """Return the scores of model, baseline and guess as plain data."""
    return {
        "classes": list(evaluation.classes),
        "score_thresholds": dict(zip(evaluation.classes, evaluation.score_thresholds, strict=True)),
        "count_factors": dict(zip(evaluation.classes, evaluation.count_factors, strict=True)),
        "model": _scores(evaluation.model),
        "baseline": evaluation.baseline and _scores(evaluation.baseline),
        "constant_guess": _counts(evaluation.constant),
    }


def _scores(scores: BoxScores) -> dict[str, Any]:
    means = zip(BOX_THRESHOLDS, scores.mean_ap, strict=True)
    return {
        "method": scores.method,
        "description": scores.description,
        "labelled_boxes": scores.n_true,
        "found_boxes": scores.n_found,
        "seconds": round(scores.seconds, 3),
        "map": {
            **{f"{threshold:g}": plain_estimate(each) for threshold, each in means},
            "0.5:0.95": plain_estimate(scores.coco_ap),
        },
        "at_iou": {f"{at.threshold:g}": _point(at) for at in scores.points},
        "classes": {
            each.name: {
                "labelled": each.n_true,
                "found": each.n_found,
                "at_iou": {
                    f"{at.threshold:g}": {"ap": plain_estimate(ap), **_point(at)}
                    for at, ap in zip(each.points, each.ap, strict=True)
                },
            }
            for each in scores.classes
        },
        "confusion": scores.confusion.tolist(),
        "counts": _counts(scores.counts),
    }


def _point(at: PointScores) -> dict[str, Any]:
    return {name: plain_estimate(getattr(at, name)) for name in ("precision", "recall", "f1")}


def _counts(counts: CountScores) -> dict[str, Any]:
    return {
        "method": counts.method,
        "description": counts.description,
        "classes": {
            each.name: {
                "labelled_per_image": each.true,
                "found_per_image": each.found,
                "mean_absolute_error": plain_estimate(each.error),
                "exact": plain_estimate(each.exact),
            }
            for each in counts.classes
        },
    }


def _images(evaluation: BoxEvaluation) -> str:
    names = [f"{kind}_{name}" for kind in ("labelled", "found") for name in evaluation.classes]
    counts = [f"{kind}_{each:g}" for each in BOX_THRESHOLDS for kind in ("tp", "fp", "fn")]
    rows = (
        [
            row.name,
            method,
            *row.true,
            *row.found,
            *(value for at in zip(row.tp, row.fp, row.fn, strict=True) for value in at),
            f"{row.seconds:.3f}",
        ]
        for method, scores in evaluation.methods
        for row in scores.rows
    )
    return csv_table(["image", "method", *names, *counts, "seconds"], rows)


def _objects(evaluation: BoxEvaluation) -> str:
    columns = [field.name for field in fields(BoxOutcome)][1:]
    rows = (
        [row.name, method, OUTCOMES[each.outcome], *(cell(getattr(each, key)) for key in columns)]
        for method, scores in evaluation.methods
        for row in scores.rows
        for each in row.objects
    )
    return csv_table(["image", "method", "outcome", *columns], rows)


def _curves(evaluation: BoxEvaluation) -> str:
    rows = (
        [method, each.name, f"{threshold:g}", f"{recall:.2f}", f"{precision:.4f}"]
        for method, scores in evaluation.methods
        for each in scores.classes
        for threshold, curve in zip(BOX_THRESHOLDS, each.curves, strict=True)
        for recall, precision in zip(curve.recall, curve.precision, strict=True)
    )
    return csv_table(["method", "class", "iou", "recall", "precision"], rows)


def _confusion(evaluation: BoxEvaluation) -> str:
    names = [*evaluation.classes, "background"]
    rows = (
        [method, name, *counts]
        for method, scores in evaluation.methods
        for name, counts in zip(names, scores.confusion.tolist(), strict=True)
    )
    return csv_table(["method", "labelled", *(f"found_{name}" for name in names)], rows)
