"""What is wrong with a model, as data: findings, and the summary that gathers them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import IntEnum

__all__ = ["Finding", "Severity", "Summary"]


class Severity(IntEnum):
    """How bad a finding is; an error makes the command end with exit code 1."""

    INFO = 20
    WARNING = 30
    ERROR = 50


@dataclass(frozen=True)
class Finding:
    """One observation about a package or a data set.

    Parameters
    ----------
    severity
        How bad it is.
    where
        The place: a file of the package, or a path into its description (``inputs.0.axes.2``).
    what
        The observation itself, with the value found.
    allowed
        What would have been right; empty for plain information.
    hint
        What to do; empty for plain information.
    """

    severity: Severity
    where: str
    what: str
    allowed: str = ""
    hint: str = ""


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
    """

    subject: str
    findings: tuple[Finding, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def worst(self) -> Severity:
        """The highest severity found; information when there is no finding."""
        return max((finding.severity for finding in self.findings), default=Severity.INFO)

    @property
    def passed(self) -> bool:
        """Whether no finding is an error."""
        return self.worst < Severity.ERROR

    def joined(
        self, findings: Iterable[Finding], figures: dict[str, float] | None = None
    ) -> Summary:
        """Return a summary with more findings and figures."""
        return Summary(
            self.subject, (*self.findings, *findings), {**self.figures, **(figures or {})}
        )

    def to_text(self) -> str:
        """Return plain lines for a terminal."""
        lines = [f"{self.subject}: {'passed' if self.passed else 'FAILED'}"]
        for finding in self.findings:
            lines.append(f"  {finding.severity.name:<7} {finding.where}: {_sentence(finding)}")
        lines += [f"  {name} = {value:.3g}" for name, value in self.figures.items()]
        return "\n".join(lines)

    def to_json(self) -> str:
        """Return the summary as one JSON object with ``subject passed findings figures``."""
        return json.dumps(
            {
                "subject": self.subject,
                "passed": self.passed,
                "findings": [
                    {**asdict(finding), "severity": finding.severity.name.lower()}
                    for finding in self.findings
                ],
                "figures": self.figures,
            },
            indent=2,
            ensure_ascii=False,
        )

    def to_markdown(self) -> str:
        """Return a Markdown section with one table row per finding."""
        lines = [f"# {self.subject}", "", f"**{'passed' if self.passed else 'FAILED'}**", ""]
        lines += ["| severity | where | what | allowed | hint |", "|---|---|---|---|---|"]
        for finding in self.findings:
            cells = (
                finding.severity.name.lower(),
                f"`{finding.where}`",
                finding.what,
                finding.allowed,
                finding.hint,
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        if self.figures:
            lines += ["", "| figure | value |", "|---|---|"]
            lines += [f"| {name} | {value:.3g} |" for name, value in self.figures.items()]
        return "\n".join(lines)


def _sentence(finding: Finding) -> str:
    parts = [finding.what]
    if finding.allowed:
        parts.append(f"allowed: {finding.allowed}")
    if finding.hint:
        parts.append(finding.hint)
    return "; ".join(parts)
