"""Text files as people save them: UTF-8 or UTF-16, with or without a byte order mark, any line end.

Editors on Windows write a byte order mark, which nobody sees, and end lines with CR LF.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

__all__ = ["decode_text", "line_of", "read_text"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """Return the text of a file, without the mark and with lines that end with a line feed.

    Raises
    ------
    UnicodeDecodeError
        It is in another encoding, such as Latin-1.
    OSError
        It cannot be read.
    """
    return decode_text(path.read_bytes())


def decode_text(data: bytes) -> str:
    """Return the text of a file from its bytes; see `read_text`."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def line_of(error: UnicodeDecodeError) -> int:
    """Return the line, counted from 1, of the byte that is no text."""
    return error.object[: error.start].count(b"\n") + 1
