import math

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, PackageError
from deepbacs_zoo.processing import OPERATIONS, Operation, apply, fit
from deepbacs_zoo.processing import chain as chain_module
from deepbacs_zoo.tensors import Step

NORMALIZE = Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6})
RANGE = Step("scale_range", {"axes": "yx", "min_percentile": 2, "max_percentile": 98})
CROP = np.s_[:, :, 3:17, 20:44]


def image(shape=(1, 1, 40, 50), dtype=np.uint16, seed=0):
    return np.random.default_rng(seed).integers(0, 4000, shape).astype(dtype)


STEPS = [
    NORMALIZE,
    RANGE,
    Step("sigmoid"),
    Step("softmax"),
    Step("clip", {"max": 9.0}),
    Step("clip", {"min_percentile": 10, "axes": "yx"}),
    Step("binarize", {"threshold": [5, 7], "axis": "c"}),
    Step("scale_linear", {"gain": [2, 3], "axis": "c"}),
    Step("scale_mean_variance", {"reference_tensor": "ref", "axes": "yx"}),
    Step("fixed_zero_mean_unit_variance", {"mean": 3, "std": 7}),
    Step("ensure_dtype", {"dtype": "uint8"}),
]


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_crop_of_the_processed_image_is_the_processed_crop(step, dtype):
    array = image((1, 2, 400, 300), dtype)  # larger than one block of evaluation
    fitted = fit([step], array, "bcyx", {"ref": (image(seed=1), "bcyx")})
    np.testing.assert_array_equal(fitted(array)[CROP], fitted(array[CROP]))


def test_a_crop_along_an_axis_with_statistics_of_its_own_is_refused():
    array = image((1, 3, 8, 8))
    for step in (
        Step("zero_mean_unit_variance", {"axes": "yx"}),
        Step("clip", {"min_percentile": 5, "axes": "yx"}),
        Step("binarize", {"threshold": [1, 2, 3], "axis": "c"}),
    ):
        fitted = fit([step], array, "bcyx")
        with pytest.raises(DataError) as caught:
            fitted(array[:, :1])
        for part in ("axis 1", "1 positions", "allowed: 3 positions", "crop only"):
            assert part in str(caught.value)


def test_a_large_tensor_is_processed_as_plain_numpy_would():
    array = image((1, 2, 333, 257), np.float32)
    exact = array.astype(np.float64)
    mean, std = exact.mean((0, 2, 3), keepdims=True), exact.std((0, 2, 3), keepdims=True)
    found = apply([Step("zero_mean_unit_variance", {"axes": "byx"})], array, "bcyx")
    np.testing.assert_allclose(found, (exact - mean) / (std + 1e-6), rtol=1e-6, atol=1e-6)
    exact = np.exp(exact / 4000)
    for axis, number in (("c", 1), ("y", 2), ("x", 3)):
        found = apply([Step("softmax", {"axis": axis})], array / 4000, "bcyx")
        expected = exact / exact.sum(number, keepdims=True)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def test_a_step_is_measured_on_what_the_steps_before_made():
    array = image()
    clip = Step("clip", {"min": 0.0, "max": 100.0})
    both = fit([clip, NORMALIZE], array, "bcyx")
    assert both.statistics[1]["mean"].max() < 100
    done = both(array)
    assert abs(done.mean(dtype=np.float64)) < 1e-6
    assert abs(done.std(dtype=np.float64) - 1) < 1e-6


def test_the_statistics_are_reported_step_by_step_and_cannot_be_changed():
    fitted = fit([Step("sigmoid"), RANGE, NORMALIZE], image(dtype=np.float32), "bcyx")
    assert fitted.names == ("sigmoid", "scale_range", "zero_mean_unit_variance")
    assert [set(found) for found in fitted.statistics] == [
        set(),
        {"lower", "upper"},
        {"mean", "std"},
    ]
    assert all(v.dtype == np.float64 for found in fitted.statistics for v in found.values())
    assert fitted.statistics[1]["lower"].shape == (1, 1, 1, 1)
    with pytest.raises(TypeError):
        fitted.statistics[1]["lower"] = 3
    with pytest.raises(AttributeError):
        fitted.names = ()


