"""``validate`` with a second package: the mended copy of one, or one to compare it with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from deepbacs_zoo.cli.progress import bar
from deepbacs_zoo.cli.spelling import on_command_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from deepbacs_zoo.findings import Severity
    from deepbacs_zoo.options import Spelling

__all__ = ["compare", "mend"]


class Answer(Protocol):
    """An answer that is printed in one of three formats."""

    def to_text(self, spelling: Spelling) -> str:
        """Return plain lines."""

    def to_json(self, spelling: Spelling) -> str:
        """Return one JSON object."""

    def to_markdown(self, spelling: Spelling) -> str:
        """Return Markdown."""


def mend(
    path: Path,
    output: Path,
    *,
    overwrite: bool,
    trust: bool,
    format: str,
    fail_on: Severity,
    allow: Sequence[str],
) -> int:
    """Write a mended copy, print every change and what is left; return the exit code."""
    from deepbacs_zoo.validation.fix import fix

    with bar("mending") as progress:
        fixed = fix(path, output, overwrite=overwrite, trust=trust, progress=progress)
    after = replace(fixed.after, fail_on=fail_on, allowed=tuple(allow))
    print(_printed(replace(fixed, after=after), format))
    return 0 if fixed.output is not None and after.passed else 1


def compare(first: Path, second: Path, *, trust: bool, format: str) -> int:
    """Print what differs between two packages; return the exit code, 1 if the second is worse."""
    from deepbacs_zoo.validation.comparison import compare_packages

    with bar("comparing") as progress:
        comparison = compare_packages(first, second, trust=trust, progress=progress)
    print(_printed(comparison, format))
    return 1 if comparison.worse else 0


def _printed(answer: Answer, format: str) -> str:
    """Return an answer in the format ``text``, ``json`` or ``markdown``."""
    printers = {
        "text": answer.to_text,
        "json": answer.to_json,
        "markdown": answer.to_markdown,
    }
    return printers[format](on_command_line)
