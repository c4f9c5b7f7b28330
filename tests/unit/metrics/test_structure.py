"""Structure that was lost and that was invented: true stripes stay, none are invented."""

import math

import numpy as np
import pytest
from scipy import ndimage

from deepbacs_zoo.metrics.structure import compare_structure

SHAPE = (96, 128)


def stripes(period, contrast=0.4):
    return 0.5 + contrast / 2 * np.sign(
        np.sin(2 * np.pi * (np.arange(SHAPE[1]) + 0.5) / period)
    ) * np.ones((SHAPE[0], 1))


FLAT = np.full(SHAPE, 0.5)


@pytest.mark.parametrize("period", [2, 4, 8, 12])
def test_true_stripes_stay(period):
    truth = stripes(period)
    assert compare_structure(truth, truth) == pytest.approx((1, 1))
    lost = compare_structure(truth, FLAT)
    assert lost.recall == 0
    assert math.isnan(lost.precision)


@pytest.mark.parametrize("period", [2, 4, 8, 12])
def test_no_stripes_are_invented(period):
    invented = compare_structure(FLAT, stripes(period))
    assert math.isnan(invented.recall)
    assert invented.precision == 0


def test_half_the_contrast_is_half_the_structure():
    # With two pixels a period all is in the finest band.
    found = compare_structure(stripes(2), stripes(2, 0.2))
    assert found == pytest.approx((0.5, 1), abs=1e-4)
    assert compare_structure(stripes(2, 0.2), stripes(2)) == pytest.approx((1, 0.5), abs=1e-4)


def test_stripes_of_the_wrong_sign_are_both_lost_and_invented():
    assert compare_structure(stripes(8), 1 - stripes(8)) == pytest.approx((0, 0))


def test_invented_stripes_beside_true_ones_cost_precision_alone():
    truth = np.where(np.arange(SHAPE[0])[:, None] < 48, stripes(8), 0.5)
    found = compare_structure(truth, stripes(8))
    assert found.recall == pytest.approx(1, abs=0.02)
    assert found.precision == pytest.approx(0.5, abs=0.03)


def test_smoothing_loses_structure_and_invents_none():
    truth = stripes(8)
    found = compare_structure(truth, ndimage.gaussian_filter(truth, 2))
    assert found.recall < 0.6
    assert found.precision > 0.95


def test_weak_noise_and_slow_changes_are_no_structure():
    rng = np.random.default_rng(0)
    background = np.linspace(0, 1, SHAPE[1]) * np.ones((SHAPE[0], 1))
    noisy = background + rng.normal(0, 0.005, SHAPE)
    assert all(math.isnan(value) for value in compare_structure(background, noisy))
