import numpy as np
import pytest

from deepbacs_zoo.metrics.formulas import FORMULAS, ratio


def test_every_score_of_a_hand_count():
    tp, fp, fn, iou = 6, 2, 3, 4.5
    expected = {"precision": 6 / 8, "recall": 6 / 9, "f1": 12 / 17, "ap": 6 / 11, "pq": 4.5 / 8.5}
    assert {name: float(score(tp, fp, fn, iou)) for name, score in FORMULAS.items()} == (
        pytest.approx(expected)
    )


def test_arrays_are_scored_place_by_place_and_nothing_of_nothing_is_nan():
    zero = np.zeros(2)
    for score in FORMULAS.values():
        assert np.isnan(score(zero, zero, zero, zero)).all()
    assert FORMULAS["recall"](np.array([1, 0]), zero, np.array([1, 3]), zero).tolist() == [0.5, 0]


def test_ratio_takes_numbers_of_any_kind():
    assert float(ratio(1, 4)) == 0.25
    assert np.isnan(ratio(1, 0))
    assert ratio([1, 2], 4).tolist() == [0.25, 0.5]
