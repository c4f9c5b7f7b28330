"""Thresholds of boxes are chosen by the boxes that they give, and by how these count objects."""

import dataclasses
import math

import numpy as np
import pytest

from deepbacs_zoo.metrics import BoxSet
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.training.tuning.boxes import box_score
from deepbacs_zoo.training.tuning.thresholds import tune


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
