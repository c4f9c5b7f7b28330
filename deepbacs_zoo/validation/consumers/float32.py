"""The prediction for programs that measure an image in float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.context import Context

__all__ = ["check_float32"]

_FARTHEST: Final = 100
"""Largest distance of the mean from 0, in standard deviations."""
TEST_INPUT_FAR_FROM_ZERO: Final = Rule(
    "test-input-far-from-zero",
    Severity.WARNING,
    "The mean of values of size m has a rounding error of about 2**-24 m, which normalization "
    "divides by the standard deviation and a network may amplify beyond the tolerance.",
    "rounding of IEEE 754 binary32",
)


def check_float32(context: Context) -> Outcome:
    """Predict that programs which measure in float32 normalize the test input otherwise."""
    return Outcome(tuple(_findings(context)))


def _findings(context: Context) -> Iterator[Finding]:
    for index, spec in enumerate(context.package.inputs):
        measured = any(step.name == "zero_mean_unit_variance" for step in spec.steps)
        if not measured or spec.test_tensor is None:
            continue
        try:
            values = context.test_tensor(spec.test_tensor)
        except PackageError:  # reported where the file is checked
            continue
        deviation = float(values.std(dtype=np.float64))
        ratio = abs(float(values.mean(dtype=np.float64))) / deviation if deviation else 0.0
        if ratio > _FARTHEST:
            yield TEST_INPUT_FAR_FROM_ZERO.finding(
                f"inputs.{index}.test_tensor",
                f"its mean is {ratio:.0f} standard deviations from 0, so programs that measure it "
                f"in float32 normalise it differently by about {ratio * 2**-24:.0e}",
                f"a mean of at most {_FARTHEST} standard deviations",
                "subtract a constant from the test input, which normalisation takes out again",
            )
