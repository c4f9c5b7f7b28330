"""Write a comparison: one table and one JSON file, and every evaluation in a folder of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation.comparison import Comparison
from deepbacs_zoo.evaluation.serialize import cell, number, plain_estimate
from deepbacs_zoo.evaluation.writing import write, write_files

__all__ = ["COMPARISON_FILES", "comparison_as_dict", "refuse_existing", "write_comparison"]

COMPARISON_FILES: Final = ("comparison.csv", "comparison.json", "comparison.html")


def write_comparison(
    comparison: Comparison, folder: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write ``comparison.csv`` and ``comparison.json``, and ``<name>/...`` as ``write`` does.

    Parameters
    ----------
    comparison
        What ``compare`` returned.
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
    text = json.dumps(comparison_as_dict(comparison), indent=2)
    files = {"comparison.csv": _table(comparison), "comparison.json": text + "\n"}
    written = write_files(
        folder, {name: text.encode("utf-8") for name, text in files.items()}, overwrite=overwrite
    )
    parts = [
        write(evaluation, folder / name, overwrite=overwrite)
        for name, evaluation in comparison.evaluations.items()
    ]
    return (*written, *(path for part in parts for path in part))


def refuse_existing(folder: str | Path, names: Iterable[str]) -> None:
    """Look for results in the way before hours of computing.

    Raises
    ------
    OutputExistsError
        A file or folder of one of the names is in the folder already.
    """
    for name in names:
        if (Path(folder) / name).exists():
            raise OutputExistsError.of(Path(folder) / name)


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


def _table(comparison: Comparison) -> str:
    """Return one row for each score and model, the baseline last."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["score", "model", "value", "low", "high", "best"])
    names = list(comparison.evaluations)
    for row in comparison.rows():
        for name, value, winner in zip(names, row.values, row.winners, strict=True):
            ends = (cell(each) for each in (value.value, value.low, value.high))
            writer.writerow([row.name, name, *ends, "yes" if winner else ""])
        if row.baseline is not None:
            writer.writerow([row.name, "baseline", cell(row.baseline), "", "", ""])
    return buffer.getvalue()
