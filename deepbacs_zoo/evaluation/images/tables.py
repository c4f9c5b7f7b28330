"""An evaluation of images as tables and plain data."""

from __future__ import annotations

from typing import Any

from deepbacs_zoo.evaluation.images.result import ImageEvaluation, ImageScores
from deepbacs_zoo.evaluation.serialize import cell, csv_table, plain_estimate

__all__ = ["image_tables", "plain_image_scores"]


def image_tables(evaluation: ImageEvaluation) -> dict[str, str]:
    """Return the text of each table by the name of its file."""
    rows = (
        [row.name, method, *map(cell, (row.psnr, row.ssim, row.nrmse)), f"{row.seconds:.3f}"]
        for method, scores in evaluation.methods
        for row in scores.rows
    )
    head = ["image", "method", "psnr", "ssim", "nrmse", "seconds"]
    return {"per_image.csv": csv_table(head, rows)}


def plain_image_scores(evaluation: ImageEvaluation) -> dict[str, Any]:
    """Return the scores of the model and of the input image as plain data."""
    return {
        "model": _scores(evaluation.model),
        "baseline": evaluation.baseline and _scores(evaluation.baseline),
    }


def _scores(scores: ImageScores) -> dict[str, Any]:
    return {
        "method": scores.method,
        "description": scores.description,
        "seconds": round(scores.seconds, 3),
        **{key: plain_estimate(getattr(scores, key)) for key in ("psnr", "ssim", "nrmse")},
    }
