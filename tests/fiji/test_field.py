"""The matrix of field inputs in Python and ImageJ; `tests/unit/benchmarks` has it in Python."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.benchmarks.field.walk import all_rows, open_imagej, walk


@pytest.mark.slow
def test_no_row_differs_in_imagej(harness, tmp_path):
    with ExitStack() as stack:
        outcomes = walk(all_rows(), tmp_path, open_imagej(stack))
    assert [each for each in outcomes if each.faults] == []
