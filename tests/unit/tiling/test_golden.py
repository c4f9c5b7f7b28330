from __future__ import annotations

import json

from tests.each import each
from tests.unit.tiling.golden import PATH, cases, solve

STORED = json.loads(PATH.read_text(encoding="utf-8"))["plans"]


@each("case", STORED, ids=lambda case: case["name"])
def test_plan_equals_its_golden_vector(case):
    assert solve(case) == case["expected"]


def test_file_holds_every_case():
    assert [case["name"] for case in STORED] == [case["name"] for case in cases()]
