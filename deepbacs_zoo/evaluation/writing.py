"""Write an evaluation: a table per image, all scores as JSON, overlays as PNG."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation.model import (
    CONFIDENCE,
    THRESHOLDS,
    Estimate,
    Evaluation,
    ImageRow,
    ObjectOutcome,
    Scores,
    ThresholdScores,
)
from deepbacs_zoo.evaluation.overlay import draw_outcome
from deepbacs_zoo.evaluation.png import encode_png
from deepbacs_zoo.images import write_bytes

__all__ = ["as_dict", "write"]


def write(
    evaluation: Evaluation, folder: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write ``per_image.csv``, ``per_object.csv``, ``scores.json`` and ``overlays/<image>.png``.

    Parameters
    ----------
    evaluation
        What ``evaluate`` returned.
    folder
        Made if it does not exist.
    overwrite
        Replace files that exist.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    OutputExistsError
        One of the files exists and ``overwrite`` is not set; nothing is written then.
    HostError
        The folder cannot be written.
    """
    folder = Path(folder)
    overlays = {
        folder / "overlays" / f"{picture.name}.png": picture for picture in evaluation.pictures
    }
    tables = {"per_image.csv": _table, "per_object.csv": _objects}
    scores = folder / "scores.json"
    paths = (*(folder / name for name in tables), scores, *overlays)
    if not overwrite:
        for path in paths:
            if path.exists():
                raise OutputExistsError.of(path)
    for name, table in tables.items():
        write_bytes(folder / name, table(evaluation).encode("utf-8"))
    write_bytes(scores, json.dumps(as_dict(evaluation), indent=2).encode("utf-8") + b"\n")
    for path, picture in overlays.items():
        colours = draw_outcome(picture.image, picture.truth, picture.predicted)
        write_bytes(path, encode_png(colours))
    return paths


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Return all scores as plain data; a score that is not defined is ``None``."""
    return {
        "package": evaluation.package,
        "engine": evaluation.engine,
        "device": evaluation.device,
        "weights_format": evaluation.weights_format,
        "images": evaluation.images,
        "labels_complete": evaluation.labels_complete,
        "confidence": CONFIDENCE,
        "model": _scores(evaluation.model),
        "baseline": evaluation.baseline and _scores(evaluation.baseline),
        "findings": [
            {**asdict(finding), "severity": finding.severity.name.lower()}
            for finding in evaluation.findings
        ],
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {
        "method": scores.method,
        "description": scores.description,
        "labelled_objects": scores.n_true,
        "predicted_objects": scores.n_pred,
        "objects_per_label": _estimate(scores.objects_per_label),
        "seconds": round(scores.seconds, 3),
        "at_iou": {f"{at.threshold:g}": _threshold(at) for at in scores.thresholds},
        "class_iou": {name: _estimate(value) for name, value in scores.class_iou.items()},
    }


def _threshold(at: ThresholdScores) -> dict[str, Any]:
    return {
        name: _estimate(getattr(at, name)) for name in ("precision", "recall", "f1", "ap", "pq")
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    value = None if math.isnan(estimate.value) else estimate.value
    return {"value": value, "low": estimate.low, "high": estimate.high}


def _table(evaluation: Evaluation) -> str:
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
                writer.writerow([row.name, method, *map(_cell, values)])
    return buffer.getvalue()


def _methods(evaluation: Evaluation) -> list[tuple[str, Scores]]:
    baseline = [("baseline", evaluation.baseline)] if evaluation.baseline else []
    return [("model", evaluation.model), *baseline]


def _cell(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else value


def _cells(row: ImageRow, method: str, classes: list[str]) -> Iterator[object]:
    yield from (row.name, method, row.n_true, row.n_pred)
    for counts in zip(row.tp, row.fp, row.fn, strict=True):
        yield from counts
    for name in classes:
        value = row.class_iou.get(name, math.nan)
        yield "" if math.isnan(value) else f"{value:.6f}"
    yield f"{row.seconds:.3f}"
