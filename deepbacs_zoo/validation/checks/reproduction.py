"""Does every weights format give the test outputs, and do the formats agree with one another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DeepbacsZooError, HostError, MissingExtraError, UnsupportedError
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.metrics import FORMAT_AGREEMENT
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.runners import RUNNERS, load_session
from deepbacs_zoo.tensors import TensorSpec
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding, note
from deepbacs_zoo.validation.checks.tolerance import ABSOLUTE, RELATIVE, compare, stated_tolerance

__all__ = ["check_reproduction", "read_test_tensors"]

Tensors = Mapping[str, NDArray[Any]]


def check_reproduction(package: Package, trust: bool) -> Outcome:
    """Run the test inputs by every weights format that may run here, on the CPU.

    The test is the zoo's: preprocessing, network and postprocessing on the whole test input,
    without padding.  Weights that cannot or may not run here are no fault of the package; they give
    information, or a warning where nothing but trust is missing.
    """
    missing = list(_without_test_tensor(package))
    if missing:
        return Outcome(tuple(missing))
    inputs = read_test_tensors(package, package.inputs)
    expected = read_test_tensors(package, package.outputs)
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    results: dict[str, Tensors] = {}
    for name in package.weights:
        found = _run(package, name, trust, inputs)
        if isinstance(found, Finding):
            findings.append(found)
            continue
        results[name] = found
        for output, array in expected.items():
            finding, largest = _compare(package, name, output, found[output], array)
            findings.append(finding)
            figures[f"{name}.{output}.max_difference"] = largest
    if not results:
        findings.append(
            Finding(
                Severity.WARNING,
                "weights",
                "none of the weights ran here, so nothing was reproduced",
                f"weights that run here: {', '.join(_runnable())}",
                "see above why each was not run",
            )
        )
    agreed, differences = _agreement(results)
    return Outcome((*findings, *agreed), {**figures, **differences})


def read_test_tensors(package: Package, specs: tuple[TensorSpec, ...]) -> dict[str, NDArray[Any]]:
    """Return the test tensors of inputs or outputs by id, as far as there are any."""
    return {
        spec.id: package.tensor(spec.test_tensor) for spec in specs if spec.test_tensor is not None
    }


def _without_test_tensor(package: Package) -> Iterator[Finding]:
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            if spec.test_tensor is None and not spec.optional:
                yield Finding(
                    Severity.WARNING,
                    f"{side}.{index}",
                    f"'{spec.id}' has no test tensor, so reproduction was not checked",
                    "a test tensor for each input and output",
                    "export the package again with test tensors",
                )


def _runnable() -> tuple[str, ...]:
    return tuple(name for entry in RUNNERS.values() for name in entry.formats)


def _run(package: Package, name: str, trust: bool, inputs: Tensors) -> Tensors | Finding:
    """Return the outputs by one weights format, or why there are none."""
    where = f"weights.{name}"
    if name not in _runnable():
        return note(where, "not run: no engine for this weights format is built in")
    try:
        session = load_session(package, device="cpu", weights_format=name, trust=trust)
    except MissingExtraError as error:
        return note(where, f"not run: {error.value} is not installed; {error.hint}")
    except UnsupportedError as error:
        found = "" if error.value is None else f" ({error.value})"
        severity = Severity.WARNING
        return Finding(severity, where, f"not run: {error.what}{found}", error.allowed, error.hint)
    except HostError:
        raise
    except DeepbacsZooError as error:
        return error_finding(error)
    try:
        return run_network(package, session, inputs)
    except HostError:
        raise
    except DeepbacsZooError as error:
        found = "" if error.value is None else f" ({error.value})"
        what = f"{error.where}: {error.what}{found}"
        return Finding(Severity.ERROR, where, what, error.allowed, error.hint)
    finally:
        session.close()


def _compare(
    package: Package, name: str, output: str, found: NDArray[Any], expected: NDArray[Any]
) -> tuple[Finding, float]:
    where = f"weights.{name}"
    if found.shape != expected.shape:
        shapes = f"{found.shape} instead of {expected.shape}"
        return (
            Finding(
                Severity.ERROR,
                where,
                f"output '{output}' has another shape than its test tensor ({shapes})",
                "the shape of the test tensor",
                "correct the output's axes, or make its test tensor again",
            ),
            float("inf"),
        )
    deviation = compare(found, expected)
    if not deviation.outside:
        words = f"reproduces '{output}'; largest difference {deviation.largest:.1e}"
        return note(where, words), deviation.largest
    severity = Severity.ERROR
    words = (
        f"does not reproduce '{output}': {deviation.outside} of {deviation.values} values are "
        f"outside, largest difference {deviation.largest:.1e}"
    )
    stated = stated_tolerance(package, output, name)
    if stated is not None:
        absolute, relative, per_million = stated
        own = compare(found, expected, absolute, relative)
        if own.outside <= per_million * 1e-6 * own.values:
            severity = Severity.WARNING
            words += "; within the wider tolerance that the package states for itself"
    allowed = f"|difference| <= {ABSOLUTE:g} + {RELATIVE:g} |expected| at every value"
    hint = "make the weights or the test tensors again from one network in evaluation mode"
    return Finding(severity, where, words, allowed, hint), deviation.largest


def _agreement(results: Mapping[str, Tensors]) -> tuple[list[Finding], dict[str, float]]:
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    for (one, first), (other, second) in itertools.combinations(results.items(), 2):
        largest, scale = 0.0, 1.0
        for output, array in first.items():
            if array.shape != second[output].shape:
                largest = float("inf")
                continue
            largest = max(largest, compare(array, second[output]).largest)
            scale = max(scale, float(np.nanmax(np.abs(array), initial=0.0)))
        figures[f"{one}.{other}.max_difference"] = largest
        where = f"weights.{one}, weights.{other}"
        if largest <= FORMAT_AGREEMENT * scale:
            findings.append(note(where, f"agree; largest difference {largest:.1e}"))
        else:
            findings.append(
                Finding(
                    Severity.WARNING,
                    where,
                    f"the two weights formats differ by up to {largest:.1e}",
                    f"a difference of at most {FORMAT_AGREEMENT * scale:.1e}",
                    "make both again from one network",
                )
            )
    return findings, figures
