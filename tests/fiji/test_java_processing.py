"""Processing in Java: the golden vectors, and the numbers and complaints of Python's subpackage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.processing import apply, fit
from deepbacs_zoo.tensors import Step
from tests.fiji.javac import Harness

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "data" / "processing" / "golden.json").read_text("utf-8")
)
TOLERANCE = 1e-6
Entry = dict[str, Any]
RNG = np.random.default_rng(4)


def array_of(entry: Entry) -> np.ndarray:
    return np.array(entry["values"], entry["dtype"]).reshape(entry["shape"])


def json_of(array: np.ndarray) -> Entry:
    return {"dtype": str(array.dtype), "shape": array.shape, "values": array.ravel().tolist()}


def entry(array: np.ndarray, axes: str, *steps: Step, **more: Any) -> Entry:
    written = [{"name": step.name, "kwargs": dict(step.kwargs)} for step in steps]
    return {"steps": written, "letters": axes, "input": json_of(array), **more}


def in_python(case: Entry) -> np.ndarray | DeepbacsZooError:
    steps = [Step(step["name"], step["kwargs"]) for step in case["steps"]]
    references = {
        name: (array_of(other), other["letters"])
        for name, other in case.get("references", {}).items()
    }
    array, axes = array_of(case["input"]), case["letters"]
    try:
        if "crop" in case:
            return fit(steps, array, axes, references)(array_of(case["crop"]))
        return apply(steps, array, axes, references)
    except DeepbacsZooError as error:
        return error


def assert_agrees(found: Entry, expected: np.ndarray) -> None:
    assert found["dtype"] == str(expected.dtype)
    array = array_of(found)
    assert array.shape == expected.shape
    np.testing.assert_allclose(
        array.astype(np.float64), expected.astype(np.float64), rtol=TOLERANCE, atol=TOLERANCE
    )


# --- numbers -------------------------------------------------------------------------------------


def test_every_golden_vector_comes_out(harness: Harness) -> None:
    found = harness.ask("ProcessingTest", GOLDEN)
    assert len(found) == len(GOLDEN)
    for case, answer in zip(GOLDEN, found, strict=True):
        assert "message" not in answer, answer
        assert_agrees(answer, array_of(case["expected"]))


def image(*shape: int, dtype: str = "float32", scale: float = 30.0) -> np.ndarray:
    return (RNG.normal(size=shape) * scale + 100).astype(dtype)


SPECIAL = np.array([[-1.9, 1.9, 300.7, -129.0], [2.0**40, -(2.0**40), 0.0, 65536.5]], np.float32)
LARGE = Step("zero_mean_unit_variance", {"axes": "yx"})
RANGE = Step("scale_range", {"axes": "yx", "min_percentile": 1.0, "max_percentile": 99.8})
CHAIN = (
    Step("clip", {"min_percentile": 0.5, "axes": "cyx"}),
    Step("scale_linear", {"gain": [1.0, 2.0], "offset": 0.5, "axis": "c"}),
    RANGE,
    Step("sigmoid"),
    Step("softmax", {"axis": "c"}),
    Step("binarize", {"threshold": 0.5}),
)
NUMBERS: dict[str, Entry] = {
    "large_float": entry(image(1, 2, 300, 310), "bcyx", RANGE),
    "large_uint16": entry(image(1, 1, 300, 310, dtype="uint16"), "bcyx", RANGE),
    "large_negative": entry(image(1, 300, 310) - np.float32(100), "cyx", RANGE),
    "large_channel_last": entry(image(1, 300, 310, 2), "byxc", RANGE, LARGE),
    "large_float64": entry(image(1, 300, 310, dtype="float64"), "cyx", RANGE),
    "large_all_axes": entry(image(2, 300, 310), "cyx", Step("scale_range")),
    "large_offset": entry(image(1, 300, 310, scale=0.1) + np.float32(1e6), "cyx", LARGE),
    "chain": entry(image(1, 2, 20, 31), "bcyx", *CHAIN),
    "softmax_last": entry(image(3, 5, 4), "yxc", Step("softmax", {"axis": "c"})),
    "softmax_y": entry(image(2, 9000, 3), "cyx", Step("softmax", {"axis": "y"})),
    "crop_of_statistics": entry(
        image(1, 2, 20, 31), "bcyx", RANGE, LARGE, crop=json_of(image(1, 2, 7, 9))
    ),
    "single_value": entry(np.float32([[3]]), "yx", LARGE, RANGE),
    "two_inputs": entry(
        image(1, 2, 4, 5),
        "bcyx",
        Step("scale_mean_variance", {"reference_tensor": "other", "axes": "yx"}),
        references={"other": {**json_of(image(5, 4, 2)), "letters": "xyc"}},
    ),
    "nan_stays": entry(np.float32([[1, np.nan]]), "yx", Step("sigmoid"), Step("clip", {"min": 2})),
    **{
        f"cast_{dtype}": entry(SPECIAL, "yx", Step("ensure_dtype", {"dtype": dtype}))
        for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "bool")
    },
    "cast_wide": entry(
        np.float64([[0.2, 2.0**63, 3.7]]), "yx", Step("ensure_dtype", {"dtype": "uint64"})
    ),
    "cast_integers": entry(
        np.int32([[-1, 70000, 300]]),
        "yx",
        Step("ensure_dtype", {"dtype": "uint8"}),
        Step("ensure_dtype", {"dtype": "int16"}),
    ),
}


def test_large_tensors_chains_and_casts_give_the_numbers_of_python(harness: Harness) -> None:
    found = harness.ask("ProcessingTest", list(NUMBERS.values()))
    for name, answer in zip(NUMBERS, found, strict=True):
        expected = in_python(NUMBERS[name])
        assert isinstance(expected, np.ndarray), name
        assert "message" not in answer, (name, answer)
        assert_agrees(answer, expected)


# --- complaints ----------------------------------------------------------------------------------

SMALL = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
NAN = np.float32([[[1, np.nan]]])


def refused(
    name: str, array: np.ndarray = SMALL, /, *, axis_names: str = "cyx", **kwargs: Any
) -> Any:
    return entry(array, axis_names, Step(name, kwargs))


REFUSED: list[Entry] = [
    refused("deconvolve", iterations=3),
    refused("custom", callable="run"),
    refused("stardist_postprocessing"),
    refused("sigmoid", axis="c"),
    refused("softmax", axis="b"),
    refused("softmax", axis_names="zyx"),
    refused("softmax", axis="t"),
    refused("binarize"),
    refused("binarize", threshold="a"),
    refused("binarize", threshold=[1.0, 2.0]),
    refused("binarize", threshold=[0.1, 0.2], axis="c"),
    refused("binarize", NAN, threshold=0.5),
    refused("binarize", threshold=[]),
    refused("binarize", threshold=True),
    refused("clip"),
    refused("clip", min=1, min_percentile=2.5),
    refused("clip", min=3.0, max=1),
    refused("clip", min=3.0, axes="yx"),
    refused("clip", min_percentile=50, max_percentile=20),
    refused("clip", NAN, min_percentile=50),
    refused("ensure_dtype", dtype="float16"),
    refused("ensure_dtype"),
    refused("ensure_dtype", NAN, dtype="uint8"),
    refused("ensure_dtype", NAN, dtype="bool"),
    refused("ensure_dtype", np.float32([[[1e20, -0.1]]]), dtype="int64"),
    refused("ensure_dtype", np.float64([[[1e300, 0.1]]]), dtype="uint64"),
    refused("fixed_zero_mean_unit_variance", mean=0.0, std=1e-9),
    refused("fixed_zero_mean_unit_variance", mean=[0.0, 1], std=[1.0], axis="y"),
    refused("fixed_zero_mean_unit_variance", std=1.0),
    refused("scale_linear", gain=[1.0, 2.0, 3.0], axis="y"),
    refused("scale_range", min_percentile=-1),
    refused("scale_range", max_percentile=1),
    refused("scale_range", min_percentile=99.5, max_percentile=99.5),
    refused("scale_range", eps=0),
    refused("scale_range", eps=1e-7, axes="yxq"),
    refused("scale_range", reference_tensor="other"),
    refused("scale_range", NAN),
    refused("zero_mean_unit_variance", NAN, axes="yx"),
    refused("zero_mean_unit_variance", np.float32([[[1, np.inf]]])),
    refused("zero_mean_unit_variance", axes="byx"),
    refused("zero_mean_unit_variance", axes=["y", "x"]),
    refused("zero_mean_unit_variance", np.zeros((1, 0, 3), np.float32)),
    refused("scale_mean_variance", reference_tensor=""),
    entry(
        SMALL,
        "cyx",
        Step("scale_mean_variance", {"reference_tensor": "other", "axes": "yx"}),
        references={"other": {**json_of(image(2, 2, 3)), "letters": "tyx"}},
    ),
    entry(
        SMALL,
        "cyx",
        Step("scale_mean_variance", {"reference_tensor": "missing"}),
        references={"a": {**json_of(SMALL), "letters": "cyx"}},
    ),
    entry(SMALL, "cyx", Step("sigmoid"), Step("zero_mean_unit_variance", {"axes": "x"})),
]
REFUSED[-1]["crop"] = json_of(SMALL[:, :1])


# The mean of infinity is infinity with a warning about what infinity minus itself is.
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_refused_steps_get_the_sentence_of_python(harness: Harness) -> None:
    found = harness.ask("ProcessingTest", REFUSED)
    for case, answer in zip(REFUSED, found, strict=True):
        error = in_python(case)
        assert isinstance(error, DeepbacsZooError), case["steps"]
        assert answer == {"kind": type(error).__name__, "message": str(error)}
