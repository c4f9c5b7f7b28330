"""``validate`` with several packages: those of folders, and one table of all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.cli.progress import bar
from deepbacs_zoo.cli.spelling import on_command_line
from deepbacs_zoo.errors import MissingExtraError, UsageError
from deepbacs_zoo.findings import Rule, Severity

if TYPE_CHECKING:
    from deepbacs_zoo.summary import Summary

__all__ = ["check_all", "exit_code", "packages_in", "table", "to_json"]

NO_PACKAGE: Final = Rule(
    "no-such-package", Severity.ERROR, "A name with a typing error must not pass unseen."
)
_HEAD = ("package", "outcome", "errors", "warnings", "runs in", "differs in", "does not run in")


def packages_in(paths: Sequence[Path]) -> list[Path]:
    """Return packages: those named, and of a folder without a description those inside it.

    What is none stays among several, so that it becomes a row of the table.

    Raises
    ------
    UsageError
        The only path is that of nothing, or of a folder that has neither.
    """
    from deepbacs_zoo.models import package_path

    found: list[Path] = []
    for path in paths:
        try:
            found += _expanded(package_path(path))
        except UsageError:
            if len(paths) == 1:
                raise
            found.append(path)
    return found


def check_all(paths: Sequence[Path], check: Callable[..., Summary]) -> list[Summary]:
    """Validate packages, with progress; one of several that is not there becomes a row.

    Parameters
    ----------
    paths
        The packages.
    check
        Called with a path and ``progress``.

    Raises
    ------
    UsageError
        The only path is that of nothing.
    """
    summaries = []
    with bar("checking") as progress:
        for done, path in enumerate(paths):

            def report(part: int, total: int, done: int = done) -> None:
                progress(done * total + part, len(paths) * total)

            try:
                summaries.append(check(path, progress=report))
            except MissingExtraError:
                raise
            except UsageError as error:
                if len(paths) == 1:
                    raise
                summaries.append(_missing(path, error))
    return summaries


def _missing(path: Path, error: UsageError) -> Summary:
    from deepbacs_zoo.summary import Summary

    finding = NO_PACKAGE.finding(str(path), error.what, error.allowed, error.hint)
    return Summary(path.name, (finding,))


def exit_code(summaries: Iterable[Summary]) -> int:
    """Return 2 where something is no package, 1 where one fails, 0 where all is well."""
    every = tuple(summaries)
    if any(finding.id == NO_PACKAGE.id for summary in every for finding in summary.findings):
        return 2
    return 0 if all(summary.passed for summary in every) else 1


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
