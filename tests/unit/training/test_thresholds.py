"""Thresholds are chosen by objects, and left alone where nothing is to be gained."""

import dataclasses
import math

import numpy as np
import pytest

from deepbacs_zoo.metrics import BoxSet
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Foreground, Multilabel, Spline, StarConvex
from deepbacs_zoo.package.zoo_config.decoding import KINDS
from deepbacs_zoo.training.tuning.thresholds import _CHOICES, box_score, label_score, tune

STARS = StarConvex("p", n_rays=8)


def test_every_kind_has_thresholds_to_choose_that_it_has():
    examples = (Multilabel("p"), Foreground("p"), STARS, Spline("p", points=4))
    examples += (AnchorBoxes("p", classes=("rod",), anchors=1, grid=8),)
    assert [type(example) for example in examples] == list(KINDS.values()) == list(_CHOICES)
    for example in examples:
        found = tune(example, lambda settings: 0.5)
        assert found.settings == example
        assert found.thresholds == {name: getattr(example, name) for name in found.thresholds}


def test_the_best_of_two_thresholds_is_found():
    def score(settings):
        return 1 - abs(settings.probability_threshold - 0.65) - abs(settings.nms_threshold - 0.2)

    found = tune(STARS, score)
    assert found.thresholds == {"probability_threshold": 0.65, "nms_threshold": 0.2}
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


def test_boxes_of_low_scores_that_are_true_lower_the_threshold():
    settings = AnchorBoxes("p", classes=("rod", "dot"), anchors=1, grid=8)
    tensor = np.zeros((7, 4, 4), np.float32)
    for (row, column), kind, score in (((0, 0), 0, 0.9), ((1, 2), 1, 0.9), ((3, 3), 0, 0.62)):
        tensor[:5, row, column] = 0.5, 0.5, 6, 6, score
        tensor[5 + kind, row, column] = 1
    true = BoxSet.of([(1, 1, 7, 7), (17, 9, 23, 15), (25, 25, 31, 31)], [0, 1, 0])
    strict = AnchorBoxes("p", classes=("rod", "dot"), anchors=1, grid=8, score_threshold=0.8)
    score = box_score([tensor], [true], [(32, 32)])
    found = tune(strict, score)
    assert found.settings.score_threshold == 0.6
    # One of two rods is missed: F1 of rods 2/3, half of them not counted.
    assert (found.before, found.after) == pytest.approx(((2 / 3 - 1 / 2 + 1) / 2, 1.0))
    assert math.isnan(box_score([tensor * 0], [true.above(2)], [(32, 32)])(settings))


def test_of_thresholds_that_find_equally_well_the_one_that_counts_best_is_taken():
    settings = AnchorBoxes("p", classes=("rod",), anchors=1, grid=8, score_threshold=0.3)
    tensor = np.zeros((6, 8, 8), np.float32)
    true = [(1, 1, 7, 7), (17, 9, 23, 15), (25, 25, 31, 31), (41, 41, 47, 47)]
    # Two finds are sure; of six weaker ones two are right: F1 is 2/3 with and without them.
    places = (((0, 0), 0.9), ((1, 2), 0.9), ((3, 3), 0.37), ((5, 5), 0.37))
    false = (((7, 0), 0.37), ((7, 2), 0.37), ((7, 4), 0.37), ((7, 6), 0.37))
    for (row, column), score in (*places, *false):
        tensor[:, row, column] = 0.5, 0.5, 6, 6, score, 1
    score = box_score([tensor], [BoxSet.of(true, [0] * 4)], [(64, 64)])
    loose, strict = (dataclasses.replace(settings, score_threshold=at) for at in (0.3, 0.5))
    assert score(loose) == pytest.approx(8 / 12 - 4 / 4)
    assert score(strict) == pytest.approx(4 / 6 - 2 / 4)
    assert tune(settings, score).settings.score_threshold == 0.4
