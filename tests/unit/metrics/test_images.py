"""Scores of images against their formulas, and what they do not depend on."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbacs_zoo.metrics import compare_images
from deepbacs_zoo.metrics.images import MOST_PSNR, ImageSimilarity, fit_to_target, scale_target

NAMES = [each.name for each in dataclasses.fields(ImageSimilarity)]
FITTED = [name for name in NAMES if not name.endswith("_unfitted")]


def images(seed):
    rng = np.random.default_rng(seed)
    target = rng.gamma(2.0, 50.0, (32, 48))
    return target, target + rng.normal(0, 20, target.shape)


@pytest.fixture
def pair():
    return images(0)


def test_the_fitted_scores_follow_their_formulas(pair):
    target, image = pair
    low, high = np.percentile(target, (0.1, 99.9))
    truth = (target - low) / (high - low)
    slope, offset = np.polyfit(image.ravel(), truth.ravel(), 1)
    difference = slope * image + offset - truth
    error = np.mean(difference**2)
    scores = compare_images(target, image)
    assert scores.psnr == pytest.approx(-10 * math.log10(error))
    assert scores.nrmse == pytest.approx(math.sqrt(error))
    assert scores.zc_nrmse == pytest.approx(math.sqrt(np.mean(np.abs(difference))))
    assert scores.pearson == pytest.approx(np.corrcoef(target.ravel(), image.ravel())[0, 1])


def test_the_unfitted_scores_follow_their_formulas():
    target = np.tile(np.arange(100.0), (10, 1))
    low, high = np.percentile(target, (0.1, 99.9))
    assert high - low == pytest.approx(99)  # each value is there ten times
    scores = compare_images(target, target + 9.9)
    assert scores.nrmse_unfitted == pytest.approx(0.1)
    assert scores.psnr_unfitted == pytest.approx(20)
    assert scores.nrmse == pytest.approx(0, abs=1e-9)


def windows_of(image):
    return np.lib.stride_tricks.sliding_window_view(image, (7, 7)).reshape(-1, 49)


@pytest.mark.parametrize("fitted", [True, False])
def test_ssim_is_the_mean_over_windows_of_seven_pixels(pair, fitted):
    target, image = pair
    truth = scale_target(target)
    low, high = np.percentile(target, (0.1, 99.9))
    other = fit_to_target(truth, image) if fitted else (image - low) / (high - low)
    windows = [windows_of(each) for each in (truth, other)]
    means = [each.mean(axis=1) for each in windows]
    variances = [each.var(axis=1, ddof=1) for each in windows]
    both = ((windows[0] - means[0][:, None]) * (windows[1] - means[1][:, None])).sum(axis=1) / 48
    one, two = 0.01**2, 0.03**2
    ssim = ((2 * means[0] * means[1] + one) * (2 * both + two)) / (
        (means[0] ** 2 + means[1] ** 2 + one) * (variances[0] + variances[1] + two)
    )
    scores = compare_images(target, image)
    assert (scores.ssim if fitted else scores.ssim_unfitted) == pytest.approx(ssim.mean())


@given(
    st.integers(0, 20),
    st.floats(1e-3, 1e3),
    st.floats(-1e3, 1e3),
    st.floats(1e-3, 1e3),
    st.floats(-1e3, 1e3),
)
@settings(max_examples=25, deadline=None)
def test_the_unit_does_not_matter_to_the_fitted_scores(seed, factor, shift, other, move):
    target, image = images(seed)
    one = compare_images(target, image)
    two = compare_images(target * factor + shift, image * other + move)
    for name in FITTED:
        # Otsu's threshold has 256 bins, so a pixel at its edge may fall on either side.
        allowed = 0.02 if name == "pearson_objects" else 1e-4
        assert getattr(one, name) == pytest.approx(getattr(two, name), abs=allowed), name


@given(st.integers(0, 20), st.floats(0.1, 10), st.floats(-100, 100))
@settings(max_examples=15, deadline=None)
def test_one_change_of_unit_of_both_does_not_matter_to_the_unfitted_scores(seed, factor, shift):
    target, image = images(seed)
    one = compare_images(target, image)
    two = compare_images(target * factor + shift, image * factor + shift)
    for name in ("psnr_unfitted", "ssim_unfitted", "nrmse_unfitted"):
        assert getattr(one, name) == pytest.approx(getattr(two, name))


def test_the_same_image_has_the_best_scores(pair):
    target, _ = pair
    scores = compare_images(target, target)
    assert (scores.psnr, scores.psnr_unfitted) == (MOST_PSNR, MOST_PSNR)
    for name in ("nrmse", "nrmse_unfitted", "zc_nrmse"):
        assert getattr(scores, name) == pytest.approx(0, abs=1e-7)
    for name in ("ssim", "ssim_unfitted", "pearson", "pearson_objects"):
        assert getattr(scores, name) == pytest.approx(1)
    assert (scores.structure_recall, scores.structure_precision) == pytest.approx((1, 1))


def test_another_unit_costs_the_unfitted_scores_alone(pair):
    target, _ = pair
    scores = compare_images(target, target * 2 + 1)
    assert scores.psnr == MOST_PSNR
    assert scores.psnr_unfitted < 20
    assert scores.ssim_unfitted < 0.9
    assert scores.nrmse_unfitted > 0.1


def test_an_image_without_contrast_is_the_mean_of_its_target(pair):
    target, _ = pair
    truth = scale_target(target)
    scores = compare_images(target, np.ones(target.shape))
    assert scores.nrmse == pytest.approx(truth.std())
    assert (scores.pearson, scores.pearson_objects, scores.structure_recall) == (0, 0, 0)
    assert math.isnan(scores.structure_precision)


@pytest.mark.parametrize(
    "change", [lambda target, image: (np.ones(target.shape), image), lambda t, i: (t, i * np.nan)]
)
def test_a_target_without_contrast_or_an_image_without_numbers_has_no_scores(pair, change):
    scores = compare_images(*change(*pair))
    assert all(math.isnan(getattr(scores, name)) for name in NAMES)


def test_small_images_have_no_ssim(pair):
    target, image = (each[:6, :20] for each in pair)
    scores = compare_images(target, image)
    assert math.isnan(scores.ssim)
    assert math.isfinite(scores.psnr)


def test_images_of_two_shapes_are_refused(pair):
    target, image = pair
    with pytest.raises(ValueError, match="one shape"):
        compare_images(target, image[1:])
