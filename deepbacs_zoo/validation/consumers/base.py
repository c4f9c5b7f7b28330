"""Rules about other programs: what a package must be like for a program to run it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Text

__all__ = ["ConsumerRule", "Issue", "differs", "fails"]


@dataclass(frozen=True)
class ConsumerRule(Rule):
    """A rule about a program that reads packages.

    Parameters
    ----------
    blocks
        Whether the program fails; else it computes something else without saying so.
    """

    blocks: bool = True

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


def fails(id: str, reason: str, source: str) -> ConsumerRule:
    """Return a rule of which a breach makes the program fail; a warning, as others may run it."""
    return ConsumerRule(id, Severity.WARNING, reason, source)


def differs(id: str, reason: str, source: str) -> ConsumerRule:
    """Return a rule of which a breach makes the program compute something else."""
    return ConsumerRule(id, Severity.WARNING, reason, source, blocks=False)
