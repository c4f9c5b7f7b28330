import numpy as np
import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.processing import apply, fit
from deepbacs_zoo.tensors import Step

NORMALIZE = Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6})
RANGE = Step("scale_range", {"axes": "yx", "min_percentile": 2, "max_percentile": 98})


def image(shape=(1, 1, 40, 50), dtype=np.uint16, seed=0):
    return np.random.default_rng(seed).integers(0, 4000, shape).astype(dtype)


@pytest.mark.parametrize("step", [NORMALIZE, RANGE, Step("sigmoid"), Step("clip", {"max": 9.0})])
def test_a_crop_of_the_processed_image_is_the_processed_crop(step):
    array = image()
    fitted = fit([step], array, "bcyx")
    crop = np.s_[:, :, 3:17, 20:44]
    np.testing.assert_array_equal(fitted(array)[crop], fitted(array[crop]))


def test_a_step_is_measured_on_what_the_steps_before_made():
    array = image()
    clip = Step("clip", {"min": 0.0, "max": 100.0})
    both = fit([clip, NORMALIZE], array, "bcyx")
    assert both.statistics[1]["mean"].max() < 100
    done = both(array)
    assert abs(done.mean(dtype=np.float64)) < 1e-6
    assert abs(done.std(dtype=np.float64) - 1) < 1e-6


def test_the_order_of_steps_matters():
    steps = [Step("scale_linear", {"gain": 2.0, "offset": 1.0}), Step("clip", {"max": 1000.0})]
    array = image()
    assert not np.array_equal(apply(steps, array, "bcyx"), apply(steps[::-1], array, "bcyx"))


def test_a_constant_image_is_normalized_to_zero_and_not_to_nan():
    for step in (NORMALIZE, RANGE):
        assert not apply([step], np.full((1, 1, 4, 4), 7, np.uint8), "bcyx").any()


@pytest.mark.parametrize(
    ("given", "expected"),
    [("uint8", "float32"), ("uint16", "float32"), ("float32", "float32"), ("int32", "float64"),
     ("float64", "float64")],
)  # fmt: skip
def test_what_float32_cannot_hold_becomes_float64(given, expected):
    assert apply([NORMALIZE], image(dtype=given), "bcyx").dtype == expected


def test_large_values_keep_their_differences():
    array = image().astype(np.uint16) % 100 + 60000
    expected = (array - array.mean()) / (array.std() + 1e-6)
    np.testing.assert_allclose(apply([NORMALIZE], array, "bcyx"), expected, atol=2e-7, rtol=1e-7)


def test_the_input_is_not_changed():
    array = image(dtype=np.float32)
    before = array.copy()
    apply([Step("clip", {"max": 5.0}), NORMALIZE, Step("softmax"), RANGE], array, "bcyx")
    np.testing.assert_array_equal(array, before)


def test_no_steps_leave_the_tensor_as_it_is():
    array = image()
    assert apply([], array, "bcyx") is array


def test_extreme_values_pass_sigmoid_without_a_warning():
    array = np.array([[-1e4, 0, 1e4]], np.float32)
    np.testing.assert_array_equal(apply([Step("sigmoid")], array, "yx"), [[0, 0.5, 1]])


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
