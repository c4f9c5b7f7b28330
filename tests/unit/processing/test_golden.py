"""Every operation against vectors made with bioimageio.core, or by the specification's formulas."""

import json
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.processing import OPERATIONS, apply
from deepbacs_zoo.tensors import Step
from tests.data.processing.cases import CORE, cases
from tests.each import each

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "data" / "processing" / "golden.json").read_text("utf-8")
)
TOLERANCE = 1e-6
# Core says of every percentile over "batch" that it is a mean over samples; here is one sample.
NAIVE = "ignore:Computed dataset percentiles naively"


def array_of(entry):
    return np.array(entry["values"], entry["dtype"]).reshape(entry["shape"])


def name_of(entry):
    names = "+".join(step["name"] for step in entry["steps"])
    return f"{names}-{entry['axes']}-{entry['input']['dtype']}"


def computed(entry):
    references = {
        name: (array_of(reference), reference["letters"])
        for name, reference in entry.get("references", {}).items()
    }
    steps = [Step(step["name"], step["kwargs"]) for step in entry["steps"]]
    return apply(steps, array_of(entry["input"]), entry["letters"], references)


def assert_agrees(found, expected):
    assert found.shape == expected.shape
    np.testing.assert_allclose(
        found.astype(np.float64), expected.astype(np.float64), rtol=TOLERANCE, atol=TOLERANCE
    )


@each("entry", GOLDEN, ids=name_of)
def test_an_operation_gives_the_golden_numbers(entry):
    expected = array_of(entry["expected"])
    found = computed(entry)
    assert found.dtype == expected.dtype
    assert_agrees(found, expected)


def test_the_vectors_cover_every_operation_data_type_and_axes_order():
    assert {step["name"] for entry in GOLDEN for step in entry["steps"]} == set(OPERATIONS)
    types = {entry["input"]["dtype"] for entry in GOLDEN}
    assert types >= {"uint8", "uint16", "int16", "int32", "float32", "float64"}
    assert {entry["letters"] for entry in GOLDEN} >= {"bcyx", "byxc", "bczyx", "cyx", "yx"}
    assert {entry["input"]["shape"][0] for entry in GOLDEN if entry["letters"] == "bcyx"} == {1, 2}


def test_where_core_departs_the_specification_counts_and_the_vector_says_why():
    assert {entry["source"] for entry in GOLDEN} == {CORE, "specification", "decision"}
    others = [entry for entry in GOLDEN if entry["source"] != CORE]
    assert len(others) >= 20
    assert all(CORE in entry["why"] for entry in others)
    assert not any("why" in entry for entry in GOLDEN if entry["source"] == CORE)


@pytest.mark.filterwarnings(NAIVE)
def test_the_vectors_are_what_core_computes_today():
    pytest.importorskip("bioimageio.core", reason="the extra 'zoo' is not installed")
    from tests.data.processing.make_golden import entry_of

    chains = list(cases())
    assert len(chains) == len(GOLDEN)
    # Core needs some 20 ms for each: every fourth of its own, and all that are plain NumPy.
    chosen = [seed for seed, case in enumerate(chains) if seed % 4 == 0 or case.formula]
    for seed in chosen:
        fresh, stored = entry_of(chains[seed], seed), dict(GOLDEN[seed])
        # Processors differ in the last digit of exp, hence not the very same text.
        assert_agrees(array_of(fresh.pop("expected")), array_of(stored.pop("expected")))
        assert fresh == stored


@pytest.mark.filterwarnings(NAIVE)
@each(
    "seed_and_case",
    [(seed, case) for seed, case in enumerate(cases()) if case.source == "specification"],
    ids=lambda value: value[1].why,
)
def test_core_still_departs_from_its_specification(seed_and_case):
    seed, case = seed_and_case
    pytest.importorskip("bioimageio.core", reason="the extra 'zoo' is not installed")
    from tests.data.processing.make_golden import by_core

    try:
        found = by_core(case, *case.tensors(seed))
    except (KeyError, ValueError):
        return  # core fails
    expected = array_of(GOLDEN[seed]["expected"])
    away = np.abs(found.astype(np.float64) - expected)
    assert (away > TOLERANCE + TOLERANCE * np.abs(expected)).any()
