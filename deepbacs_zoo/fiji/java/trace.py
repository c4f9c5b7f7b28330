"""The line that matters in what a Java prints before it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["cause"]

_CAUSE: Final = "Caused by: "
_THROWN: Final = re.compile(
    r'(?:Exception in thread "[^"]*" )?([\w.$]+\.\w*(?:Exception|Error)\b.*)'
)
_FRAME: Final = re.compile(r"\s+(at |\.\.\. \d+ )")


def cause(lines: Sequence[str]) -> str | None:
    r"""Return the cause of the last exception, else the last line; ``None`` if all are empty.

    Parameters
    ----------
    lines
        The output of a Java: messages, and exceptions with their traces.

    Examples
    --------
    >>> cause(["x.Y: no", "\tat a.B.c", "Caused by: a.D: no", "\t... 5 more", ""])
    'a.D: no'
    """
    kept = [line.rstrip() for line in lines if line.strip() and not _FRAME.match(line)]
    for line in reversed(kept):
        if line.startswith(_CAUSE):
            return line.removeprefix(_CAUSE)
        if match := _THROWN.match(line):
            return match[1]
    return kept[-1].strip() if kept else None
