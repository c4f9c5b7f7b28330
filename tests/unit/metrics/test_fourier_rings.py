"""Fourier ring correlation: waves whose correlation is known on paper."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft
from scipy.signal import windows

from deepbacs_zoo.metrics import RingCorrelation, ring_correlation
from deepbacs_zoo.metrics.fourier_rings import RING_THRESHOLD


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("shape", [(32, 32), (24, 33), (41, 30)])
def test_the_curve_follows_its_formula_on_the_whole_transform(shape):
    target, image = noise(shape), noise(shape) + noise(shape, 1)
    window = np.outer(*(windows.tukey(size, 0.25) for size in shape))
    one, two = (fft.fft2((each - each.mean()) * window) for each in (target, image))
    frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, shape), indexing="ij"))
    rings = np.rint(frequency * min(shape)).astype(int)
    expected = []
    for number in range(1, min(shape) // 2 + 1):
        ring = rings == number
        power = (np.abs(one[ring]) ** 2).sum() * (np.abs(two[ring]) ** 2).sum()
        expected.append((one[ring] * two[ring].conj()).sum().real / math.sqrt(power))
    found = ring_correlation(target, image)
    np.testing.assert_allclose(found.correlations, expected, atol=1e-12)
    np.testing.assert_allclose(found.frequencies * min(shape), range(1, min(shape) // 2 + 1))


@given(st.integers(0, 50), st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
@settings(max_examples=20, deadline=None)
def test_the_same_image_in_any_unit_correlates_everywhere(seed, factor, shift):
    image = noise((30, 44), seed)
    found = ring_correlation(image, image * factor + shift)
    np.testing.assert_allclose(found.correlations, 1, atol=1e-6)
    assert found.resolution == 2


def test_the_negative_of_an_image_has_no_resolution():
    image = noise((40, 52))
    found = ring_correlation(image, -image)
    np.testing.assert_allclose(found.correlations, -1)
    assert found.resolution == 40


def test_independent_noise_does_not_correlate():
    found = ring_correlation(noise((256, 256)), noise((256, 256), 1))
    assert np.abs(found.correlations[60:]).max() < 0.2
    assert found.resolution > 50


@pytest.mark.parametrize("cutoff", [0.1, 0.2, 0.35])
def test_the_resolution_is_that_of_the_band_that_both_share(cutoff):
    target = noise((256, 320))
    frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, target.shape), indexing="ij"))
    image = fft.ifft2(np.where(frequency <= cutoff, fft.fft2(target), 0)).real
    image = image + 0.05 * noise(target.shape, 7)
    # Beyond its cut-off the image holds noise of its own alone.
    assert ring_correlation(target, image).resolution == pytest.approx(1 / cutoff, rel=0.08)


def test_the_crossing_is_interpolated_on_the_running_mean():
    curve = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0.0])
    found = RingCorrelation(np.arange(1, 11) / 20, curve, 20)
    np.testing.assert_allclose(found.smooth[:7], [1, 1, 1, 2 / 3, 1 / 3, 0, 0])
    # From 1/3 at 5/20 to 0 at 6/20: 1/7 lies (1/3 - 1/7) / (1/3) = 4/7 of the way.
    assert pytest.approx(1 / 7) == RING_THRESHOLD
    assert found.resolution == pytest.approx(20 / (5 + 4 / 7))


def test_targets_without_contrast_have_no_resolution():
    image = noise((20, 20))
    assert math.isnan(ring_correlation(np.ones((20, 20)), image).resolution)
    assert math.isnan(ring_correlation(image, image * np.nan).resolution)
    assert ring_correlation(image, np.ones((20, 20))).resolution == 20
    with pytest.raises(ValueError, match="one shape"):
        ring_correlation(image, image[1:])