def test_every_step_is_computed_once(monkeypatch):
    calls = []

    def counting(name):
        def measure(kwargs, tensor, references):
            found, function = OPERATIONS[name].measure(kwargs, tensor, references)
            return found, lambda array: (calls.append(name), function(array))[1]

        return Operation(name, measure)

    table = {name: counting(name) for name in OPERATIONS}
    monkeypatch.setattr(chain_module, "OPERATIONS", table)
    clip, linear = Step("clip", {"max": 9.0}), Step("scale_linear", {"gain": 2.0})
    apply([clip, NORMALIZE, linear], image(), "bcyx")
    assert calls == ["clip", "zero_mean_unit_variance", "scale_linear"]
    calls.clear()
    fit([clip, linear, Step("sigmoid")], image(), "bcyx")
    assert calls == []  # nothing is measured, so nothing is computed


def test_the_batch_is_an_axis_like_any_other():
    array = image((2, 1, 20, 20), np.float32)
    array[1] += 10_000
    alone = apply([Step("zero_mean_unit_variance", {"axes": "cyx"})], array, "bcyx")
    jointly = apply([Step("zero_mean_unit_variance", {"axes": "bcyx"})], array, "bcyx")
    np.testing.assert_allclose(alone.mean((1, 2, 3), dtype=np.float64), 0, atol=1e-6)
    assert jointly[0].max() < 0 < jointly[1].min()


def test_the_order_of_steps_matters():
    steps = [Step("scale_linear", {"gain": 2.0, "offset": 1.0}), Step("clip", {"max": 1000.0})]
    array = image()
    assert not np.array_equal(apply(steps, array, "bcyx"), apply(steps[::-1], array, "bcyx"))


def test_a_constant_image_is_normalized_to_zero_and_not_to_nan():
    for step in (NORMALIZE, RANGE):
        for dtype in (np.uint8, np.float32):
            assert not apply([step], np.full((1, 1, 4, 4), 7, dtype), "bcyx").any()
            assert not apply([step], np.full((1, 1, 300, 300), 0.1).astype(dtype), "bcyx").any()


@pytest.mark.parametrize(
    ("given", "expected"),
    [("bool", "float32"), ("uint8", "float32"), ("uint16", "float32"), ("float32", "float32"),
     ("int32", "float64"), ("float64", "float64")],
)  # fmt: skip
def test_what_float32_cannot_hold_becomes_float64(given, expected):
    array = image(dtype=given)
    for step in (*STEPS[:6], Step("binarize", {"threshold": 2})):
        assert apply([step], array, "bcyx").dtype == expected


def test_large_values_keep_their_differences():
    array = image().astype(np.uint16) % 100 + 60000
    expected = (array - array.mean()) / (array.std() + 1e-6)
    np.testing.assert_allclose(apply([NORMALIZE], array, "bcyx"), expected, atol=2e-7, rtol=1e-7)


def test_results_stay_in_the_ranges_that_the_operations_promise():
    array = np.random.default_rng(0).normal(0, 30, (1, 3, 50, 60)).astype(np.float32)
    full = apply([Step("scale_range")], array, "bcyx")
    assert full.min() == 0 and 0.999 < full.max() <= 1
    soft = apply([Step("softmax")], array, "bcyx")
    np.testing.assert_allclose(soft.sum(1), 1, rtol=1e-6)
    assert set(np.unique(apply([Step("binarize", {"threshold": 0})], array, "bcyx"))) == {0, 1}
    limited = apply([Step("clip", {"min": -1.1, "max": 2.3})], array, "bcyx")
    assert limited.min() == np.float32(-1.1) and limited.max() == np.float32(2.3)


def test_the_input_is_not_changed():
    array = image(dtype=np.float32)
    before = array.copy()
    steps = [Step("ensure_dtype", {"dtype": "float32"}), *STEPS[:6], NORMALIZE]
    apply(steps, array, "bcyx")
    np.testing.assert_array_equal(array, before)


def test_a_read_only_or_transposed_tensor_is_taken():
    array = image((1, 400, 300, 1), np.float32).transpose(0, 3, 1, 2)
    array.setflags(write=False)
    for step in (NORMALIZE, RANGE, Step("sigmoid"), Step("clip", {"max": 3.0})):
        expected = apply([step], np.ascontiguousarray(array), "bcyx")
        np.testing.assert_allclose(apply([step], array, "bcyx"), expected, rtol=1e-6)


def test_no_steps_leave_the_tensor_as_it_is():
    array = image()
    assert apply([], array, "bcyx") is array


def test_extreme_values_pass_sigmoid_and_softmax_without_a_warning():
    array = np.array([[-1e4, 0, 1e4]], np.float32)
    np.testing.assert_array_equal(apply([Step("sigmoid")], array, "yx"), [[0, 0.5, 1]])
    np.testing.assert_array_equal(apply([Step("softmax", {"axis": "x"})], array, "yx"), [[0, 0, 1]])


