"""What is predicted of deepImageJ is what the real one gave (tests/conformance/deepimagej.py)."""

from __future__ import annotations

import pytest

from deepbacs_zoo.package import open_package
from deepbacs_zoo.summary import Verdict
from deepbacs_zoo.validation.consumers.deepimagej import check_deepimagej
from deepbacs_zoo.validation.consumers.measured import case_of
from deepbacs_zoo.validation.context import Context
from tests.conformance.deepimagej import PACKAGES, measured

pytest.importorskip("torch")

ROWS = measured()["largest differences"]


def test_every_package_was_measured():
    assert set(ROWS) == set(PACKAGES)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_prediction_is_within_a_factor_of_two(tmp_path, name):
    with open_package(PACKAGES[name](tmp_path)) as package, Context(package) as context:
        (verdict,) = [
            each for each in check_deepimagej(context).consumers if each.weights == "torchscript"
        ]
        allowed = case_of(context).allowed
    if isinstance(ROWS[name], str):
        assert verdict.verdict is Verdict.FAILS
        return
    exact = max(ROWS[name].values()) <= allowed
    assert verdict.verdict is (Verdict.RUNS if exact else Verdict.DIFFERS)
    predicted = {each.where: each.largest for each in verdict.differences}
    assert set(predicted) == set(ROWS[name])
    for where, largest in ROWS[name].items():
        # What is below the tolerance is rounding, which has no factor.
        if max(largest, predicted[where]) > allowed:
            assert largest / 2 <= predicted[where] <= 2 * largest, where
