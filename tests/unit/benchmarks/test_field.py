"""The matrix of field inputs in Python alone; `tests/fiji/test_field.py` walks it in ImageJ."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.benchmarks.field.__main__ import main
from tests.benchmarks.field.rows import planes_of
from tests.benchmarks.field.table import README, ROWS, readme_text, rows_text
from tests.benchmarks.field.walk import Outcome, all_rows, outcome_of, walk


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> list[Outcome]:
    return walk(all_rows(), tmp_path_factory.mktemp("field"))


def test_the_matrix_has_at_least_300_rows_each_of_its_own_name():
    names = Counter((row.part, row.name) for row in all_rows())
    assert len(names) >= 300
    assert names.most_common(1)[0][1] == 1


def test_no_row_differs_from_what_it_must_give(outcomes):
    assert [each for each in outcomes if each.faults] == []


def test_the_tables_are_those_of_the_rows():
    """``python -m tests.benchmarks.field --write`` writes them anew."""
    outcomes = list(map(outcome_of, all_rows()))
    assert ROWS.read_text("utf-8") == rows_text(outcomes)
    assert README.read_text("utf-8") == readme_text(outcomes)


def test_the_command_tells_what_differs(capsys, monkeypatch):
    words = ["--without-imagej", "--only", "shaped/zyx"]
    assert main(words) == 0
    assert "| **all** | 1 | 1 | 0 | 0 | 0 | 0 |" in capsys.readouterr().out
    wrong = lambda array, axes: planes_of(array, axes) + 1  # noqa: E731
    monkeypatch.setattr("tests.benchmarks.field.image_rows.planes_of", wrong)
    assert main(words) == 1
    assert (
        "container x axes: shaped/zyx: Python: 105 of 105 values differ" in capsys.readouterr().out
    )
