"""How many boxes stay is decided by the scores of all of them."""

import math

import numpy as np
import pytest

from deepbacs_zoo.decoding import least_score

SCORES = np.array([0.81, 0.64, 0.25, 0.25, 0.04], np.float32)
"""Their roots are 0.9, 0.8, 0.5, 0.5 and 0.2: 2.9 together."""


@pytest.mark.parametrize(
    ("factor", "kept"), [(0, 5), (10, 5), (1.6, 5), (1.5, 4), (1, 4), (0.8, 2), (0.35, 1), (0.1, 0)]
)
def test_as_many_boxes_stay_as_the_roots_of_the_scores_sum_to(factor, kept):
    assert np.count_nonzero(least_score(SCORES, factor) <= SCORES) == kept


def test_boxes_of_the_score_of_the_last_one_stay():
    assert least_score(SCORES, 0.9) == 0.25
    assert math.floor(0.9 * 2.9 + 0.5) == 3


def test_there_may_be_no_boxes():
    assert least_score(SCORES[:0], 0.9) == 0
