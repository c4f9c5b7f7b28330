"""Thresholds are chosen by objects, and left alone where nothing is to be gained."""

import dataclasses
import math

import numpy as np
import pytest

from deepbacs_zoo.package.zoo_config import Foreground, Multilabel, Spline, StarConvex
from deepbacs_zoo.package.zoo_config.decoding import KINDS
from deepbacs_zoo.training.tuning.thresholds import _CHOICES, label_score, tune

STARS = StarConvex("p", n_rays=8)


def test_every_kind_of_label_image_has_thresholds_to_choose_that_it_has():
    examples = (Multilabel("p"), Foreground("p"), STARS, Spline("p", points=4))
    labels = [kind for kind in KINDS.values() if kind.result == "labels"]
    assert [type(example) for example in examples] == labels == list(_CHOICES)
    for example in examples:
        assert tune(example, lambda settings: 0.5).settings == example
        assert set(_CHOICES[type(example)]) <= set(vars(example))


def test_the_best_of_two_thresholds_is_found():
    def score(settings):
        return 1 - abs(settings.probability_threshold - 0.65) - abs(settings.nms_threshold - 0.2)

    found = tune(STARS, score)
    assert found.settings == dataclasses.replace(
        STARS, probability_threshold=0.65, nms_threshold=0.2
    )
    assert (found.before, found.after) == pytest.approx((0.65, 1.0))


def test_of_equal_scores_the_nearest_to_the_given_one_is_taken():
    found = tune(STARS, lambda settings: float(settings.probability_threshold >= 0.6))
    assert found.settings.probability_threshold == 0.6


def test_a_gain_that_is_chance_changes_nothing():
    found = tune(STARS, lambda settings: 0.001 * (settings.probability_threshold >= 0.6))
    assert found.settings == STARS
    assert found.after == found.before


def test_no_object_to_score_by_changes_nothing():
    found = tune(STARS, lambda settings: math.nan)
    assert found.settings == STARS
    assert math.isnan(found.after)


def test_a_network_that_is_too_shy_gets_a_lower_threshold():
    truth = np.zeros((20, 40), np.int32)
    truth[4:14, 4:14], truth[4:14, 22:34] = 1, 2
    tensor = np.zeros((3, 20, 40), np.float32)
    tensor[0], tensor[1] = 1 - 0.42 * (truth > 0), 0.42 * (truth > 0)
    settings = Multilabel("p")
    found = tune(settings, label_score([tensor], [truth]))
    assert (found.before, found.after) == (0.0, 1.0)
    assert found.settings.seed_threshold == 0.4
