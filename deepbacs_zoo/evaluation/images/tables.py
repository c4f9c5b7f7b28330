"""An evaluation of images as tables and plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deepbacs_zoo.evaluation.images.result import ImageEvaluation
from deepbacs_zoo.evaluation.images.scores import ImageScores
from deepbacs_zoo.evaluation.serialize import cell, csv_table, plain_estimate

__all__ = ["image_tables", "plain_image_scores"]


def image_tables(evaluation: ImageEvaluation) -> dict[str, str]:
    """Return the text of each table by the name of its file."""
    keys = list(evaluation.model.estimates)
    rows = (
        [row.name, method, *(cell(row.scores[key]) for key in keys), f"{row.seconds:.3f}"]
        for method, scores in evaluation.methods
        for row in scores.rows
    )
    head = ["method", "cycles_per_pixel", "correlation", "low", "high"]
    return {
        "per_image.csv": csv_table(["image", "method", *keys, "seconds"], rows),
        "fourier_rings.csv": csv_table(head, _rings(evaluation)),
    }


def _rings(evaluation: ImageEvaluation) -> Iterator[list[object]]:
    for method, scores in evaluation.methods:
        if scores.curve is None:
            continue
        for number, frequency in enumerate(scores.curve.frequencies):
            found = scores.curve.correlations[number]
            ends = (cell(each) for each in (found.value, found.low, found.high))
            yield [method, cell(float(frequency)), *ends]


def plain_image_scores(evaluation: ImageEvaluation) -> dict[str, Any]:
    """Return the scores of the model, of the input image and of other baselines as plain data."""
    return {
        "model": _scores(evaluation.model),
        "baseline": evaluation.baseline and _scores(evaluation.baseline),
        "other_baselines": [_scores(each) for each in evaluation.others],
    }


def _scores(scores: ImageScores) -> dict[str, Any]:
    in_units = scores.resolution_in_units
    return {
        "method": scores.method,
        "description": scores.description,
        "seconds": round(scores.seconds, 3),
        **{key: plain_estimate(estimate) for key, estimate in scores.estimates.items()},
        "resolution_in_units": in_units and {**plain_estimate(in_units), "unit": scores.unit},
    }
