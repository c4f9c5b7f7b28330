"""Verdicts by broken rules and measured differences, alike for all programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepbacs_zoo.findings import Finding, Issue, Severity
from deepbacs_zoo.summary import OTHER_WEIGHTS, ConsumerVerdict, Difference, Verdict
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.consumers.expectations import Expectation, issues_of
from deepbacs_zoo.validation.context import Context

__all__ = ["Consumer", "Program", "unmeasured", "worded"]


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

    def decide(
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
            differences = unmeasured(broken)
        alike = all(each.largest is not None and each.largest <= allowed for each in differences)
        verdict = Verdict.RUNS if alike else Verdict.DIFFERS
        return self._verdict(weights, verdict, others, tuple(differences))

    def fails(self, weights: str) -> ConsumerVerdict:
        """Return the verdict about weights that do not run on their own test input."""
        return self._verdict(weights, Verdict.FAILS, ())

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


@dataclass(frozen=True)
class Consumer:
    """A program that takes the first weights format it knows, and its rules.

    Parameters
    ----------
    program
        The program.
    expectations
        Its rules.
    formats
        The weights formats that it takes, the preferred one first.
    """

    program: Program
    expectations: tuple[Expectation, ...]
    formats: tuple[str, ...]

    def check(self, context: Context) -> Outcome:
        """Predict whether it runs a package, and whether it computes the same."""
        package = context.package
        issues = issues_of(package, self.expectations)
        taken = next((name for name in self.formats if name in package.weights), None)
        verdicts = tuple(
            self.program.decide(name, issues)
            if name == taken
            else self.program.takes(name, self.formats if taken is None else (taken,))
            for name in package.weights
        )
        findings = worded(self.program, issues, Severity.INFO) if taken is not None else ()
        return Outcome(findings, consumers=verdicts)


def unmeasured(issues: Iterable[Issue]) -> tuple[Difference, ...]:
    """Return the differences that rules predict and nothing measured."""
    return tuple(Difference(str(issue.finding.what)) for issue in issues)


def worded(
    program: Program, issues: Iterable[Issue], severity: Severity | None = None
) -> tuple[Finding, ...]:
    """Return issues as findings that name the program and say what becomes of the package.

    The severity is that of the rules, or a lower one for programs that few packages are made for.
    """
    return tuple(
        rule.finding(
            f"{program}, {finding.where}",
            ("will not run it: " if rule.blocks else "will compute something else: ")
            + finding.what,
            finding.allowed,
            finding.hint,
            severity=severity,
        )
        for rule, finding in issues
    )
