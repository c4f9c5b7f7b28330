"""Write an evaluation: tables per image and per object, all scores as JSON, overlays as PNG."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation.boxes.tables import box_tables, plain_box_scores
from deepbacs_zoo.evaluation.boxes.types import BoxEvaluation
from deepbacs_zoo.evaluation.estimates import CONFIDENCE
from deepbacs_zoo.evaluation.labels.tables import label_tables, plain_label_scores
from deepbacs_zoo.evaluation.labels.types import Evaluation
from deepbacs_zoo.evaluation.overlay import draw_boxes, draw_outcome
from deepbacs_zoo.evaluation.png import encode_png
from deepbacs_zoo.files import write_bytes

__all__ = ["as_dict", "write", "write_files"]


def write(
    evaluation: Evaluation | BoxEvaluation, folder: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write ``per_image.csv``, ``per_object.csv``, ``scores.json`` and ``overlays/<image>.png``.

    With boxes also ``curves.csv`` (precision over recall) and ``confusion.csv``.

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
    if isinstance(evaluation, BoxEvaluation):
        tables, overlays = box_tables(evaluation), _box_overlays(evaluation)
    else:
        tables, overlays = label_tables(evaluation), _label_overlays(evaluation)
    files = {name: text.encode("utf-8") for name, text in tables.items()}
    files["scores.json"] = json.dumps(as_dict(evaluation), indent=2).encode("utf-8") + b"\n"
    files |= {f"overlays/{name}.png": picture for name, picture in overlays.items()}
    return write_files(folder, files, overwrite=overwrite)


def write_files(
    folder: str | Path, files: Mapping[str, bytes], *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write files into a folder, by their names in it; errors as in ``write``."""
    paths = {Path(folder) / name: content for name, content in files.items()}
    if not overwrite:
        for path in paths:
            if path.exists():
                raise OutputExistsError.of(path)
    for path, content in paths.items():
        write_bytes(path, content)
    return tuple(paths)


def as_dict(evaluation: Evaluation | BoxEvaluation) -> dict[str, Any]:
    """Return all scores as plain data; a score that is not defined is ``None``."""
    return {
        "package": evaluation.package,
        "engine": evaluation.engine,
        "device": evaluation.device,
        "weights_format": evaluation.weights_format,
        "images": evaluation.images,
        "labels_complete": evaluation.labels_complete,
        "confidence": CONFIDENCE,
        **(
            plain_box_scores(evaluation)
            if isinstance(evaluation, BoxEvaluation)
            else plain_label_scores(evaluation)
        ),
        "findings": [
            {**asdict(finding), "severity": finding.severity.name.lower()}
            for finding in evaluation.findings
        ],
    }


def _label_overlays(evaluation: Evaluation) -> dict[str, bytes]:
    return {
        each.name: encode_png(draw_outcome(each.image, each.truth, each.predicted))
        for each in evaluation.pictures
    }


def _box_overlays(evaluation: BoxEvaluation) -> dict[str, bytes]:
    objects = {row.name: row.objects for row in evaluation.model.rows}
    return {
        each.name: encode_png(draw_boxes(each.image, objects[each.name]))
        for each in evaluation.pictures
    }
