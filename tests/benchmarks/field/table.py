"""The tables of the walk: one line for each part in the README, one for each row in ROWS.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.field.walk import Outcome

__all__ = ["README", "ROWS", "readme_text", "rows_text", "summary", "write_tables"]

README = Path(__file__).with_name("README.md")
ROWS = Path(__file__).with_name("ROWS.md")
BEGIN, END = "<!-- table -->\n", "<!-- end of the table -->\n"


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the table of the parts in Markdown."""
    columns = ("part", "rows", "read or run", "with a note", "refused", "differences", "silent")
    lines: list[tuple[str, ...]] = []
    for part in dict.fromkeys(each.part for each in outcomes):
        lines.append((part, *_counts([each for each in outcomes if each.part == part])))
    lines.append(("**all**", *_counts(outcomes)))
    return _markdown([columns, *lines])


def _counts(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    refused = sum(each.verdict.startswith("refused") for each in outcomes)
    noted = sum("says" in each.verdict for each in outcomes)
    silent = sum(any("says nothing" in fault for fault in each.faults) for each in outcomes)
    numbers = (
        len(outcomes),
        len(outcomes) - refused,
        noted,
        refused,
        sum(bool(each.faults) for each in outcomes),
        silent,
    )
    return tuple(map(str, numbers))


def rows_text(outcomes: Sequence[Outcome]) -> str:
    """Return every row with what it must give, in Markdown."""
    parts = ["# All rows\n\nWritten by `python -m tests.benchmarks.field --write`.\n"]
    for part in dict.fromkeys(each.part for each in outcomes):
        rows = [each for each in outcomes if each.part == part]
        lines = [("row", "must give", f"in {rows[0].readers}")]
        lines += [
            (each.name, each.verdict, "differs" if each.faults else "gives it") for each in rows
        ]
        cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
        parts.append(f"## {part}\n\n{_markdown(cells)}")
    return "\n".join(parts)


def readme_text(outcomes: Sequence[Outcome]) -> str:
    """Return the README with the table of the parts."""
    head, _, rest = README.read_text("utf-8").partition(BEGIN)
    return f"{head}{BEGIN}\n{summary(outcomes)}\n{END}{rest.partition(END)[2]}"


def write_tables(outcomes: Sequence[Outcome]) -> None:
    """Write both files anew."""
    README.write_text(readme_text(outcomes), "utf-8")
    ROWS.write_text(rows_text(outcomes), "utf-8")


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    head, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest]) + "\n"
