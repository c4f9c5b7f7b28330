"""Boxes and counts read back from files that :func:`deepbacs_zoo.prediction.save` writes."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["read_written_boxes", "read_written_counts"]


def read_written_boxes(rois: Path, table: Path) -> tuple[BoxRow, ...]:
    """Read boxes: the table's six digits in units, and the pixels of the ROIs in float32."""
    return tuple(
        BoxRow(
            label=int(row["label"]),
            t=int(row["t"]),
            z=int(row["z"]),
            name=row["class"],
            score=float(row["score"]),
            x=float(row["x"]),
            y=float(row["y"]),
            width=float(row["width"]),
            height=float(row["height"]),
            unit=row["unit"],
            pixels=(roi.xd, roi.yd, roi.xd + roi.widthd, roi.yd + roi.heightd),
        )
        for row, roi in zip(_rows(table), _rois(rois), strict=True)
    )


def read_written_counts(counts: Path) -> tuple[ClassCount, ...]:
    """Read the table of counts."""
    return tuple(
        ClassCount(int(row["t"]), int(row["z"]), row["class"], int(row["count"]))
        for row in _rows(counts)
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rois(path: Path) -> Iterator[ImagejRoi]:
    from roifile import ImagejRoi

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield ImagejRoi.frombytes(archive.read(name))
