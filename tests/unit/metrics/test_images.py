"""PSNR, SSIM and NRMSE against their formulas, and what they do not depend on."""

import math

import numpy as np
import pytest

from deepbacs_zoo.metrics import compare_images
from deepbacs_zoo.metrics.images import MOST_PSNR, fit_to_target, scale_target


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    target = rng.gamma(2.0, 50.0, (32, 48))
    return target, target + rng.normal(0, 20, target.shape)


def test_the_scores_follow_their_formulas(pair):
    target, image = pair
    low, high = np.percentile(target, (0.1, 99.9))
    truth = (target - low) / (high - low)
    slope, offset = np.polyfit(image.ravel(), truth.ravel(), 1)
    error = np.mean((slope * image + offset - truth) ** 2)
    scores = compare_images(target, image)
    assert scores.psnr == pytest.approx(-10 * math.log10(error))
    assert scores.nrmse == pytest.approx(math.sqrt(error))


def test_ssim_is_the_mean_over_windows_of_seven_pixels(pair):
    target, image = pair
    truth = scale_target(target)
    fitted = fit_to_target(truth, image)
    windows = [
        np.lib.stride_tricks.sliding_window_view(each, (7, 7)).reshape(-1, 49)
        for each in (truth, fitted)
    ]
    means = [each.mean(axis=1) for each in windows]
    variances = [each.var(axis=1, ddof=1) for each in windows]
    both = ((windows[0] - means[0][:, None]) * (windows[1] - means[1][:, None])).sum(axis=1) / 48
    one, two = 0.01**2, 0.03**2
    ssim = ((2 * means[0] * means[1] + one) * (2 * both + two)) / (
        (means[0] ** 2 + means[1] ** 2 + one) * (variances[0] + variances[1] + two)
    )
    assert compare_images(target, image).ssim == pytest.approx(ssim.mean())


def test_the_unit_of_an_image_does_not_matter(pair):
    target, image = pair
    one, other = compare_images(target, image), compare_images(target * 3 + 7, image * 0.01 - 5)
    for name in ("psnr", "ssim", "nrmse"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


def test_the_same_image_has_the_best_scores(pair):
    target, _ = pair
    scores = compare_images(target, target * 2 + 1)
    assert scores.psnr == MOST_PSNR
    assert scores.ssim == pytest.approx(1)
    assert scores.nrmse == pytest.approx(0, abs=1e-9)


def test_an_image_without_contrast_is_the_mean_of_its_target(pair):
    target, _ = pair
    truth = scale_target(target)
    assert compare_images(target, np.ones(target.shape)).nrmse == pytest.approx(truth.std())


def test_a_target_without_contrast_has_no_scores(pair):
    _, image = pair
    scores = compare_images(np.ones(image.shape), image)
    assert all(math.isnan(value) for value in (scores.psnr, scores.ssim, scores.nrmse))


def test_small_images_have_no_ssim(pair):
    target, image = (each[:6, :20] for each in pair)
    scores = compare_images(target, image)
    assert math.isnan(scores.ssim)
    assert math.isfinite(scores.psnr)


def test_images_of_two_shapes_are_refused(pair):
    target, image = pair
    with pytest.raises(ValueError, match="one shape"):
        compare_images(target, image[1:])
