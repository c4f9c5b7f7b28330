"""What bioimageio.spec 0.5.14 refuses is predicted by whatever version is installed."""

from __future__ import annotations

import pytest

from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.newer_spec import check_newer_spec
from deepbacs_zoo.validation.context import Context
from tests.packages import CASES


def ids(path):
    with open_package(path) as package, Context(package) as context:
        return [each.id for each in check_newer_spec(context).findings]


def with_tolerance(tmp_path, name, **entry):
    stated = {"bioimageio": {"reproducibility_tolerance": [entry]}}
    return CASES[name](tmp_path, config=stated)


def test_a_weak_test_output_is_below_the_tolerance_that_applies_by_itself(tmp_path):
    assert ids(CASES["classifier"](tmp_path)) == ["tolerance-too-wide"]
    assert ids(CASES["bcyx"](tmp_path)) == []


def test_format_0_4_has_no_tolerances(tmp_path):
    assert ids(CASES["two_outputs_0_4"](tmp_path)) == []


@pytest.mark.parametrize(
    ("absolute", "expected"), [(1e-4, []), (1e-3, []), (0.5, ["tolerance-too-wide"])]
)
def test_a_stated_tolerance_counts(tmp_path, absolute, expected):
    path = with_tolerance(tmp_path, "bcyx", absolute_tolerance=absolute, relative_tolerance=0.0)
    assert ids(path) == expected


def test_whole_numbers_have_no_tolerance(tmp_path):
    path = with_tolerance(tmp_path, "mask", output_ids=["mask"], relative_tolerance=1e-3)
    assert "tolerance-of-integers" in ids(path)
    exact = {"output_ids": ["mask"], "relative_tolerance": 0, "absolute_tolerance": 0}
    assert ids(with_tolerance(tmp_path, "mask", **exact)) == []
