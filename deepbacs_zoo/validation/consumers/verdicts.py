"""Verdicts from broken rules and measured differences, alike for all programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from deepbacs_zoo.findings import Finding, Issue, Rule, Severity
from deepbacs_zoo.summary import ConsumerVerdict, Difference, Verdict

__all__ = ["OTHER_WEIGHTS", "Program", "worded"]

OTHER_WEIGHTS: Final = Rule(
    "consumer-takes-other-weights",
    Severity.INFO,
    "A program reads some weights formats only, or takes one of several by a rule of its own.",
)


@dataclass(frozen=True)
class Program:
    """A program that reads packages.

    Parameters
    ----------
    name, version
        As users know it.
    """

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    def judge(
        self,
        weights: str,
        issues: Iterable[Issue],
        differences: Sequence[Difference] | None = None,
        allowed: float = 0.0,
    ) -> ConsumerVerdict:
        """Return the verdict about a weights format.

        Parameters
        ----------
        weights
            The format.
        issues
            The rules that the package breaks there.
        differences
            What was measured, which then decides between equal and different numbers; ``None``
            where nothing could be, so that the rules decide.
        allowed
            The largest difference that is none.
        """
        broken = tuple(issues)
        fatal = tuple(issue.finding for issue in broken if issue.rule.blocks)
        if fatal:
            return self._verdict(weights, Verdict.FAILS, fatal)
        others = tuple(issue.finding for issue in broken)
        if differences is None:
            unmeasured = tuple(Difference(str(finding.what)) for finding in others)
            verdict = Verdict.DIFFERS if others else Verdict.RUNS
            return self._verdict(weights, verdict, others, unmeasured)
        large = any(each.largest is None or each.largest > allowed for each in differences)
        verdict = Verdict.DIFFERS if large else Verdict.RUNS
        return self._verdict(weights, verdict, others, tuple(differences))

    def takes(self, weights: str, others: Sequence[str], why: str = "") -> ConsumerVerdict:
        """Return the verdict about a weights format that the program passes over."""
        finding = OTHER_WEIGHTS.finding(
            f"{self}, weights.{weights}",
            f"it does not take this format{why}",
            ", ".join(others),
            "add weights of such a format" if others else "",
        )
        return self._verdict(weights, Verdict.FAILS, (finding,))

    def unknown(self, weights: str, findings: Sequence[Finding] = ()) -> ConsumerVerdict:
        """Return the verdict where nothing is known."""
        return self._verdict(weights, Verdict.UNKNOWN, tuple(findings))

    def _verdict(
        self,
        weights: str,
        verdict: Verdict,
        findings: tuple[Finding, ...],
        differences: tuple[Difference, ...] = (),
    ) -> ConsumerVerdict:
        return ConsumerVerdict(self.name, self.version, weights, verdict, findings, differences)


def worded(program: Program, issues: Iterable[Issue]) -> tuple[Finding, ...]:
    """Return issues as findings that name the program and say what becomes of the package."""
    return tuple(
        rule.finding(
            f"{program}, {finding.where}",
            ("will not run it: " if rule.blocks else "will compute something else: ")
            + finding.what,
            finding.allowed,
            finding.hint,
        )
        for rule, finding in issues
    )
