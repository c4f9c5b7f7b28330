"""``history.csv``: one row per epoch; no wall-clock times, so that equal runs compare equal."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files import write_bytes
from deepbacs_zoo.files.text import read_text

__all__ = ["HistoryRow", "append_row", "read_history", "truncate_history"]

HistoryRow = Mapping[str, float]


def read_history(path: Path) -> tuple[HistoryRow, ...]:
    """Return the rows in order of epochs; none when the file is not there yet.

    Raises
    ------
    DataError
        A row is not one of numbers, or its epoch does not follow on the one before.
    """
    if not path.exists():
        return ()
    rows = []
    for index, row in enumerate(csv.DictReader(io.StringIO(read_text(path))), 1):
        try:
            numbers = {name: float(value) for name, value in row.items()}
        except (TypeError, ValueError):
            numbers = {}
        if numbers.get("epoch") != index:
            raise DataError(
                path,
                f"row {index} is damaged",
                value=",".join(str(value) for value in row.values()),
                allowed=f"numbers, epoch {index} first",
                hint="restore the file or train again into a new folder",
            )
        rows.append(numbers)
    return tuple(rows)


def append_row(path: Path, row: HistoryRow) -> None:
    """Add a row; a row of the same or a later epoch is replaced."""
    kept = [old for old in read_history(path) if old["epoch"] < row["epoch"]]
    _write(path, [*kept, row])


def truncate_history(path: Path, epochs: int) -> None:
    """Keep the first ``epochs`` rows: those that a checkpoint knows."""
    rows = read_history(path)
    if len(rows) > epochs:
        if epochs:
            _write(path, list(rows[:epochs]))
        else:
            path.unlink()


def _write(path: Path, rows: list[HistoryRow]) -> None:
    text = io.StringIO()
    # repr gives the shortest digits that read back to the same float64.
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow(
            [int(value) if name == "epoch" else repr(float(value)) for name, value in row.items()]
        )
    write_bytes(path, text.getvalue().encode())
