"""Rows and scores against their formulas, written out."""

import math

import numpy as np
import pytest

from deepbacs_zoo.evaluation import THRESHOLDS, LabelImageRow
from deepbacs_zoo.evaluation.labels.scoring import gather, score_image
from deepbacs_zoo.metrics import Merges
from tests.unit.evaluation.painted import A, B, C, cells

ONE = Merges(0, 0, 1)


def random_rows(count, seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for index in range(count):
        n_true, n_pred = (int(value) for value in rng.integers(1, 20, 2))
        most = min(n_true, n_pred)
        tp = tuple(sorted((int(value) for value in rng.integers(0, most + 1, 5)), reverse=True))
        rows.append(
            LabelImageRow(
                name=str(index),
                n_true=n_true,
                n_pred=n_pred,
                tp=tp,
                fp=tuple(n_pred - value for value in tp),
                fn=tuple(n_true - value for value in tp),
                matched_iou=tuple(0.8 * value for value in tp),
                merges=Merges(index % 3 if n_true > 3 else 0, n_true % 2, n_true),
                class_iou={"background": 0.9, "interior": float(rng.uniform())},
                seconds=0.5,
            )
        )
    return rows


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_the_formulas_on_summed_counts(seed):
    rows = random_rows(7, seed)
    scores = gather("method", "words", rows)
    for index, at in enumerate(scores.thresholds):
        tp = sum(row.tp[index] for row in rows)
        fp = sum(row.fp[index] for row in rows)
        fn = sum(row.fn[index] for row in rows)
        iou = sum(row.matched_iou[index] for row in rows)
        assert at.threshold == THRESHOLDS[index]
        assert at.precision.value == pytest.approx(tp / (tp + fp))
        assert at.recall.value == pytest.approx(tp / (tp + fn))
        assert at.f1.value == pytest.approx(2 * tp / (2 * tp + fp + fn))
        assert at.ap.value == pytest.approx(tp / (tp + fp + fn))
        assert at.pq.value == pytest.approx(iou / (tp + fp / 2 + fn / 2))


def test_totals_are_sums_over_images():
    rows = random_rows(4)
    scores = gather("method", "words", rows)
    merged, split = (sum(getattr(row.merges, name) for row in rows) for name in ("merged", "split"))
    assert scores.merged.value == pytest.approx(merged / scores.n_true)
    assert scores.split.value == pytest.approx(split / scores.n_true)
    assert scores.merged.low <= scores.merged.value <= scores.merged.high
    assert scores.n_true == sum(row.n_true for row in rows)
    assert scores.n_pred == sum(row.n_pred for row in rows)
    assert scores.seconds == 2.0
    assert scores.objects_per_label.value == pytest.approx(scores.n_pred / scores.n_true)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_hold_the_value_and_stay_in_the_range_of_the_score(seed):
    scores = gather("method", "words", random_rows(8, seed))
    for at in scores.thresholds:
        for name in ("precision", "recall", "f1", "ap", "pq"):
            estimate = getattr(at, name)
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_equal_images_have_an_interval_of_no_width():
    rows = random_rows(1) * 6
    recall = gather("method", "words", rows).thresholds[0].recall
    assert recall.low == pytest.approx(recall.value)
    assert recall.high == pytest.approx(recall.value)


def test_the_same_rows_give_the_same_scores():
    assert gather("m", "w", random_rows(5)) == gather("m", "w", random_rows(5))


def test_more_images_narrow_the_interval():
    few = gather("m", "w", random_rows(4, 1)).thresholds[0].recall
    many = gather("m", "w", random_rows(4, 1) * 16).thresholds[0].recall
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_images_have_no_interval(count):
    scores = gather("m", "w", random_rows(count))
    assert scores.thresholds[0].f1.low is None
    assert scores.objects_per_label.high is None


def test_classes_are_averaged_over_the_images_that_have_them():
    rows = [
        LabelImageRow("a", 1, 1, (1,) * 5, (0,) * 5, (0,) * 5, (1.0,) * 5, ONE, {"interior": 0.5}),
        LabelImageRow(
            "b", 1, 1, (1,) * 5, (0,) * 5, (0,) * 5, (1.0,) * 5, ONE, {"interior": math.nan}
        ),
        LabelImageRow("c", 1, 1, (1,) * 5, (0,) * 5, (0,) * 5, (1.0,) * 5, ONE, {"interior": 1.0}),
    ]
    assert gather("m", "w", rows).class_iou["interior"].value == pytest.approx(0.75)


def test_a_method_without_classes_has_none():
    row = score_image("a", cells(A, B), cells(A), seconds=0.0)
    assert gather("m", "w", [row]).class_iou == {}


def test_nothing_predicted_leaves_precision_undefined():
    row = score_image("a", cells(A, B), cells(), seconds=0.0)
    at = gather("m", "w", [row, row, row]).thresholds[0]
    assert math.isnan(at.precision.value)
    assert at.precision.low is None
    assert at.recall.value == 0.0


def test_numbers_that_are_not_contiguous_are_counted_once_each():
    truth = cells(A, B, C)
    predicted = np.where(cells(A, B) == 2, 17, cells(A, B))
    row = score_image("a", truth, predicted, seconds=0.0)
    assert (row.n_true, row.n_pred) == (3, 2)
    assert row.tp == (2,) * 5


def test_hits_become_misses_as_the_threshold_rises():
    truth = cells((10, 10, 10, 20))
    predicted = cells((10, 10, 10, 15))
    row = score_image("a", truth, predicted, seconds=0.0)
    assert row.tp == (1, 1, 1, 0, 0), "the IoU is 0.75"
    assert row.fn == (0, 0, 0, 1, 1)
    assert row.matched_iou == pytest.approx((0.75, 0.75, 0.75, 0.0, 0.0))
