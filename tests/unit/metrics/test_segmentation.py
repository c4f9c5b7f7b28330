import itertools

import numpy as np
import pytest

from deepbacs_zoo.metrics import InstanceCounts, class_iou, match

THRESHOLDS = (0.3, 0.5, 0.7, 0.9)


def brute_force(truth, predicted, threshold):
    """The best one-to-one assignment, by trying all."""
    ts, ps = (sorted(set(a.reshape(-1)) - {0}) for a in (truth, predicted))
    iou = np.array(
        [
            [
                np.sum((truth == t) & (predicted == p)) / np.sum((truth == t) | (predicted == p))
                for p in ps
            ]
            for t in ts
        ]
    ).reshape(len(ts), len(ps))
    if len(ts) > len(ps):
        iou = iou.T
    best = (0, 0.0)
    for columns in itertools.permutations(range(iou.shape[1]), iou.shape[0]):
        values = [v for v in iou[np.arange(iou.shape[0]), list(columns)] if v >= threshold]
        best = max(best, (len(values), sum(values)))
    return best, len(ts), len(ps)


def random_labels(rng):
    labels = np.zeros((14, 16), int)
    for number in range(1, rng.integers(1, 6)):
        y, x = rng.integers(0, 10, 2)
        labels[y : y + rng.integers(2, 6), x : x + rng.integers(2, 7)] = number * 3
    return labels


@pytest.mark.parametrize("seed", range(30))
def test_the_matching_is_the_best_one(seed):
    rng = np.random.default_rng(seed)
    truth = random_labels(rng)
    predicted = np.roll(truth, rng.integers(0, 3), axis=1) if seed % 2 else random_labels(rng)
    counts = match(truth, predicted, THRESHOLDS)
    for index, threshold in enumerate(THRESHOLDS):
        (tp, iou), n_true, n_pred = brute_force(truth, predicted, threshold)
        assert counts.tp[index] == tp
        assert counts.fn[index] == n_true - tp
        assert counts.fp[index] == n_pred - tp
        assert counts.iou[index] == pytest.approx(iou)


def test_two_halves_of_an_object_are_one_hit_at_exactly_one_half():
    truth = np.ones((1, 8), int)
    predicted = np.repeat([1, 2], 4)[None]
    counts = match(truth, predicted, (0.5,))
    assert (counts.tp, counts.fp, counts.fn) == ((1,), (1,), (0,))


def test_an_iou_of_three_tenths_reaches_the_threshold():
    truth, predicted = np.zeros((1, 13), int), np.zeros((1, 13), int)
    truth[0, :10] = 1
    predicted[0, 7:10] = 1
    assert match(truth, predicted, (0.3,)).tp == (1,)


def test_images_without_objects_count_nothing():
    none, one = np.zeros((3, 3), int), np.eye(3, dtype=int)
    assert match(none, none, (0.5,)) == InstanceCounts((0.5,), (0,), (0,), (0,), (0.0,))
    assert match(one, none, (0.5,)).fn == (1,)
    assert match(none, one, (0.5,)).fp == (1,)


def test_counts_add_up_over_images():
    one = np.eye(3, dtype=int)
    total = match(one, one, (0.5, 0.9)) + match(one, one * 0, (0.5, 0.9))
    assert total == InstanceCounts((0.5, 0.9), (1, 1), (0, 0), (1, 1), (1.0, 1.0))
    with pytest.raises(ValueError, match="thresholds"):
        _ = total + match(one, one, (0.5,))


@pytest.mark.parametrize("threshold", [0, -1, 1.01])
def test_thresholds_out_of_range_and_shapes_that_differ_are_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        match(np.ones((2, 2), int), np.ones((2, 2), int), (threshold,))
    with pytest.raises(ValueError, match="shape"):
        match(np.ones((2, 2), int), np.ones((2, 3), int), (0.5,))


def test_the_iou_of_classes_is_that_of_their_masks():
    rng = np.random.default_rng(0)
    truth, predicted = rng.integers(0, 3, (2, 20, 20))
    for index, value in enumerate(class_iou(truth, predicted, 3)):
        a, b = truth == index, predicted == index
        assert value == pytest.approx((a & b).sum() / (a | b).sum())


def test_a_class_in_neither_image_has_no_iou():
    values = class_iou(np.zeros((2, 2), int), np.ones((2, 2), int), 3)
    assert values[:2].tolist() == [0, 0]
    assert np.isnan(values[2])


def test_classes_that_do_not_exist_and_shapes_that_differ_are_refused():
    two = np.zeros((2, 2), int)
    for wrong, part in ((two + 3, "0 to 2"), (two - 1, "0 to 2"), (np.zeros((2, 3), int), "shape")):
        with pytest.raises(ValueError, match=part):
            class_iou(two, wrong, 3)
        with pytest.raises(ValueError, match=part):
            class_iou(wrong, two, 3)


def test_the_scores_follow_from_the_counts():
    counts = InstanceCounts((0.5, 0.9), (6, 0), (2, 8), (4, 10), (4.5, 0.0))
    assert counts.precision == (6 / 8, 0)
    assert counts.recall == (6 / 10, 0)
    assert counts.f1 == (12 / 18, 0)
    assert counts.ap == (6 / 12, 0)
    assert counts.pq == (4.5 / 9, 0)
    assert counts.mean_matched_iou[0] == 0.75
    assert np.isnan(counts.mean_matched_iou[1])
    assert counts.objects_per_label == 0.8


def test_scores_of_nothing_are_not_numbers():
    nothing = InstanceCounts((0.5,), (0,), (0,), (0,), (0.0,))
    for name in ("precision", "recall", "f1", "ap", "pq", "mean_matched_iou"):
        assert np.isnan(getattr(nothing, name)[0])
    assert np.isnan(nothing.objects_per_label)
    only_found = InstanceCounts((0.5,), (0,), (3,), (0,), (0.0,))
    assert only_found.precision == (0,)
    assert only_found.f1 == only_found.ap == only_found.pq == (0,)
    assert np.isnan(only_found.recall[0])


def test_panoptic_quality_is_recognition_times_segmentation():
    rng = np.random.default_rng(3)
    truth, predicted = random_labels(rng), random_labels(rng)
    counts = match(truth, predicted, (0.3, 0.5)) + match(truth, truth, (0.3, 0.5))
    for pq, f1, iou in zip(counts.pq, counts.f1, counts.mean_matched_iou, strict=True):
        assert pq == pytest.approx(f1 * iou)


def test_tens_of_thousands_of_objects_are_matched_without_a_table_of_all_pairs():
    truth = np.kron(np.arange(1, 40_001).reshape(200, 200), np.ones((2, 3), int))
    predicted = np.roll(truth[::-1], 1, axis=1)
    counts = match(truth, predicted, (0.3, 0.5, 0.6))
    assert counts.tp[0] == 40_000
    assert counts.tp[2] == 0
