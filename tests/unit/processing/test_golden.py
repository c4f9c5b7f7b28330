"""Every operation against vectors made with bioimageio.core, or by the specification's formulas."""

import json
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.processing import OPERATIONS, apply
from deepbacs_zoo.tensors import Step

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "data" / "processing" / "golden.json").read_text("utf-8")
)


def array_of(entry):
    return np.array(entry["values"], entry["dtype"]).reshape(entry["shape"])


def name_of(entry):
    names = "+".join(step["name"] for step in entry["steps"])
    return f"{names}-{entry['letters']}-{entry['input']['dtype']}"


def computed(entry):
    references = {
        name: (array_of(reference), reference["letters"])
        for name, reference in entry.get("references", {}).items()
    }
    steps = [Step(step["name"], step["kwargs"]) for step in entry["steps"]]
    return apply(steps, array_of(entry["input"]), entry["letters"], references)


@pytest.mark.parametrize("entry", GOLDEN, ids=name_of)
def test_an_operation_gives_the_golden_numbers(entry):
    expected = array_of(entry["expected"])
    found = computed(entry)
    assert found.shape == expected.shape
    np.testing.assert_allclose(
        found.astype(np.float64), expected.astype(np.float64), rtol=1e-6, atol=1e-6
    )


def test_the_vectors_cover_every_operation_and_data_type():
    assert {step["name"] for entry in GOLDEN for step in entry["steps"]} == set(OPERATIONS)
    assert {entry["input"]["dtype"] for entry in GOLDEN} >= {
        "uint8",
        "uint16",
        "int16",
        "float32",
    }
    assert {entry["letters"] for entry in GOLDEN} >= {"bcyx", "byxc", "bczyx", "yx"}


def test_where_core_departs_the_specification_counts_and_the_vector_says_why():
    departing = [entry for entry in GOLDEN if entry["source"] == "specification"]
    assert len(departing) >= 7
    assert all("bioimageio.core 0.11.0" in entry["why"] for entry in departing)


# Core says of every percentile over "batch" that it is a mean over samples; here is one sample.
@pytest.mark.filterwarnings("ignore:Computed dataset percentiles naively")
def test_the_vectors_are_what_core_computes_today():
    pytest.importorskip("bioimageio.core", reason="the extra 'zoo' is not installed")
    from tests.data.processing.make_golden import entries

    wanted = ("clip", "softmax", "scale_linear", "scale_range")
    fresh = {
        json.dumps(entry)
        for entry in entries(lambda case: case.steps[0]["name"] in wanted and not case.why)
    }
    assert fresh
    assert fresh <= {json.dumps(entry) for entry in GOLDEN}
