import numpy as np
import pytest

from deepbacs_zoo.processing.statistics import mean_and_std, percentiles

LARGE = (1, 2, 300, 257)  # several blocks, none of them even


def drawn(dtype, shape=LARGE, seed=0):
    return (np.random.default_rng(seed).normal(20000, 3000, shape)).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("axes", [None, "cyx", "yx", "y", "x", "c", ""])
def test_mean_and_deviation_are_those_of_numpy_in_float64(dtype, axes):
    array = drawn(dtype)
    numbers = tuple("bcyx".index(axis) for axis in ("bcyx" if axes is None else axes))
    mean, std = mean_and_std(array, "bcyx", "bcyx", axes)
    exact = array.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(numbers, keepdims=True), rtol=1e-13)
    np.testing.assert_allclose(std, exact.std(numbers, keepdims=True), rtol=1e-12, atol=1e-10)


def test_the_mean_of_integers_is_exact():
    array = np.full((2000, 2000), 65535, np.uint16)
    array[0, 0] = 65531
    mean, _ = mean_and_std(array, "yx", "yx", None)
    assert mean.item() == (65535 * array.size - 4) / array.size


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("axes", [None, "byx", "yx", "c"])
@pytest.mark.parametrize("ranks", [(0.0, 100.0), (1.0, 99.8), (50.0,), (0.0, 33.3), (99.9999,)])
def test_percentiles_are_those_of_numpy_on_float64(dtype, axes, ranks):
    array = drawn(dtype, (2, 3, 40, 31))
    numbers = tuple("bcyx".index(axis) for axis in ("bcyx" if axes is None else axes))
    expected = np.percentile(array.astype(np.float64), ranks, axis=numbers, keepdims=True)
    found = percentiles(array, "bcyx", "bcyx", axes, ranks)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_a_percentile_of_one_value_is_that_value():
    (found,) = percentiles(np.array([[3.0]], np.float32), "yx", "yx", None, (37.0,))
    assert found.tolist() == [[3.0]]


def test_integers_are_interpolated_without_overflow():
    array = np.array([[0, 255, 255, 0]], np.uint8)
    (found,) = percentiles(array, "yx", "yx", None, (50.0,))
    assert found.item() == 127.5
    (found,) = percentiles(np.array([[-128, 127]], np.int8), "yx", "yx", None, (50.0,))
    assert found.item() == -0.5


def test_nan_makes_its_own_rows_percentile_nan_and_no_other():
    array = drawn(np.float32, (2, 50))
    array[0, 7] = np.nan
    for ranks in ((50.0,), (0.0, 100.0), (1.0, 99.0)):
        for found in percentiles(array, "cx", "cx", "x", ranks):
            assert np.isnan(found).ravel().tolist() == [True, False]


def test_statistics_of_a_reference_take_the_order_of_the_processed_tensor():
    reference = drawn(np.float32, (4, 5, 3))
    mean, _ = mean_and_std(reference, "yxc", "bcyx", "yx")
    assert mean.shape == (1, 3, 1, 1)
    np.testing.assert_allclose(mean.ravel(), reference.mean((0, 1), dtype=np.float64))
