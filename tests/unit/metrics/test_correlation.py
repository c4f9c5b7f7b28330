"""Pearson correlation, over the whole field and near objects."""

import math

import numpy as np
import pytest

from deepbacs_zoo.metrics import near_objects, pearson


def test_the_correlation_of_four_pixels_is_that_on_paper():
    # Deviations from the means: -1 -1 1 1 and -2 0 2 0.
    assert pearson(
        np.array([[0, 0], [2, 2]]), np.array([[1, 3], [5, 3]], np.uint8)
    ) == pytest.approx(4 / math.sqrt(4 * 8))


def test_only_marked_pixels_count():
    target, image = np.array([[0.0, 1, 2, 3]]), np.array([[9.0, 1, 2, 3]])
    assert pearson(target, image) < 0
    assert pearson(target, image, np.array([[False, True, True, True]])) == pytest.approx(1)


def test_what_has_no_contrast_correlates_with_nothing():
    varied = np.arange(6.0).reshape(2, 3)
    assert math.isnan(pearson(np.full((2, 3), 0.1), varied))
    assert pearson(varied, np.full((2, 3), 0.1)) == 0
    assert math.isnan(pearson(varied, varied, np.zeros((2, 3), np.bool_)))


def test_objects_are_bright_in_the_target_and_have_a_rim_of_five_pixels():
    target = np.random.default_rng(0).normal(10, 0.5, (60, 80))
    target[20:30, 30:50] += 100
    expected = np.zeros(target.shape, np.bool_)
    expected[15:35, 25:55] = True
    found = near_objects(target)
    assert (found == expected).mean() > 0.99
    assert found[14:36, 24:56].all() or not found[13].any()
    assert not near_objects(np.ones((9, 9))).any()


def test_a_field_of_empty_background_flatters_but_not_near_objects():
    rng = np.random.default_rng(1)
    target = np.zeros((200, 200))
    target[90:110, 90:110] = 100 + 20 * rng.random((20, 20))
    image = np.where(target > 0, 110.0, 0.0)
    near = near_objects(target)
    assert pearson(target, image) > 0.99
    assert pearson(target, image, near) < pearson(target, image)
