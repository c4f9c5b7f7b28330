"""Observations about a model or a data set, as data: rules and findings.

A rule is declared where it is applied, as a constant of its module.  Its id is the identity of its
findings: programs, lists of exceptions and tests compare ids, never sentences.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from deepbacs_zoo.options import Spelling, Text, in_python, read_text, spell

__all__ = [
    "ConsumerRule",
    "Evidence",
    "Finding",
    "Gathered",
    "Issue",
    "OnFinding",
    "Rule",
    "Severity",
    "Tally",
    "differs",
    "fails",
]


class Severity(IntEnum):
    """Severity of a finding; an error makes the command end with exit code 1."""

    INFO = 20
    WARNING = 30
    ERROR = 50


class Tally(str):
    """A text with numbers that add up over files.

    Parameters
    ----------
    template
        The text, with ``{}`` for each number.
    numbers
        The numbers.
    """

    template: str
    numbers: tuple[int, ...]

    def __new__(cls, template: str, *numbers: int) -> Tally:
        """Return the text with its numbers."""
        text = super().__new__(cls, template.format(*numbers))
        text.template, text.numbers = template, numbers
        return text

    @classmethod
    def total(cls, texts: Sequence[str | Text]) -> Tally | None:
        """Return the text with the sums of the numbers; ``None`` if the texts are not alike."""
        found = [text for text in texts if isinstance(text, Tally)]
        if len(found) < len(texts) or len({text.template for text in found}) > 1:
            return None
        numbers = zip(*(text.numbers for text in found), strict=True)
        return cls(found[0].template, *map(sum, numbers))


@dataclass(frozen=True)
class Finding:
    """One observation about a package or a data set.

    Parameters
    ----------
    severity
        Its severity.
    where
        The place: a file of the package, or a path into its description (``inputs.0.axes.2``).
    what
        The observation itself, with the value found.
    allowed
        The right value; empty for plain information.
    hint
        The advice; empty for plain information.
    id
        The identity of its rule.
    confirmed
        Of a rule about a program: whether the program was run; else its source was read.
    """

    severity: Severity
    where: str
    what: str | Text
    allowed: str | Text = ""
    hint: str | Text = ""
    id: str = field(default="", kw_only=True)
    confirmed: bool | None = field(default=None, kw_only=True)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Finding:
        """Return a finding that another program made by the same rules and wrote as JSON.

        Parameters
        ----------
        plain
            ``severity where what allowed hint id``; texts are strings, or lists of strings and
            options.  ``confirmed`` may be missing.
        """
        texts = (read_text(plain[name]) for name in ("what", "allowed", "hint"))
        severity = Severity[str(plain["severity"]).upper()]
        return cls(
            severity,
            str(plain["where"]),
            *texts,
            id=str(plain["id"]),
            confirmed=plain.get("confirmed"),
        )

    def plain(self, spelling: Spelling = in_python) -> dict[str, Any]:
        """Return it as plain data, with its options written by an interface; see :meth:`read`."""
        known = {} if self.confirmed is None else {"confirmed": self.confirmed}
        return {
            "severity": self.severity.name.lower(),
            "where": self.where,
            "what": spell(self.what, spelling),
            "allowed": spell(self.allowed, spelling),
            "hint": spell(self.hint, spelling),
            "id": self.id,
            **known,
        }

    def spelled(self, spelling: Spelling) -> Finding:
        """Return it with its options written by an interface, for good."""
        what, allowed, hint = (
            spell(each, spelling) for each in (self.what, self.allowed, self.hint)
        )
        return replace(self, what=what, allowed=allowed, hint=hint)

    def sentence(self, spelling: Spelling = in_python) -> str:
        """Return everything but the place, with its options written by an interface."""
        parts = [spell(self.what, spelling)]
        if self.allowed:
            parts.append(f"allowed: {spell(self.allowed, spelling)}")
        if self.hint:
            parts.append(spell(self.hint, spelling))
        return "; ".join(parts)


@dataclass
class Gathered:
    """Findings about many files, of which one of each kind is said, or the sum."""

    files: int = 0
    _kinds: dict[object, dict[Finding, list[int]]] = field(default_factory=dict)

    def add(self, *groups: Iterable[Finding]) -> None:
        """Add the findings about the next file."""
        for finding in dict.fromkeys(each for group in groups for each in group):
            kind = (finding.id, finding.severity) if finding.id else finding
            self._kinds.setdefault(kind, {}).setdefault(finding, []).append(self.files)
        self.files += 1

    def together(self) -> tuple[Finding, ...]:
        """Return the findings: of a kind that several files have the first, and their number."""
        return tuple(each for kind in self._kinds.values() for each in self._joined(kind))

    def _joined(self, findings: Mapping[Finding, Sequence[int]]) -> Sequence[Finding]:
        count = len(set().union(*findings.values()))
        if self.files == 1 or (len(findings) == 1 and count > 1):  # or not about a file
            return tuple(findings)
        counted = f"{count} of {self.files} files"
        if count == 1:
            # One about a folder is none about a file of it.
            return tuple(
                each
                if Path(each.where).is_dir()
                else replace(each, what=counted + ": " + each.what)
                for each in findings
            )
        first, total = next(iter(findings)), Tally.total([each.what for each in findings])
        if total is None:
            what = f"{counted}, such as {Path(first.where).name}: " + first.what
        else:
            what = f"{counted}: {total}"
        return (replace(first, where=_common_place(findings), what=what),)


def _common_place(findings: Iterable[Finding]) -> str:
    """Return the folder of the places of findings, or the first place where they have none."""
    places = [finding.where for finding in findings]
    try:
        return os.path.commonpath(places) or places[0]
    except ValueError:  # of paths and others there is none
        return places[0]


OnFinding = Callable[[Finding], None]
"""A function that is called with each finding as it is made."""


@dataclass(frozen=True)
class Rule:
    """A rule that findings are made by.

    Parameters
    ----------
    id
        Its identity in kebab case, stable between versions, for example ``halo-too-small``.
    severity
        Severity of its findings, unless the place says otherwise.
    reason
        The reason why it matters, in one sentence.
    source
        Origin of the rule: a specification, a program with its version, a measurement; empty
        for a rule of our own.
    """

    id: str
    severity: Severity
    reason: str
    source: str = ""

    def finding(
        self,
        where: str | Path,
        what: str | Text,
        allowed: str | Text = "",
        hint: str | Text = "",
        *,
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding of this rule at a place."""
        level = self.severity if severity is None else severity
        return Finding(
            level, str(where), what, allowed, hint, id=self.id, confirmed=self._confirmed()
        )

    def _confirmed(self) -> bool | None:
        """Return whether a program was run for it; ``None`` of a rule about no program."""
        return None


