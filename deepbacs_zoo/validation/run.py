"""The table of checks, and the loop that runs them and never lets a broken package out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import DeepbacsZooError, HostError, PackageError, UsageError
from deepbacs_zoo.findings import Finding, Severity, Summary
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.validation.checks.format import check_format
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding
from deepbacs_zoo.validation.checks.reference import check_reference, require_reference
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.checks.tiled import check_tiled
from deepbacs_zoo.validation.consumers.table import check_consumers

__all__ = ["CHECKS", "Check", "validate"]

Check = Callable[[Package, bool], Outcome]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "integrity": check_integrity,
        "reproduction": check_reproduction,
        "tiled": check_tiled,
        "consumers": check_consumers,
    }
)
"""By name, in the order in which they run; each takes the package and whether its code may run.

The format is checked before all of them, because it can be judged even where the package cannot be
opened.
"""


def validate(
    path: str | Path,
    *,
    trust: bool = False,
    reference: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Check a package: format, files, reproduction, tiled against whole, consumers.

    Parameters
    ----------
    path
        A zip, a folder, or the description in it.
    trust
        Whether code that comes with the package may run; without it, weights that need such code
        are not run, and a finding says so.
    reference
        Whether the package's test by bioimageio.core runs too, in a process of its own.
    progress
        Called with the number of checks done and their total.

    Returns
    -------
    Summary
        Findings in the order of the checks, and measured figures.  A package that breaks in a check
        gives an error finding there, and the other checks go on.

    Raises
    ------
    UsageError
        There is nothing at ``path``.
    MissingExtraError
        ``reference`` is set and bioimageio.core is not installed.
    HostError
        The computer refuses: memory, disk, permissions.
    """
    path = Path(path)
    checks = dict(CHECKS)
    if reference:
        require_reference()
        checks["reference"] = check_reference
    total = 1 + len(checks)
    with ExitStack() as stack:
        summary = Summary(path.name)
        package: Package | None = None
        try:
            package = stack.enter_context(open_package(path))
        except PackageError as error:
            summary = _added(summary, Outcome((error_finding(error),)), path)
        else:
            summary = Summary(package.name, package.findings)
        summary = _joined(summary, partial(check_format, path, package), path)
        _tell(progress, 1, total)
        for done, check in enumerate(checks.values(), start=2):
            if package is not None:
                summary = _joined(summary, partial(check, package, trust), path)
            _tell(progress, done, total)
        return summary


def _joined(summary: Summary, run: Callable[[], Outcome], path: Path) -> Summary:
    """Run a check; what it raises about the package becomes a finding."""
    try:
        outcome = run()
    except (HostError, UsageError):
        raise
    except DeepbacsZooError as error:
        outcome = Outcome((error_finding(error),))
    return _added(summary, outcome, path)


def _added(summary: Summary, outcome: Outcome, path: Path) -> Summary:
    """Add findings, with places relative to the package, and leave out what was said before."""
    findings = [_relative(finding, path) for finding in outcome.findings]
    said = [str(finding.what) for finding in summary.findings if finding.severity == Severity.ERROR]
    new: list[Finding] = []
    for finding in findings:
        # One broken file meets several checks, each of which may name it its own way.
        again = finding.severity == Severity.ERROR and any(
            str(finding.what) in text for text in said
        )
        if not again and finding not in new:
            new.append(finding)
    return summary.joined(new, dict(outcome.figures))


def _relative(finding: Finding, path: Path) -> Finding:
    where, what = finding.where, str(finding.what)
    for root in {str(path), str(path.absolute())}:
        where = where.removeprefix(f"{root}: ").removeprefix(f"{root}/")
        where = "package" if where == root else where
        what = what.replace(f"{root}/", "").replace(f"{root}: ", "")
    return replace(finding, where=where, what=what)


def _tell(progress: Callable[[int, int], None] | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
