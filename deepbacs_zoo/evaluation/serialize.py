"""Scores as text, tables and plain data, and the files that hold them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo import files
from deepbacs_zoo.files import write_bytes
from deepbacs_zoo.metrics import Estimate

__all__ = [
    "OUTCOMES",
    "aligned",
    "as_json",
    "cell",
    "csv_table",
    "number",
    "plain_estimate",
    "refuse_existing",
    "write_files",
]

OUTCOMES: Final = {
    "true positive": "hit",
    "wrong class": "wrong class",
    "false negative": "miss",
    "false positive": "false find",
}
"""Outcomes of objects as the column ``outcome`` of result files names them since the beginning."""


def cell(value: object) -> object:
    """Return what stands in a table: four decimals, and nothing for ``None`` and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.4f}" if isinstance(value, float) else value


def csv_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the text of a CSV file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return buffer.getvalue()


def aligned(lines: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return a table as text: columns of equal width, the first ``left`` ones flush left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column < left else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_json(content: object) -> str:
    """Return the text of a JSON file."""
    return json.dumps(content, indent=2) + "\n"


def number(value: float) -> float | None:
    """Return a number as JSON knows it: ``None`` for NaN."""
    return None if math.isnan(value) else value


def plain_estimate(estimate: Estimate) -> dict[str, float | None]:
    """Return a score and its interval; ``None`` where it is not defined."""
    return {"value": number(estimate.value), "low": estimate.low, "high": estimate.high}


def write_files(
    folder: str | Path, files: Mapping[str, str | bytes], *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write files into a folder.

    Parameters
    ----------
    folder
        Made if it does not exist.
    files
        Contents by their names in the folder; text is written as UTF-8.
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
    if not overwrite:
        refuse_existing(folder, files)
    for name, content in files.items():
        data = content.encode("utf-8") if isinstance(content, str) else content
        write_bytes(Path(folder) / name, data)
    return tuple(Path(folder) / name for name in files)


def refuse_existing(folder: str | Path, names: Iterable[str]) -> None:
    """Look for results that would be overwritten, before hours of computing.

    Raises
    ------
    OutputExistsError
        A file or folder of one of the names is in the folder already.
    """
    files.refuse_existing(Path(folder) / name for name in names)
