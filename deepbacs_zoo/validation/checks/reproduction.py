"""The check of results: each weights format gives the test outputs, and all formats the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from deepbacs_zoo.errors import DeepbacsZooError, HostError, MissingExtraError, UnsupportedError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.metrics import FORMAT_AGREEMENT
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.summary import NOT_TESTED
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding, what_of
from deepbacs_zoo.validation.checks.tolerance import (
    ABSOLUTE,
    HALF,
    RELATIVE,
    compare,
    stated_tolerance,
)
from deepbacs_zoo.validation.context import Array, Context, largest_value, runnable_formats

__all__ = ["check_reproduction"]

TEST_TENSOR_MISSING: Final = Rule(
    "test-tensor-missing",
    Severity.WARNING,
    "Without a test tensor nobody can check that the package computes what its authors saw.",
    "bioimage.io model format 0.5, test_tensor",
)
WEIGHTS_WITHOUT_ENGINE: Final = Rule(
    "weights-without-engine",
    Severity.INFO,
    "Weights that nothing here can load are no fault of the package, but were not checked.",
)
WEIGHTS_REFUSED: Final = Rule(
    "weights-refused",
    Severity.WARNING,
    "Weights that may not or cannot run here were not checked.",
)
WEIGHTS_FAIL: Final = Rule(
    "weights-fail",
    Severity.ERROR,
    "Weights that do not run on the package's own test input will not run on images.",
)
SHAPE_NOT_REPRODUCED: Final = Rule(
    "shape-not-reproduced",
    Severity.ERROR,
    "An output of another shape than its test tensor breaks whoever relies on the description.",
)
NOT_REPRODUCED: Final = Rule(
    "output-not-reproduced",
    Severity.ERROR,
    "Other numbers than the authors' mean that weights, processing or test tensors are wrong.",
    "tolerance of the partners' tests in the bioimage.io collection",
)
REPRODUCED: Final = Rule(
    "output-reproduced", Severity.INFO, "The weights compute what their authors saw."
)
FORMATS_AGREE: Final = Rule(
    "formats-agree", Severity.INFO, "Results do not depend on which program runs the package."
)
FORMATS_DIFFER: Final = Rule(
    "formats-differ",
    Severity.WARNING,
    "Programs take different weights formats of a package, and users expect one result.",
)

Tensors = Mapping[str, Array]


@dataclass(frozen=True)
class _Run:
    """The outputs of one weights format, and the precision that it computes in."""

    outputs: Tensors
    precision: str


def check_reproduction(context: Context) -> Outcome:
    """Run the test inputs by every weights format that may run here, on the CPU.

    The test is the zoo's: preprocessing, network and postprocessing on the whole test input,
    without padding.  Weights that cannot or may not run here are no fault of the package; they give
    information, or a warning where nothing but trust is missing.
    """
    package = context.package
    missing = tuple(_without_test_tensor(package))
    if missing:
        return Outcome(missing)
    inputs = context.test_tensors(package.inputs)
    expected = context.test_tensors(package.outputs)
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    results: dict[str, _Run] = {}
    context.ran = set()
    for name in package.weights:
        found = _run(context, name, inputs)
        if isinstance(found, Finding):
            findings.append(found)
            continue
        results[name] = found
        context.ran.add(name)
        for output, array in expected.items():
            finding, largest = _compare(package, name, output, found, array)
            findings.append(finding)
            figures[f"{name}.{output}.max_difference"] = largest
    if not results:
        findings.append(
            NOT_TESTED.finding(
                "weights",
                "none of the weights ran here, so nothing was reproduced",
                f"weights that run here: {', '.join(runnable_formats())}",
                "see above why each was not run",
            )
        )
    agreed, differences = _agreement(results)
    return Outcome((*findings, *agreed), {**figures, **differences})


def _without_test_tensor(package: Package) -> Iterator[Finding]:
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            if spec.test_tensor is None and not spec.optional:
                yield TEST_TENSOR_MISSING.finding(
                    f"{side}.{index}",
                    f"'{spec.id}' has no test tensor, so reproduction was not checked",
                    "a test tensor for each input and output",
                    "export the package again with test tensors",
                )


def _run(context: Context, name: str, inputs: Tensors) -> _Run | Finding:
    """Return the outputs by one weights format, or why there are none."""
    where = f"weights.{name}"
    if name not in runnable_formats():
        text = "not run: no engine for this weights format is built in"
        return WEIGHTS_WITHOUT_ENGINE.finding(where, text)
    try:
        session = context.session(name)
    except MissingExtraError as error:
        text = f"not run: {error.value} is not installed; {error.hint}"
        return WEIGHTS_WITHOUT_ENGINE.finding(where, text)
    except UnsupportedError as error:
        what = "not run: " + what_of(error)
        return WEIGHTS_REFUSED.finding(where, what, error.allowed, error.hint)
    except HostError:
        raise
    except DeepbacsZooError as error:
        return error_finding(error)
    try:
        return _Run(run_network(context.package, session, inputs), session.precision)
    except HostError:
        raise
    except DeepbacsZooError as error:
        context.failed.add(name)
        what = f"{error.where}: " + what_of(error)
        return WEIGHTS_FAIL.finding(where, what, error.allowed, error.hint)
    finally:
        context.release(name)


def _compare(
    package: Package, name: str, output: str, run: _Run, expected: Array
) -> tuple[Finding, float]:
    """Return a finding about one output, and the largest absolute difference."""
    where, found = f"weights.{name}", run.outputs[output]
    if found.shape != expected.shape:
        shapes = f"{found.shape} instead of {expected.shape}"
        wrong = SHAPE_NOT_REPRODUCED.finding(
            where,
            f"output '{output}' has another shape than its test tensor ({shapes})",
            "the shape of the test tensor",
            "correct the output's axes, or make its test tensor again",
        )
        return wrong, float("inf")
    deviation = compare(found, expected)
    if not deviation.outside:
        text = f"reproduces '{output}'; largest difference {deviation.largest:.1e}"
        return REPRODUCED.finding(where, text), deviation.largest
    text = (
        f"does not reproduce '{output}': {deviation.outside} of {deviation.values} values are "
        f"outside, largest difference {deviation.largest:.1e}"
    )
    excuse = _excuse(package, name, output, run, expected)
    finding = NOT_REPRODUCED.finding(
        where,
        text + excuse,
        f"|difference| <= {ABSOLUTE:g} + {RELATIVE:g} |expected| at every value",
        "make the weights or the test tensors again from one network in evaluation mode",
        severity=Severity.WARNING if excuse else Severity.ERROR,
    )
    return finding, deviation.largest


def _excuse(package: Package, name: str, output: str, run: _Run, expected: Array) -> str:
    """Return the wider tolerance that holds, in words; empty if none does."""
    stated = stated_tolerance(package, output, name)
    if stated is not None:
        absolute, relative, per_million = stated
        own = compare(run.outputs[output], expected, absolute, relative)
        if own.outside <= per_million * 1e-6 * own.values:
            return "; within the wider tolerance that the package states for itself"
    half = HALF.get(run.precision)
    if half is not None and not compare(run.outputs[output], expected, half, half).outside:
        return f"; within {half:g} + {half:g} |expected|, which {run.precision} weights may differ"
    return ""


def _agreement(results: Mapping[str, _Run]) -> tuple[list[Finding], dict[str, float]]:
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    for (one, first), (other, second) in itertools.combinations(results.items(), 2):
        largest = _largest_difference(first.outputs, second.outputs)
        figures[f"{one}.{other}.max_difference"] = largest
        agreement = max(FORMAT_AGREEMENT, *(HALF.get(r.precision, 0.0) for r in (first, second)))
        allowed = agreement * max(map(largest_value, first.outputs.values()), default=1.0)
        where = f"weights.{one}, weights.{other}"
        if largest <= allowed:
            text = f"agree; largest difference {largest:.1e}"
            findings.append(FORMATS_AGREE.finding(where, text))
        else:
            findings.append(
                FORMATS_DIFFER.finding(
                    where,
                    f"the two weights formats differ by up to {largest:.1e}",
                    f"a difference of at most {allowed:.1e}",
                    "make both again from one network",
                )
            )
    return findings, figures


def _largest_difference(first: Tensors, second: Tensors) -> float:
    """Return the largest absolute difference of all outputs; infinite between two shapes."""
    if any(array.shape != second[output].shape for output, array in first.items()):
        return float("inf")
    return max(
        (compare(array, second[output]).largest for output, array in first.items()), default=0.0
    )
