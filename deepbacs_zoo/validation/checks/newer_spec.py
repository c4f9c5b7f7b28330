"""The check of what bioimageio.spec asks for in versions that may be newer than the installed one.

Since 0.5.14 it applies the tolerance of a package, or its default, to the test outputs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.validation.checks.outcome import Outcome

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.tensors import TensorSpec
    from deepbacs_zoo.validation.context import Context

__all__ = ["check_newer_spec"]

_DEFAULT: Final = 1e-3
_SHARE: Final = 0.01
_SOURCE: Final = "bioimageio.spec 0.5.14.3, run"
TOLERANCE_TOO_WIDE: Final = Rule(
    "tolerance-too-wide",
    Severity.WARNING,
    "Newer versions of bioimageio.spec refuse a package whose test output never exceeds a hundred "
    "times its absolute tolerance.",
    _SOURCE,
)
TOLERANCE_OF_INTEGERS: Final = Rule(
    "tolerance-of-integers",
    Severity.WARNING,
    "Newer versions of bioimageio.spec refuse a tolerance for whole numbers.",
    _SOURCE,
)


def check_newer_spec(context: Context) -> Outcome:
    """Predict that newer versions of bioimageio.spec refuse the package."""
    if context.package.format_version.startswith("0.4"):
        return Outcome()
    return Outcome(tuple(_findings(context)))


def _findings(context: Context) -> Iterator[Finding]:
    seen: set[str] = set()
    for entry, where in _entries(context.package):
        try:
            absolute, relative = (
                float(entry.get(f"{kind}_tolerance", _DEFAULT)) for kind in ("absolute", "relative")
            )
        except (TypeError, ValueError):  # reported where the format is checked
            continue
        for index, spec in enumerate(context.package.outputs):
            if spec.id in seen or not _concerns(entry.get("output_ids"), spec):
                continue
            seen.add(spec.id)
            yield from _wide(context, index, spec, absolute)
            if entry.get("output_ids") and max(absolute, relative) > 0:
                yield from _of_integers(where, spec, f"{absolute:g} and {relative:g}")


def _of_integers(where: str, spec: TensorSpec, tolerances: str) -> Iterator[Finding]:
    if "float" not in spec.dtype:
        yield TOLERANCE_OF_INTEGERS.finding(
            where,
            f"tolerances of {tolerances} for the output {spec.id} of {spec.dtype}",
            "0",
            "state 0, and mismatched_elements_per_million",
        )


def _entries(package: Package) -> Iterator[tuple[Mapping[str, Any], str]]:
    block = package.config.get("bioimageio")
    stated = block.get("reproducibility_tolerance") if isinstance(block, Mapping) else None
    if isinstance(stated, Sequence):
        for index, entry in enumerate(stated):
            if isinstance(entry, Mapping):
                yield entry, f"config.bioimageio.reproducibility_tolerance.{index}"
    else:
        yield {"output_ids": "any_continuous_output"}, "config.bioimageio"


def _concerns(named: Collection[str] | None, spec: TensorSpec) -> bool:
    if named == "any_continuous_output":
        return "float" in spec.dtype
    if named == "any_discrete_output":
        return "float" not in spec.dtype
    return not named or spec.id in named


def _wide(context: Context, index: int, spec: TensorSpec, absolute: float) -> Iterator[Finding]:
    if spec.test_tensor is None:
        return
    try:
        values = context.test_tensor(spec.test_tensor)
    except PackageError:  # reported where the file is checked
        return
    if values.size and absolute > _SHARE * (largest := float(values.max())):
        yield TOLERANCE_TOO_WIDE.finding(
            f"outputs.{index}.test_tensor",
            f"its largest value is {largest:.3g}, and the absolute tolerance is {absolute:g}",
            f"a largest value of {absolute / _SHARE:g} or more, or a tolerance of at most "
            f"{max(0.0, _SHARE * largest):.2g}",
            "choose a test input with a stronger result, or state a smaller tolerance in "
            "config.bioimageio.reproducibility_tolerance",
        )
