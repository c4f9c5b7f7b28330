"""Write evaluations and comparisons: tables, all scores as JSON, overlays as PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.evaluation.base import EvaluationResult
from deepbacs_zoo.evaluation.comparison import Comparison
from deepbacs_zoo.evaluation.kinds import KINDS
from deepbacs_zoo.evaluation.serialize import (
    aligned,
    as_json,
    cell,
    csv_table,
    number,
    plain_estimate,
    refuse_existing,
    write_files,
)
from deepbacs_zoo.metrics import CONFIDENCE, Estimate
from deepbacs_zoo.results.overlay import encode_png

__all__ = [
    "COMPARISON_FILES",
    "as_dict",
    "comparison_as_dict",
    "comparison_as_text",
    "write",
    "write_comparison",
]

COMPARISON_FILES: Final = ("comparison.csv", "comparison.json", "comparison.html")


def write(
    evaluation: EvaluationResult[Any, Any], folder: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write ``scores.json``, the tables of its kind and ``overlays/<image>.png``.

    Tables are ``per_image.csv``, with objects ``per_object.csv``, with boxes also ``curves.csv``
    (precision over recall) and ``confusion.csv``.

    Parameters
    ----------
    evaluation
        Made by ``evaluate``.
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
    kind = KINDS[evaluation.kind]
    files: dict[str, str | bytes] = {
        **kind.tables(evaluation),
        "scores.json": as_json(as_dict(evaluation)),
        **{
            f"overlays/{name}.png": encode_png(picture)
            for name, picture in kind.overlays(evaluation).items()
        },
    }
    return write_files(folder, files, overwrite=overwrite)


def as_dict(evaluation: EvaluationResult[Any, Any]) -> dict[str, Any]:
    """Return all scores as plain data; a score that is not defined is ``None``."""
    return {
        "package": evaluation.package,
        "engine": evaluation.engine,
        "device": evaluation.device,
        "weights_format": evaluation.weights_format,
        "images": evaluation.images,
        "labels_complete": evaluation.labels_complete,
        "confidence": CONFIDENCE,
        **KINDS[evaluation.kind].scores(evaluation),
        "findings": [finding.plain() for finding in evaluation.findings],
    }


def write_comparison(
    comparison: Comparison, folder: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write ``comparison.csv`` and ``comparison.json``, and ``<name>/...`` as ``write`` does.

    Parameters
    ----------
    comparison
        Made by ``compare``.
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
        Something is there already and ``overwrite`` is not set; nothing is written then.
    HostError
        The folder cannot be written.
    """
    folder = Path(folder)
    if not overwrite:
        refuse_existing(folder, (*COMPARISON_FILES, *comparison.evaluations))
    files = {
        "comparison.csv": _table(comparison),
        "comparison.json": as_json(comparison_as_dict(comparison)),
    }
    written = [write_files(folder, files, overwrite=overwrite)]
    written += [
        write(evaluation, folder / name, overwrite=overwrite)
        for name, evaluation in comparison.evaluations.items()
    ]
    return tuple(path for part in written for path in part)


def comparison_as_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the table as plain data; a score that is not defined is ``None``."""
    names = list(comparison.evaluations)
    return {
        "models": {
            name: {"package": each.package, "engine": each.engine, "images": each.images}
            for name, each in comparison.evaluations.items()
        },
        "baseline": comparison.first.baseline_name or None,
        "labels_complete": comparison.first.labels_complete,
        "scores": {
            row.name: {
                "best": row.best,
                "models": {
                    name: {**plain_estimate(value), "best": winner}
                    for name, value, winner in zip(names, row.values, row.winners, strict=True)
                },
                "baseline": None if row.baseline is None else number(row.baseline),
            }
            for row in comparison.rows()
        },
    }


def comparison_as_text(comparison: Comparison) -> str:
    """Return the scores of one or more packages and of the baseline as a table for a terminal.

    Below it stands what the baseline is.
    """
    rows = comparison.rows()
    names = list(comparison.evaluations)
    scored = any(row.baseline is not None for row in rows)
    lines = [["score", *names, *(["baseline"] if scored else [])]]
    for row in rows:
        base = "" if row.baseline is None else str(Estimate(row.baseline))
        lines.append([row.name, *map(str, row.values), *([base] if scored else [])])
    words = [f"{role}: {name}: {what}" for role, name, what in comparison.first.baselines]
    return "\n".join([aligned(lines), *words])


def _table(comparison: Comparison) -> str:
    """Return one row for each score and model, the baseline last."""
    rows: list[list[object]] = []
    for row in comparison.rows():
        for name, value, winner in zip(
            comparison.evaluations, row.values, row.winners, strict=True
        ):
            ends = (cell(each) for each in (value.value, value.low, value.high))
            rows.append([row.name, name, *ends, "yes" if winner else ""])
        if row.baseline is not None:
            rows.append([row.name, "baseline", cell(row.baseline), "", "", ""])
    return csv_table(["score", "model", "value", "low", "high", "best"], rows)
