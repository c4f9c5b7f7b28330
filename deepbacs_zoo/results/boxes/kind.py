"""Boxes as a kind of result: ROIs, a table, the counts of the classes and an overlay."""

from __future__ import annotations

import csv
import dataclasses
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import DetectedBox
from deepbacs_zoo.decoding.kinds import Planes
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.results.boxes.rois import write_box_rois
from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount, count_boxes, list_boxes
from deepbacs_zoo.results.overlay import rectangles_on, write_picture
from deepbacs_zoo.results.table import lines, write_text
from deepbacs_zoo.results.types import Boxes, Result

if TYPE_CHECKING:
    from roifile import ImagejRoi
from deepbacs_zoo.files.text import read_text

__all__ = ["BOX_COLUMNS", "FILES", "box_table", "content", "count_table", "draw", "read", "table"]
__all__ += ["writers"]

FILES: Final = ("rois.zip", "table.csv", "counts.csv", "overlay.png")
BOX_COLUMNS: Final = (
    "label",
    "t",
    "z",
    "class",
    "score",
    "x",
    "y",
    "width",
    "height",
    "unit",
)


def content(
    settings: AnchorBoxes,
    found: Planes,
    size: Mapping[str, int],
    seen: Mapping[str, int],
    calibration: Calibration,
) -> Boxes:
    """Bring boxes to the image's scale; numbered from 1 at each position, the best first."""
    factors = (size["x"] / seen["x"], size["y"] / seen["y"])
    rows: list[BoxRow] = []
    for t, frame in enumerate(found):
        for z, boxes in enumerate(frame):
            moved = [_moved(each, factors) for each in boxes]
            rows += list_boxes(moved, settings.classes, calibration, t=t, z=z)
    counts = count_boxes(rows, settings.classes, len(found), len(found[0]))
    return Boxes(tuple(rows), counts)


def _moved(box: DetectedBox, factors: tuple[float, float]) -> DetectedBox:
    across, down = factors
    if across == down == 1.0:
        return box
    return dataclasses.replace(
        box, x0=box.x0 * across, y0=box.y0 * down, x1=box.x1 * across, y1=box.y1 * down
    )


def writers(found: Boxes, result: Result) -> dict[str, Callable[[Path], None]]:
    """Return what writes each file, by the end of its name."""
    last = found.counts[-1]
    frames, slices = last.t + 1, last.z + 1
    each: tuple[Callable[[Path], None], ...] = (
        lambda path: write_box_rois(path, found.rows, found.classes, frames, slices),
        lambda path: write_text(path, table(found)),
        lambda path: write_text(path, count_table(found.counts)),
        lambda path: write_picture(path, draw(result.preview, found)),
    )
    return dict(zip(FILES, each, strict=True))


def read(paths: Sequence[Path], calibration: Calibration) -> Boxes:
    """Read boxes and counts; calibrated numbers are those of the tables."""
    rois, rows, counts, *_ = paths
    return Boxes(_read_rows(rois, rows), _read_counts(counts))


def table(found: Boxes) -> str:
    """Return one line per box."""
    return box_table(found.rows)


def box_table(boxes: Sequence[BoxRow]) -> str:
    """Return one line per box; what the row calls ``name`` is the column ``class``."""
    names = ["name" if column == "class" else column for column in BOX_COLUMNS]
    return lines([BOX_COLUMNS, *([getattr(row, name) for name in names] for row in boxes)])


def count_table(counts: Sequence[ClassCount]) -> str:
    """Return one line for each class at each position: ``t,z,class,count``."""
    rows = [(each.t, each.z, each.name, each.count) for each in counts]
    return lines([("t", "z", "class", "count"), *rows])


def draw(preview: NDArray[np.generic], found: Boxes) -> NDArray[np.uint8]:
    """Draw the boxes of the first position on its preview, as ``y x 3`` uint8."""
    numbers = {name: number for number, name in enumerate(found.classes, start=1)}
    shown = [row for row in found.rows if row.t == row.z == 0]
    corners = [row.pixels for row in shown]
    return rectangles_on(preview, corners, [numbers[row.name] for row in shown])


def _read_rows(rois: Path, table: Path) -> tuple[BoxRow, ...]:
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
        for row, roi in zip(_lines_of(table), _rois(rois), strict=True)
    )


def _read_counts(counts: Path) -> tuple[ClassCount, ...]:
    """Read the table of counts."""
    return tuple(
        ClassCount(int(row["t"]), int(row["z"]), row["class"], int(row["count"]))
        for row in _lines_of(counts)
    )


def _lines_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_text(path))))


def _rois(path: Path) -> Iterator[ImagejRoi]:
    from roifile import ImagejRoi

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield ImagejRoi.frombytes(archive.read(name))
