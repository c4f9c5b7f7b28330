"""Noise of a camera, variance stabilization, and residuals that are white or not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from deepbacs_zoo.metrics import CameraNoise, estimate_noise, residual_correlation

SHAPE = (200, 256)


def scene(least=20.0, most=200.0):
    """A smooth signal."""
    field = ndimage.gaussian_filter(np.random.default_rng(5).random(SHAPE), 6)
    return least + (most - least) * (field - field.min()) / np.ptp(field)


def photographed(signal, gain=1.0, offset=0.0, read=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return gain * rng.poisson(signal) + offset + rng.normal(0, read, signal.shape)


def test_without_read_noise_it_is_the_transform_of_anscombe():
    noise = CameraNoise(1.0, 0.0)
    values = np.array([0, 1, 10, 100])
    np.testing.assert_allclose(noise.stabilize(values), 2 * np.sqrt(values + 3 / 8))
    # For a Poisson variable of mean 0 the transform is a constant, and restored it is 0.
    assert noise.restore(np.array([2 * math.sqrt(3 / 8)])) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("gain", "offset", "read"), [(1, 0, 0), (2.2, 100, 3), (0.5, 0, 4)])
@pytest.mark.parametrize("photons", [4, 20, 300])
def test_stabilized_noise_has_the_variance_one_and_is_restored_without_bias(
    gain, offset, read, photons
):
    signal = np.full((400, 400), photons, np.float64)
    image = photographed(signal, gain, offset, read)
    noise = CameraNoise(gain, read**2 - gain * offset)
    mean = gain * photons + offset
    stabilized = noise.stabilize(image)
    assert noise.variance(np.array(mean)) == pytest.approx(image.var(), rel=0.03)
    assert stabilized.var() == pytest.approx(1, abs=0.08)
    assert noise.expected(np.array([mean]))[0] == pytest.approx(stabilized.mean(), abs=0.02)
    restored = noise.restore(np.array([stabilized.mean()]))
    assert restored == pytest.approx(mean, rel=0.01)


@given(st.floats(0.01, 100), st.floats(-1e3, 1e3), st.floats(1, 1e4))
@settings(max_examples=30, deadline=None)
def test_the_expected_value_and_its_restoration_are_inverse(gain, constant, photons):
    noise = CameraNoise(gain, constant)
    mean = np.array([gain * photons - constant / gain])
    found = noise.restore(noise.expected(mean))
    assert found == pytest.approx(mean, rel=1e-3, abs=1e-2 * gain)


def test_noise_without_photons_is_divided_by_its_deviation():
    noise, values = CameraNoise(0.0, 25.0), np.array([0.0, 10.0, -5.0])
    np.testing.assert_allclose(noise.stabilize(values), [0, 2, -1])
    np.testing.assert_allclose(noise.restore(noise.expected(values)), values)
    np.testing.assert_allclose(CameraNoise(0.0, 0.0).stabilize(values), values)


@pytest.mark.parametrize(("gain", "offset", "read"), [(1, 0, 0), (2.2, 100, 3), (0.5, 10, 4)])
def test_the_noise_is_estimated_from_signal_and_image(gain, offset, read):
    signal = scene()
    found = estimate_noise(gain * signal + offset, photographed(signal, gain, offset, read))
    middle = gain * 100 + offset
    assert found.gain == pytest.approx(gain, rel=0.06)
    assert found.variance(np.array(middle)) == pytest.approx(gain**2 * 100 + read**2, rel=0.03)


def test_noise_that_does_not_grow_is_even():
    rng = np.random.default_rng(0)
    flat = np.full(SHAPE, 10.0)
    assert estimate_noise(flat, flat + rng.normal(0, 3, SHAPE)) == CameraNoise(
        0.0, pytest.approx(9, rel=0.05)
    )
    falling = scene() + rng.normal(0, 1, SHAPE) * (300 - scene())
    assert estimate_noise(scene(), falling).gain == 0
    assert estimate_noise(scene(), scene()) == CameraNoise(0.0, 0.0)


@pytest.mark.parametrize("camera", [(1, 0, 0), (2.2, 100, 3)])
@pytest.mark.parametrize("least", [2, 50])
def test_the_residual_of_the_truth_is_white_whatever_its_unit(camera, least):
    signal = scene(least, 200)
    found = residual_correlation(photographed(signal, *camera), signal * 0.01 - 3)
    assert abs(found.strongest) < 2 * found.expected
    assert found.expected == pytest.approx(2.24 / math.sqrt(signal.size))


def stripes(period=6):
    return 30 * ((np.arange(SHAPE[1]) // (period // 2)) % 2) * np.ones((SHAPE[0], 1))


def test_lost_stripes_leave_a_residual_in_which_neighbors_are_alike():
    signal = scene() + stripes()
    found = residual_correlation(photographed(signal), scene())
    assert found.strongest > 0.3
    assert found.lag[1] == 0, "along the stripes"


def test_invented_stripes_leave_a_structured_residual():
    found = residual_correlation(photographed(scene()), scene() + stripes())
    assert abs(found.strongest) > 0.3


def test_smoothing_leaves_noise_in_the_prediction_and_neighbors_unlike():
    image = photographed(np.full(SHAPE, 100.0))
    found = residual_correlation(image, ndimage.gaussian_filter(image, 1))
    # Of the kernel k = delta - g: (k * k)(0, 1) / (k * k)(0, 0).
    kernel = -ndimage.gaussian_filter(np.eye(1, 441, 220).reshape(21, 21), 1)
    kernel[10, 10] += 1
    expected = (kernel[:, 1:] * kernel[:, :-1]).sum() / (kernel**2).sum()
    slope = np.cov(image.ravel(), ndimage.gaussian_filter(image, 1).ravel())
    assert slope[0, 1] / slope[1, 1] == pytest.approx(2, abs=0.1)
    assert expected < -0.1
    assert found.strongest < -0.05


def test_an_image_as_it_is_has_no_residual():
    image = photographed(scene())
    assert math.isnan(residual_correlation(image, image * 2 + 1).strongest)
    with pytest.raises(ValueError, match="one shape"):
        residual_correlation(image, image[1:])
