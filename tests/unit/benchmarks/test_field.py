"""The matrix of field inputs in Python alone; `tests/fiji/test_field.py` walks it in ImageJ."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.benchmarks.field.walk import Outcome, all_rows, walk

@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> list[Outcome]:
    return walk(all_rows(), tmp_path_factory.mktemp("field"))


def test_the_matrix_has_at_least_300_rows_each_of_its_own_name():
    names = Counter((row.part, row.name) for row in all_rows())
    assert len(names) >= 300
    assert names.most_common(1)[0][1] == 1


def test_no_row_differs_from_what_it_must_give(outcomes):
    assert [each for each in outcomes if each.faults] == []
