"""deepImageJ 3.1 with JDLL 0.6: its rules, and the numbers that it would give, by a model of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.fiji.deepimagej.image_rules import number_issues
from deepbacs_zoo.fiji.deepimagej.rules import lint, weights_taken
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package.writing.jdll import largest_image
from deepbacs_zoo.summary import ConsumerVerdict
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.consumers.measured import jdll_differences
from deepbacs_zoo.validation.consumers.programs import Program, other_size, worded
from deepbacs_zoo.validation.context import Context

__all__ = ["check_deepimagej"]

PROGRAM: Final = Program("deepImageJ", "3.1")
RUNS: Final = Rule(
    "deepimagej-runs",
    Severity.INFO,
    "The package breaks no rule of which a breach makes deepImageJ fail.",
    "deepImageJ 3.1 / JDLL 0.6, run",
)


def check_deepimagej(context: Context) -> Outcome:
    """Predict whether deepImageJ 3.1 runs a package, and whether it computes the same."""
    package = context.package
    issues = (*lint(package), *number_issues(package))
    taken = weights_taken(package)
    blocked = any(issue.rule.blocks for issue in issues)
    unlike = blocked or any(other_size(package))  # of which no model is known
    measured = None if unlike else jdll_differences(context)
    verdicts: list[ConsumerVerdict] = []
    for name in package.weights:
        if name != taken and taken is not None:
            verdicts.append(PROGRAM.takes(name, (taken,), f", but {taken}"))
        elif measured is None:
            verdicts.append(PROGRAM.decide(name, issues))
        else:
            verdicts.append(PROGRAM.decide(name, issues, measured.differences, measured.allowed))
    findings = worded(PROGRAM, issues)
    if not blocked:
        findings += tuple(_runs(context))
    return Outcome(findings, consumers=tuple(verdicts))


def _runs(context: Context) -> Iterator[Finding]:
    package = context.package
    text = "is predicted to run it"
    if "torchscript" in package.weights:
        text += " with the TorchScript weights, as far as these use operators that PyTorch 2.0 has"
    if not package.zoo_config.allow_tiling:
        text += f", on images of up to {largest_image(package.inputs, package.outputs):,} pixels"
    yield RUNS.finding(str(PROGRAM), text)
