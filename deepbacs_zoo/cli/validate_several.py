"""``validate`` with several packages: those of folders, and one table of all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.cli.spelling import on_command_line
from deepbacs_zoo.errors import UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.summary import Summary

__all__ = ["packages_in", "table", "to_json"]

_HEAD = ("package", "outcome", "errors", "warnings", "runs in", "differs in", "does not run in")


def packages_in(paths: Sequence[Path]) -> list[Path]:
    """Return packages: those named, and of a folder without a description those inside it.

    Raises
    ------
    UsageError
        A folder has neither.
    """
    return [each for path in paths for each in _expanded(path)]


def _expanded(path: Path) -> Iterator[Path]:
    if not path.is_dir() or _has_description(path):
        yield path
        return
    inside = [
        each
        for each in sorted(path.iterdir())
        if each.suffix.lower() == ".zip" or (each.is_dir() and _has_description(each))
    ]
    if not inside:
        raise UsageError(
            "PACKAGE",
            "there is no package in this folder",
            value=path,
            allowed="a folder with rdf.yaml, or one with packages: zips, or folders with rdf.yaml",
            hint="name a package",
        )
    if len(inside) == 1 and inside[0].is_dir():
        yield path  # a folder around the package, which is read as it is
    else:
        yield from inside


def _has_description(folder: Path) -> bool:
    from deepbacs_zoo.package.find_description import has_description

    return has_description([path.name for path in folder.iterdir()])


def table(summaries: Iterable[Summary], *, markdown: bool) -> str:
    """Return a table with a row for each package, in columns or in Markdown."""
    rows = [_HEAD, *map(_row, summaries)]
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([lines[0], "|---" * len(_HEAD) + "|", *lines[1:]])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _row(summary: Summary) -> tuple[str, ...]:
    counts = Counter(finding.severity.name for finding in summary.findings)
    programs: dict[str, list[str]] = {}
    for program, _, verdict, _ in summary.rows:
        programs.setdefault(verdict, []).append(program)
    kinds = ("runs", "runs, with differences", "does not run")
    return (
        summary.subject,
        summary.outcome,
        str(counts["ERROR"]),
        str(counts["WARNING"]),
        *(", ".join(programs.get(kind, ())) or "-" for kind in kinds),
    )


def to_json(summaries: Iterable[Summary]) -> str:
    """Return a list of the objects that a single package is printed as."""
    found = [json.loads(summary.to_json(on_command_line)) for summary in summaries]
    return json.dumps(found, indent=2, ensure_ascii=False)
