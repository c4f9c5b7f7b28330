"""Text tables: comma-separated, numbers of six significant digits.

Every rule is written out, as Java writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.files import write_bytes

__all__ = ["lines", "write_text"]

_QUOTED: Final = frozenset(',"\r\n')


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Return one line of text per row."""
    return "".join(",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    if _QUOTED.isdisjoint(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8."""
    write_bytes(path, text.encode("utf-8"))
