"""The answer of mending: every change with its reason, and the findings before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from deepbacs_zoo.options import Spelling, in_python
from deepbacs_zoo.package.writing.edits import Place
from deepbacs_zoo.summary import Summary, table_row

__all__ = ["Change", "Fixed", "Mend", "Place", "spelled"]

_LONGEST: Final = 80


class Mend(NamedTuple):
    """A field of the description, its right value, and the reason."""

    place: Place
    value: Any
    why: str


@dataclass(frozen=True)
class Change:
    """One difference between a package and its mended copy.

    Parameters
    ----------
    where
        A path into the description, or ``package`` for its files.
    before, after
        The values, as JSON; empty where there was none.
    why
        The reason, in one sentence without its end.
    """

    where: str
    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Fixed:
    """A package after mending.

    Parameters
    ----------
    output
        The copy; ``None`` where the package cannot be read, so that there is none.
    changes
        All changes, in the order in which they were made.
    left
        What was seen and deliberately not changed, with the reason.
    before, after
        Validation of the package and of the copy.
    """

    output: Path | None
    changes: tuple[Change, ...]
    left: tuple[Change, ...]
    before: Summary
    after: Summary

    def to_text(self, spelling: Spelling = in_python) -> str:
        """Return plain lines for a terminal."""
        lines = [self._headline()]
        for each in self.changes:
            values = f"{_short(each.before) or 'missing'} -> {_short(each.after)}"
            lines.append(f"  {each.where}: {values}; {each.why}")
        lines += [f"  left as it is: {each.where}: {each.why}" for each in self.left]
        return "\n".join([*lines, self._counted(), self.after.to_text(spelling)])

    def to_json(self, spelling: Spelling = in_python) -> str:
        """Return one JSON object with ``output changes left before after``."""
        answer = {
            "output": None if self.output is None else str(self.output),
            "changes": [vars(each) for each in self.changes],
            "left": [{"where": each.where, "why": each.why} for each in self.left],
            "before": json.loads(self.before.to_json(spelling)),
            "after": json.loads(self.after.to_json(spelling)),
        }
        return json.dumps(answer, indent=2, ensure_ascii=False)

    def to_markdown(self, spelling: Spelling = in_python) -> str:
        """Return Markdown: a table of the changes, and the findings that are left."""
        lines = [f"**{self._headline()}**", ""]
        if self.changes:
            lines += [table_row(("where", "before", "after", "why")), "|---" * 4 + "|"]
            lines += [
                table_row((f"`{each.where}`", _short(each.before), _short(each.after), each.why))
                for each in self.changes
            ]
            lines.append("")
        lines += [f"- left as it is: `{each.where}`: {each.why}" for each in self.left]
        return "\n".join([*lines, "", self._counted(), "", self.after.to_markdown(spelling)])

    def _headline(self) -> str:
        subject = self.before.subject
        if self.output is None:
            return f"{subject}: it cannot be read, so there is no copy"
        if not self.changes:
            return f"{subject}: nothing to mend; {self.output.name} is the same"
        return f"{subject}: {len(self.changes)} changes, written to {self.output.name}"

    def _counted(self) -> str:
        errors, warnings = (
            tuple(summary.count(name) for summary in (self.before, self.after))
            for name in ("error", "warning")
        )
        return (
            f"errors: {errors[0]} before, {errors[1]} after; "
            f"warnings: {warnings[0]} before, {warnings[1]} after"
        )


def spelled(value: object) -> str:
    """Return a value of a description as JSON; nothing for one that is missing."""
    return "" if value is None else json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
