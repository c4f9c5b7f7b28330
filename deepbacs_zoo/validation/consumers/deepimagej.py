"""The prediction for deepImageJ 3.1 with JDLL 0.6, by its rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.fiji.deepimagej.image_rules import number_issues
from deepbacs_zoo.fiji.deepimagej.rules import lint
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package.writing.jdll import largest_image
from deepbacs_zoo.validation.context import Context

__all__ = ["check_deepimagej"]

_DEEPIMAGEJ: Final = "deepImageJ 3.1"
RUNS: Final = Rule(
    "deepimagej-runs",
    Severity.INFO,
    "The package breaks no rule of which a breach makes deepImageJ fail.",
    "deepImageJ 3.1 / JDLL 0.6, run",
)


def check_deepimagej(context: Context) -> Iterator[Finding]:
    """Predict whether deepImageJ 3.1 runs a package, and whether it computes the same."""
    package = context.package
    issues = (*lint(package), *number_issues(package))
    for rule, finding in issues:
        verdict = "will not run it" if rule.blocks else "will compute something else"
        yield rule.finding(
            f"{_DEEPIMAGEJ}, {finding.where}",
            f"{verdict}: " + finding.what,
            finding.allowed,
            finding.hint,
        )
    if any(rule.blocks for rule, _ in issues):
        return
    text = "is predicted to run it"
    if "torchscript" in package.weights:
        text += " with the TorchScript weights, as far as these use operators that PyTorch 2.0 has"
    if not package.zoo_config.allow_tiling:
        text += f", on images of up to {largest_image(package.inputs, package.outputs):,} pixels"
    yield RUNS.finding(_DEEPIMAGEJ, text)
