"""What one check returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.findings import Finding, Severity

__all__ = ["Outcome", "error_finding", "note"]


@dataclass(frozen=True)
class Outcome:
    """Findings of one check, and the numbers that it measured by name."""

    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)


def note(where: str, what: str) -> Finding:
    """Return plain information."""
    return Finding(Severity.INFO, where, what)


def error_finding(error: DeepbacsZooError, severity: Severity = Severity.ERROR) -> Finding:
    """Return the four parts of an error as a finding."""
    found = "" if error.value is None else f" ({error.value})"
    return Finding(severity, str(error.where), f"{error.what}{found}", error.allowed, error.hint)
