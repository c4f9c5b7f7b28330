"""The table of checks, and the loop that runs them and never lets a broken package out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import (
    DeepbacsZooError,
    HostError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.models import package_path
from deepbacs_zoo.options import Text
from deepbacs_zoo.package import open_package
from deepbacs_zoo.summary import Summary
from deepbacs_zoo.validation.checks.format import check_format
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.metadata import check_metadata
from deepbacs_zoo.validation.checks.newer_spec import check_newer_spec
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding
from deepbacs_zoo.validation.checks.reference import check_reference, require_reference
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.checks.safety import check_closed, check_safety
from deepbacs_zoo.validation.checks.sizes import check_sizes
from deepbacs_zoo.validation.checks.tiled import check_tiled
from deepbacs_zoo.validation.consumers.table import check_consumers
from deepbacs_zoo.validation.context import Context
from deepbacs_zoo.validation.score import SCORE, predicted_score

__all__ = ["CHECKS", "Check", "validate"]

Check = Callable[[Context], Outcome]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "safety": check_safety,
        "integrity": check_integrity,
        "metadata": check_metadata,
        "newer format": check_newer_spec,
        "reproduction": check_reproduction,
        "sizes": check_sizes,
        "tiled": check_tiled,
        "consumers": check_consumers,
    }
)
"""By name, in the order in which they run.

The format is checked before all of them, also where the package cannot be opened.
"""


def validate(  # long: half of it documents its parameters
    path: str | Path,
    *,
    trust: bool = False,
    reference: bool = False,
    online: bool = False,
    fail_on: Severity = Severity.ERROR,
    allow: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Check a package: format, files, reproduction, tiled against whole, consumers.

    Parameters
    ----------
    path
        A zip, a folder, the description in it, or the name of a model that comes with the project.
    trust
        Whether code that comes with the package may run; without it, weights that need such code
        are not run, and a finding says so.
    reference
        Whether the package's test by bioimageio.core runs too, in a process of its own.
    online
        Whether the network may be used, to look up addresses, people and models that the
        description names; without it nothing is.
    fail_on
        The lowest severity of a finding with which the package fails.
    allow
        Ids of findings with which it does not fail, such as ``not-reproduced``.
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
    path = package_path(path)
    checks = dict(CHECKS)
    if reference:
        require_reference()
        checks["reference"] = check_reference
    if online:
        from deepbacs_zoo.validation.checks.online import check_online

        checks["online"] = check_online
    report = progress or (lambda done, total: None)
    total = 1 + len(checks)
    begun = Summary(path.name, fail_on=fail_on, allowed=tuple(allow))
    try:
        package = open_package(path)
    except PackageError as error:
        summary = _joined(begun, _outcome(partial(check_closed, path, error)), path)
        if not _is_all(error):
            summary = _joined(summary, _outcome(partial(check_format, path, None)), path)
        report(total, total)
        return summary
    with package, Context(package, trust=trust) as context:
        summary = replace(begun, subject=package.name, findings=package.findings)
        summary = _joined(
            summary, _outcome(partial(check_format, path, package, online=online)), path
        )
        report(1, total)
        for done, check in enumerate(checks.values(), start=2):
            summary = _joined(summary, _outcome(partial(context.once, check)), path)
            report(done, total)
    score = predicted_score(summary)
    return summary if score is None else summary.joined((), {SCORE: score})


def _is_all(error: PackageError) -> bool:
    """Return whether the format needs no check: a data set, format 0.3, no version at all."""
    place = str(error.where).rpartition(": ")[2]
    return isinstance(error, UnsupportedError) or place in ("format_version", "type")


def _outcome(run: Callable[[], Outcome]) -> Outcome:
    """Run a check; an error that it raises about the package becomes a finding."""
    try:
        return run()
    except (HostError, UsageError):
        raise
    except DeepbacsZooError as error:
        return Outcome((error_finding(error),))


def _joined(summary: Summary, outcome: Outcome, path: Path) -> Summary:
    """Add findings, with places relative to the package, each rule at each place once.

    One broken file meets several checks; within one check a rule may apply to a place repeatedly.
    """
    known = {(finding.id, finding.where) for finding in summary.findings}
    findings = dict.fromkeys(_relative(finding, path) for finding in outcome.findings)
    new = [finding for finding in findings if (finding.id, finding.where) not in known]
    return summary.joined(new, dict(outcome.figures), outcome.consumers)


def _relative(finding: Finding, path: Path) -> Finding:
    """Return a finding without the path of the package in its place and its observation."""
    where, what = finding.where, finding.what
    for root in {str(path), str(path.absolute())}:
        where = where.removeprefix(f"{root}: ").removeprefix(f"{root}/")
        where = "package" if where == root else where
        what = _without(root, what)
    return replace(finding, where=where, what=what)


def _without(root: str, text: str | Text) -> str | Text:
    def shortened(part: str) -> str:
        return part.replace(f"{root}/", "").replace(f"{root}: ", "")

    if isinstance(text, str):
        return shortened(text)
    return Text(tuple(shortened(part) if isinstance(part, str) else part for part in text.parts))
