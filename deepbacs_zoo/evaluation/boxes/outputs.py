"""Tables of boxes that prediction wrote, counted and compared."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.evaluation.output_types import Agreement, Counted, OutputFiles
from deepbacs_zoo.files.text import read_text
from deepbacs_zoo.metrics import BoxSet, match_boxes

__all__ = ["BOX_FILES"]

_IOU: Final = 0.5
_EDGES: Final = ("x", "y", "width", "height")

Rows = list[dict[str, str]]


def _count(folder: Path, image: str) -> Counted | None:
    if not (folder / f"{image}_table.csv").exists():
        return None
    counts: Counter[str] = Counter()
    for row in _read_csv(folder / f"{image}_counts.csv"):
        counts[row["class"]] += int(row["count"])
    return Counted(len(_read(folder, image)), dict(counts))


def _read(folder: Path, image: str) -> Rows:
    return _read_csv(folder / f"{image}_table.csv")


def _read_csv(path: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(read_text(path))))


def _agree(one: Rows, other: Rows) -> Agreement:
    """Match the rows of two tables; every position is an image of its own."""
    places = sorted({_place(row) for row in (*one, *other)})
    if not places:
        return Agreement(0, 0, 0)
    classes = sorted({row["class"] for row in (*one, *other)})
    sets = [[_box_set(table, place, classes) for place in places] for table in (one, other)]
    matches = match_boxes(sets[0], sets[1], len(classes), (_IOU,))
    return Agreement(len(one), len(other), int(matches.counts(_IOU, 0.0)[..., 0].sum()))


def _place(row: Mapping[str, str]) -> tuple[int, int]:
    return int(row["t"]), int(row["z"])


def _box_set(table: Rows, place: tuple[int, int], classes: Sequence[str]) -> BoxSet:
    rows = [row for row in table if _place(row) == place]
    edges = [[float(row[name]) for name in _EDGES] for row in rows]
    return BoxSet.of(
        [(x, y, x + width, y + height) for x, y, width, height in edges],
        [classes.index(row["class"]) for row in rows],
        [float(row["score"]) for row in rows],
    )


BOX_FILES: Final = OutputFiles(_count, _read, _agree)