@dataclass(frozen=True)
class Evidence:
    """Evidence of a rule about a program.

    Parameters
    ----------
    program
        The program, and the versions that were looked at.
    confirmed
        Whether the program was run; else its source was read.
    """

    program: str
    confirmed: bool = True

    def __str__(self) -> str:
        return f"{self.program}, {'run' if self.confirmed else 'read in source'}"


@dataclass(frozen=True)
class ConsumerRule(Rule):
    """A rule about a program that reads packages.

    Parameters
    ----------
    blocks
        Whether the program fails; else it computes something else without saying so.
    confirmed
        Whether the program was run; else its source was read.
    """

    blocks: bool = True
    confirmed: bool = False

    def _confirmed(self) -> bool:
        return self.confirmed

    def issue(
        self,
        where: str | Path,
        what: str | Text,
        allowed: str | Text,
        hint: str | Text,
    ) -> Issue:
        """Return a finding of this rule at a place, with the rule itself."""
        return Issue(self, self.finding(where, what, allowed, hint))


class Issue(NamedTuple):
    """A package that breaks a rule of a program."""

    rule: ConsumerRule
    finding: Finding


def fails(id: str, reason: str, evidence: Evidence) -> ConsumerRule:
    """Return a rule of which a breach makes the program fail; a warning, as others may run it."""
    return _rule(id, reason, evidence, blocks=True)


def differs(id: str, reason: str, evidence: Evidence) -> ConsumerRule:
    """Return a rule of which a breach makes the program compute something else."""
    return _rule(id, reason, evidence, blocks=False)


def _rule(id: str, reason: str, evidence: Evidence, *, blocks: bool) -> ConsumerRule:
    source = str(evidence)
    return ConsumerRule(id, Severity.WARNING, reason, source, blocks, evidence.confirmed)
