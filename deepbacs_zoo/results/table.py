"""Objects, boxes and counts as text tables: comma-separated, numbers of six significant digits.

Every rule is written out, as Java writes the same bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Final

from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount
from deepbacs_zoo.results.labels.objects import ObjectRow

__all__ = ["BOX_COLUMNS", "box_table", "count_table", "object_table"]

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
_QUOTED: Final = frozenset(',"\r\n')


def object_table(objects: Sequence[ObjectRow]) -> str:
    """Return one line per object; the columns are the fields of the row."""
    names = [field.name for field in dataclasses.fields(ObjectRow)]
    return _lines([names, *([getattr(row, name) for name in names] for row in objects)])


def box_table(boxes: Sequence[BoxRow]) -> str:
    """Return one line per box; what the row calls ``name`` is the column ``class``."""
    names = ["name" if column == "class" else column for column in BOX_COLUMNS]
    return _lines([BOX_COLUMNS, *([getattr(row, name) for name in names] for row in boxes)])


def count_table(counts: Sequence[ClassCount]) -> str:
    """Return one line for each class at each position: ``t,z,class,count``."""
    rows = [(each.t, each.z, each.name, each.count) for each in counts]
    return _lines([("t", "z", "class", "count"), *rows])


def _lines(rows: Iterable[Sequence[object]]) -> str:
    return "".join(",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    if _QUOTED.isdisjoint(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
