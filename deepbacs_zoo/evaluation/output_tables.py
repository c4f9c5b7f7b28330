"""The comparison of the outputs of several packages, as a table, as JSON, and as text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deepbacs_zoo.evaluation.output_types import OutputComparison, OutputRow
from deepbacs_zoo.evaluation.serialize import aligned, as_json, cell, csv_table, write_files

__all__ = ["outputs_as_dict", "outputs_as_text", "write_outputs"]

_MOST_LINES = 40


def write_outputs(
    comparison: OutputComparison, folder: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write ``comparison.csv`` and ``comparison.json``.

    Parameters
    ----------
    comparison
        What ``compare_outputs`` returned.
    folder
        Made if it does not exist.
    overwrite
        Replace files that exist.

    Raises
    ------
    OutputExistsError
        One of the files exists and ``overwrite`` is not set; nothing is written then.
    HostError
        The folder cannot be written.
    """
    head, *rows = _lines(comparison, comparison.rows)
    files = {
        "comparison.csv": csv_table([str(name) for name in head], rows),
        "comparison.json": as_json(outputs_as_dict(comparison)),
    }
    return write_files(folder, files, overwrite=overwrite)


def outputs_as_dict(comparison: OutputComparison) -> dict[str, Any]:
    """Return the comparison as plain data."""
    return {
        "models": list(comparison.models),
        "all": [_plain(comparison, comparison.total(model)) for model in comparison.models],
        "images": [_plain(comparison, row) for row in comparison.rows],
    }


def _plain(comparison: OutputComparison, row: OutputRow) -> dict[str, Any]:
    agreements = {
        other: comparison.agreement(row.image, row.model, other)
        for other in comparison.models
        if other != row.model
    }
    return {
        "image": row.image,
        "model": row.model,
        "kind": row.kind,
        "objects": row.objects,
        "counts": dict(row.counts),
        "seconds": row.seconds,
        "agreement": {
            other: {"share": found.share, "matched": found.matched}
            for other, found in agreements.items()
            if found is not None
        },
    }


def outputs_as_text(comparison: OutputComparison) -> str:
    """Return the table with aligned columns: every image if there are few, and all together."""
    rows = comparison.rows if len(comparison.rows) <= _MOST_LINES else ()
    totals = [comparison.total(model) for model in comparison.models]
    lines = [[str(each) for each in line] for line in _lines(comparison, (*rows, *totals))]
    return aligned(lines, left=2)


def _lines(comparison: OutputComparison, rows: Iterable[OutputRow]) -> list[list[object]]:
    """Return the head and one line for each row; empty cells where nothing is known."""
    classes, models = comparison.classes, comparison.models
    lines: list[list[object]] = [
        ["image", "model", "objects", *classes, "seconds", *(f"same as {name}" for name in models)]
    ]
    for row in rows:
        agreements = [
            None if name == row.model else comparison.agreement(row.image, row.model, name)
            for name in models
        ]
        lines.append(
            [
                row.image,
                row.model,
                cell(row.objects),
                *(cell(row.counts.get(name)) for name in classes),
                "" if row.seconds is None else f"{row.seconds:.2f}",
                *("" if found is None else f"{found.share:.3f}" for found in agreements),
            ]
        )
    return lines
