"""The planner in Java gives the plans of Python, and refuses with its sentences."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.tensors import FixedSize, FreeSize, SteppedSize
from deepbacs_zoo.tiling import AxisRule, plan
from tests.unit.tiling.golden import PATH, rule_from_json, rule_to_json

SCALES = (1.0, 1.0, 1.0, 2.0, 0.5, 0.25, 1.5, 1 / 3, 2 / 3, 0.1 + 0.2, 0.3 / 0.1, 4.0, 0.7071)


def pairs(slices):
    return [[part.start, part.stop] for part in slices]


def described(found):
    return {
        "padded_shape": list(found.padded_shape),
        "before": list(found.before),
        "after": list(found.after),
        "tile_shape": list(found.tile_shape),
        "starts": [list(starts) for starts in found.starts],
        "padded_output_shape": list(found.padded_output_shape),
        "output_shape": list(found.output_shape),
        "crop": pairs(found.crop),
        "processed": found.processed,
        "needed": found.needed,
        "whole": found.whole,
        "tiles": [[pairs(tile.read), pairs(tile.keep), pairs(tile.write)] for tile in found.tiles],
    }


def solve(case):
    try:
        others = [[rule_from_json(rule) for rule in other] for other in case.get("others", [])]
        found = plan(
            tuple(case["image_shape"]),
            [rule_from_json(rule) for rule in case["rules"]],
            budget=case["budget"],
            peak_bytes_per_pixel=case["bytes_per_pixel"],
            border=case["border"],
            others=others,
        )
        further = [
            {**described(found.towards(rules)), "reads": [pairs(r) for r in found.reads_of(rules)]}
            for rules in others
        ]
        return {**described(found), "others": further}
    except DeepbacsZooError as error:
        return {"error": type(error).__name__, "message": str(error)}


def drawn_size(rng):
    kind = rng.integers(4)
    if kind == 0:
        return FixedSize(int(rng.integers(8, 200)))
    if kind == 1:
        least = int(rng.integers(1, 64))
        return FreeSize(least, int(rng.integers(least, 300)) if rng.random() < 0.5 else None)
    return SteppedSize(int(rng.integers(1, 80)), int(rng.choice([0, 1, 2, 8, 12, 16, 16, 32])))


def drawn_rule(rng, size):
    scale = float(rng.choice(SCALES)) if rng.random() < 0.5 else 1.0
    offset = float(rng.integers(-60, 30)) if rng.random() < 0.2 else 0.0
    return AxisRule(size, int(rng.integers(0, 24)) * int(rng.integers(0, 2)), scale, offset)


def drawn_case(rng):
    axes = int(rng.choice([1, 2, 2, 2, 3]))
    largest = {1: 5000, 2: 900, 3: 70}[axes]
    sizes = [drawn_size(rng) for _ in range(axes)]
    return {
        "image_shape": [int(side) for side in rng.integers(1, largest, axes)],
        "rules": [rule_to_json(drawn_rule(rng, size)) for size in sizes],
        "others": [
            [rule_to_json(drawn_rule(rng, size)) for size in sizes] for _ in range(rng.integers(3))
        ],
        "budget": int(2 ** rng.uniform(14, 29)),
        "bytes_per_pixel": float(rng.choice([4, 900.5, 1000, 2 / 3])),
        "border": str(rng.choice(["none", "none", "halo"])),
    }


def test_golden_plans(harness):
    cases = json.loads(PATH.read_text(encoding="utf-8"))["plans"]
    for case, answer in zip(cases, harness.ask("TilingTest", cases), strict=True):
        expected = case["expected"]
        if "error" in expected:
            assert answer["error"] == expected["error"], case["name"]
            continue
        for axis, starts in enumerate(answer["starts"]):
            by_start = {tile[0][axis][0]: tile for tile in answer["tiles"]}
            along = [by_start[start] for start in starts]
            assert [tile[1][axis] for tile in along] == expected["keep"][axis], case["name"]
            assert [tile[2][axis] for tile in along] == expected["write"][axis], case["name"]
        answer["tiles"] = len(answer["tiles"])
        same = expected.keys() & answer.keys()
        assert {key: answer[key] for key in same} == {key: expected[key] for key in same}


@pytest.mark.parametrize("seed", range(3))
def test_drawn_plans_with_further_tensors_are_those_of_python(harness, seed):
    rng = np.random.default_rng(seed)
    cases = [drawn_case(rng) for _ in range(300)]
    expected = [solve(case) for case in cases]
    for case, ours, answer in zip(cases, expected, harness.ask("TilingTest", cases), strict=True):
        assert answer == ours, case
    kinds = {
        answer.get("error", "cut" if not answer.get("whole") else "whole") for answer in expected
    }
    assert {"cut", "whole", "HostError"} <= kinds


@pytest.mark.parametrize(
    "change",
    [{"halo": -1}, {"scale": 0.0}, {"scale": -1234567.0}],
)
def test_rules_that_make_no_sense_are_refused_in_the_same_words(harness, change):
    rule = {"size": {"kind": "fixed", "value": 8}, "halo": 0, "scale": 1.0, "offset": 0.0}
    case = {
        "image_shape": [8],
        "rules": [{**rule, **change}],
        "budget": 1000,
        "bytes_per_pixel": 1,
        "border": "none",
    }
    assert harness.ask("TilingTest", [case]) == [solve(case)]