# --- nothing turns NaN into a number -------------------------------------------------------------


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("step", [NORMALIZE, RANGE, Step("clip", {"max_percentile": 99.0})])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_statistics_that_are_no_numbers_are_an_error(step, value):
    array = image(dtype=np.float32)
    array[0, 0] = value
    with pytest.raises(DataError) as caught:
        apply([step], array, "bcyx")
    for part in (step.name, "not a finite number", "allowed: tensors without NaN", "look for"):
        assert part in str(caught.value)


def test_a_truth_value_or_an_integer_is_never_made_of_nan():
    array = np.array([[1, np.nan]], np.float32)
    for step in (
        Step("binarize", {"threshold": 0}),
        Step("ensure_dtype", {"dtype": "bool"}),
        Step("ensure_dtype", {"dtype": "int32"}),
    ):
        with pytest.raises(DataError, match="NaN") as caught:
            apply([step], array, "yx")
        assert "allowed: numbers" in str(caught.value)


def test_nan_stays_nan_where_the_result_is_a_float():
    array = np.array([[1, np.nan]], np.float32)
    for step in (
        Step("clip", {"min": 0.0, "max": 1.0}),
        Step("sigmoid"),
        Step("scale_linear", {"gain": 2.0}),
        Step("ensure_dtype", {"dtype": "float64"}),
    ):
        assert math.isnan(apply([step], array, "yx")[0, 1])


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e30])
def test_no_integer_stands_for_infinity(value):
    for dtype in ("uint8", "int64", "uint64"):
        with pytest.raises(DataError, match="which no integer can stand for"):
            apply([Step("ensure_dtype", {"dtype": dtype})], np.array([[value]], np.float32), "yx")


def test_numbers_of_64_bits_are_cast_whole():
    array = np.array([[2.0**63, 2.0**64 - 2048, 5, -1]], np.float64)
    found = apply([Step("ensure_dtype", {"dtype": "uint64"})], array, "yx")
    assert found.tolist() == [[2**63, 2**64 - 2048, 5, 2**64 - 1]]


# --- tensors that do not fit ---------------------------------------------------------------------


def test_an_axis_that_the_tensor_does_not_have_is_named():
    for step in (Step("softmax"), Step("zero_mean_unit_variance", {"axes": "cyx"})):
        with pytest.raises(PackageError) as caught:
            apply([step], image((4, 5)), "yx")
        for part in (step.name, "axis that the tensor does not have (c)", "allowed: yx"):
            assert part in str(caught.value)


def test_values_along_an_axis_must_be_as_many_as_its_positions():
    step = Step("scale_linear", {"gain": [2.0], "axis": "c"})
    with pytest.raises(PackageError) as caught:
        apply([step], image((1, 3, 4, 5)), "bcyx")
    for part in ("gain", "1 values", "allowed: 3 values"):
        assert part in str(caught.value)


@pytest.mark.parametrize("shape", [(4, 5), (1, 0, 4, 5)])
def test_a_tensor_without_its_axes_or_without_values_is_refused(shape):
    with pytest.raises(DataError, match="empty or does not have the axes"):
        fit([NORMALIZE], np.zeros(shape, np.float32), "bcyx")


def test_a_reference_may_have_its_axes_in_another_order():
    array, reference = image((1, 2, 5, 6), np.float32), image((1, 7, 8, 2), np.float32, 1)
    step = Step("scale_mean_variance", {"reference_tensor": "ref", "axes": "yx"})
    done = apply([step], array, "bcyx", {"ref": (reference, "byxc")})
    np.testing.assert_allclose(
        done.mean((2, 3), dtype=np.float64), reference.mean((1, 2), dtype=np.float64), rtol=1e-6
    )


def test_a_missing_reference_is_named_with_those_that_are_there():
    step = Step("scale_range", {"reference_tensor": "raw2"})
    with pytest.raises(PackageError) as caught:
        apply([step], image(), "bcyx", {"raw": (image(), "bcyx")})
    for part in ("reference_tensor", "raw2", "allowed: raw;"):
        assert part in str(caught.value)


def test_a_reference_that_keeps_an_axis_too_many_is_refused():
    step = Step("scale_range", {"reference_tensor": "ref", "axes": "yx"})
    with pytest.raises(PackageError, match="keep an axis"):
        apply([step], image((4, 5), np.float32), "yx", {"ref": (image((1, 3, 4, 5)), "bcyx")})
