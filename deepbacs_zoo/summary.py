"""The answer of validation: findings about a package, and what each program makes of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Spelling, in_python

__all__ = [
    "NOT_TESTED",
    "OTHER_WEIGHTS",
    "ConsumerVerdict",
    "Difference",
    "Summary",
    "Verdict",
    "finite",
    "table_row",
]

NOT_TESTED: Final = Rule(
    "not-reproduced",
    Severity.WARNING,
    "Where no weights ran, nobody knows whether the package computes what its authors saw.",
)
OTHER_WEIGHTS: Final = Rule(
    "consumer-takes-other-weights",
    Severity.INFO,
    "A program reads some weights formats only, or takes one of several by a rule of its own.",
)
_COLUMNS: Final = ("severity", "where", "what", "allowed", "hint", "id")


class Verdict(StrEnum):
    """Verdict on a program with a package and one of its weights formats."""

    RUNS = "runs"
    DIFFERS = "runs, with differences"
    FAILS = "does not run"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Difference:
    """Distance of a program's results from those that the package describes.

    Parameters
    ----------
    where
        The images, and the pixels of them.
    largest
        The largest absolute difference, in the units of the output; ``None`` where it was not
        measured.
    """

    where: str
    largest: float | None = None

    def __str__(self) -> str:
        return self.where if self.largest is None else f"{self.largest:.2g} in {self.where}"


@dataclass(frozen=True)
class ConsumerVerdict:
    """Verdict on a program with a package and one weights format, and the reasons.

    Parameters
    ----------
    consumer, version
        The program.
    weights
        The weights format.
    verdict
        Whether it runs the package.
    findings
        The findings that decide it.
    differences
        Where its results are others, and by how much.
    """

    consumer: str
    version: str
    weights: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    differences: tuple[Difference, ...] = ()

    def plain(self, spelling: Spelling = in_python) -> dict[str, Any]:
        """Return it as JSON has it: the fields by their names, infinity as ``null``."""
        return {
            "consumer": self.consumer,
            "version": self.version,
            "weights": self.weights,
            "verdict": str(self.verdict),
            "findings": [finding.plain(spelling) for finding in self.findings],
            "differences": [
                {"where": each.where, "largest": finite(each.largest)} for each in self.differences
            ],
        }

    @property
    def program(self) -> str:
        """Name and version."""
        return f"{self.consumer} {self.version}".strip()

    @property
    def passed_over(self) -> bool:
        """True if the program takes other weights, so that nothing else was looked at."""
        return bool(self.findings) and all(each.id == OTHER_WEIGHTS.id for each in self.findings)

    @property
    def reason(self) -> str:
        """The observations of the findings, or the differences."""
        if self.verdict is Verdict.DIFFERS and self.differences:
            return "; ".join(map(str, self.differences))
        return "; ".join(dict.fromkeys(str(finding.what) for finding in self.findings))


def finite(value: float | None) -> float | None:
    """Return a number that JSON can hold; ``None`` for infinity and for what is no number."""
    return value if value is not None and math.isfinite(value) else None


@dataclass(frozen=True)
class Summary:
    """All findings about one subject, in the order in which the checks ran.

    Parameters
    ----------
    subject
        The name of the package or data set.
    findings
        The findings.
    figures
        Measured numbers by name, for example ``{"onnx.max_difference": 2e-7}``.
    consumers
        What each program makes of it, by program and weights format.
    fail_on
        The lowest severity of a finding with which the subject fails.
    allowed
        Ids of findings with which it does not fail.
    """

    subject: str
    findings: tuple[Finding, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    consumers: tuple[ConsumerVerdict, ...] = ()
    fail_on: Severity = Severity.ERROR
    allowed: tuple[str, ...] = ()

    @property
    def worst(self) -> Severity:
        """The highest severity found; information when there is no finding."""
        return max((finding.severity for finding in self.findings), default=Severity.INFO)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings with which the subject fails: not tested at all is one, however severe."""
        return tuple(
            finding
            for finding in self.findings
            if finding.id not in self.allowed
            and (finding.severity >= self.fail_on or finding.id == NOT_TESTED.id)
        )

    @property
    def passed(self) -> bool:
        """True without failures."""
        return not self.failures

    @property
    def outcome(self) -> str:
        """``passed``, ``FAILED``, or ``not tested`` where nothing else speaks against it."""
        ids = {finding.id for finding in self.failures}
        if not ids:
            return "passed"
        return "not tested" if ids == {NOT_TESTED.id} else "FAILED"

    def count(self, severity: str) -> int:
        """Return the number of findings of a severity, ``info``, ``warning`` or ``error``."""
        return sum(each.severity is Severity[severity.upper()] for each in self.findings)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """Program, weights formats, verdict and reason, for people.

        Formats of one verdict share a row; those that a program passes over are left out where it
        takes another one.
        """
        joined: dict[tuple[str, str, str], list[str]] = {}
        looked_at = {each.program for each in self.consumers if not each.passed_over}
        for each in self.consumers:
            if each.passed_over and each.program in looked_at:
                continue
            joined.setdefault((each.program, str(each.verdict), each.reason), []).append(
                each.weights
            )
        return [
            (program, ", ".join(weights), verdict, reason)
            for (program, verdict, reason), weights in joined.items()
        ]

    def joined(
        self,
        findings: Iterable[Finding],
        figures: dict[str, float] | None = None,
        consumers: Iterable[ConsumerVerdict] = (),
    ) -> Summary:
        """Return a summary with more findings, figures and verdicts."""
        return replace(
            self,
            findings=(*self.findings, *findings),
            figures={**self.figures, **(figures or {})},
            consumers=(*self.consumers, *consumers),
        )

    def spelled(self, spelling: Spelling) -> Summary:
        """Return it with the options of all findings written by an interface, for good."""

        def findings(of: Summary | ConsumerVerdict) -> tuple[Finding, ...]:
            return tuple(finding.spelled(spelling) for finding in of.findings)

        consumers = tuple(replace(each, findings=findings(each)) for each in self.consumers)
        return replace(self, findings=findings(self), consumers=consumers)

    def to_text(self, spelling: Spelling = in_python) -> str:
        """Return plain lines for a terminal, options written by an interface."""
        lines = [f"{self.subject}: {self.outcome}"]
        for finding in self.findings:
            lines.append(
                f"  {finding.severity.name:<7} {finding.where}: {finding.sentence(spelling)}"
            )
        lines += [f"  {name} = {value:.3g}" for name, value in self.figures.items()]
        return "\n".join([*lines, *self._table()])

    def _table(self) -> Iterator[str]:
        """Yield the verdicts in columns."""
        rows = self.rows
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield ("  " + "  ".join(cells)).rstrip()

    def to_json(self, spelling: Spelling = in_python) -> str:
        """Return one JSON object with ``subject passed outcome findings figures consumers``."""
        return json.dumps(
            {
                "subject": self.subject,
                "passed": self.passed,
                "outcome": self.outcome,
                "findings": [finding.plain(spelling) for finding in self.findings],
                "figures": {name: finite(value) for name, value in self.figures.items()},
                "consumers": [each.plain(spelling) for each in self.consumers],
            },
            indent=2,
            ensure_ascii=False,
        )

    def to_markdown(self, spelling: Spelling = in_python) -> str:
        """Return a Markdown section with one table row per finding."""
        lines = [f"# {self.subject}", "", f"**{self.outcome}**", ""]
        lines += ["| " + " | ".join(_COLUMNS) + " |", "|---" * len(_COLUMNS) + "|"]
        for finding in self.findings:
            plain = finding.plain(spelling)
            plain["where"] = f"`{plain['where']}`"
            lines.append(table_row([plain[name] for name in _COLUMNS]))
        if self.figures:
            lines += ["", "| figure | value |", "|---|---|"]
            lines += [f"| {name} | {value:.3g} |" for name, value in self.figures.items()]
        if self.consumers:
            lines += ["", "| program | weights | verdict | because |", "|---|---|---|---|"]
            lines += [table_row(row) for row in self.rows]
        return "\n".join(lines)


def table_row(cells: Sequence[str]) -> str:
    """Return a row of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
