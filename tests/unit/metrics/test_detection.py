import itertools

import numpy as np
import pytest

from deepbacs_zoo.metrics import (
    COCO_THRESHOLDS,
    BoxSet,
    bootstrap_many,
    box_iou,
    confusion,
    match_boxes,
)

LEFT, MIDDLE, RIGHT = (0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10)


def moved(box, by):
    return tuple(value + by * (place % 2 == 0) for place, value in enumerate(box))


def random_sets(seed, images=6, classes=3):
    """True boxes, and boxes found near some of them, some beside them, some of a wrong class."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(images):
        n = int(rng.integers(0, 9))
        low = rng.uniform(0, 80, (n, 2))
        corners = np.concatenate([low, low + rng.uniform(8, 25, (n, 2))], axis=1)
        kinds = rng.integers(0, classes, n)
        truth.append(BoxSet.of(corners.tolist(), kinds.tolist()))
        more = np.concatenate([corners + rng.normal(0, 3, (n, 4)), rng.uniform(0, 40, (2, 4))])
        more[-2:, 2:] = more[-2:, :2] + 10
        wrong = np.concatenate([kinds, rng.integers(0, classes, 2)])
        wrong = np.where(rng.random(n + 2) < 0.2, rng.integers(0, classes, n + 2), wrong)
        found.append(BoxSet.of(more.tolist(), wrong.tolist(), rng.random(n + 2).tolist()))
    return truth, found


def plain_ap(truth, found, kind, threshold):
    """COCO's average precision of one class, written out."""
    order = sorted(
        ((score, image, place) for image, boxes in enumerate(found)
         for place, (score, of) in enumerate(zip(boxes.scores, boxes.classes, strict=True))
         if of == kind),
        key=lambda each: -each[0],
    )  # fmt: skip
    n_true = sum(int((boxes.classes == kind).sum()) for boxes in truth)
    taken, hits = set(), []
    for _, image, place in order:
        iou = box_iou(truth[image].corners, found[image].corners[[place]])[:, 0]
        free = [
            (value, true)
            for true, value in enumerate(iou)
            if truth[image].classes[true] == kind
            and value >= threshold
            and (image, true) not in taken
        ]
        hits.append(bool(free))
        if free:
            taken.add((image, max(free)[1]))
    tp = np.cumsum(hits)
    recall, precision = tp / n_true, tp / np.arange(1, len(tp) + 1)
    at = [max(precision[recall >= level], default=0.0) for level in np.linspace(0, 1, 101)]
    return float(np.mean(at))


@pytest.mark.parametrize("seed", range(6))
def test_average_precision_is_that_of_the_definition(seed):
    truth, found = random_sets(seed)
    matches = match_boxes(truth, found, 3)
    for (row, threshold), kind in itertools.product(enumerate((0.3, 0.5)), range(3)):
        assert matches.ap[row, kind] == pytest.approx(plain_ap(truth, found, kind, threshold))


@pytest.mark.parametrize("seed", range(4))
def test_resampled_images_score_as_a_set_with_copies_of_them(seed):
    truth, found = random_sets(seed)
    matches = match_boxes(truth, found, 3, COCO_THRESHOLDS)
    np.testing.assert_allclose(matches.resampled_ap(np.arange(6)), matches.ap)
    drawn = np.random.default_rng(seed).integers(0, 6, 6)
    copies = match_boxes(
        [truth[image] for image in drawn], [found[image] for image in drawn], 3, COCO_THRESHOLDS
    )
    np.testing.assert_allclose(matches.resampled_ap(drawn), copies.ap)


def test_perfect_boxes_score_one_and_none_score_zero():
    truth = [BoxSet.of([LEFT, MIDDLE], [0, 1]), BoxSet.of([], [])]
    perfect = match_boxes(truth, truth, 2)
    assert perfect.mean_ap() == pytest.approx(1)
    assert perfect.mean_ap([0.5]) == pytest.approx(1)
    nothing = [BoxSet.of([], []), BoxSet.of([], [])]
    assert match_boxes(truth, nothing, 2).mean_ap() == 0
    assert np.isnan(match_boxes(nothing, truth, 2).mean_ap())


def test_a_class_without_true_boxes_does_not_count():
    truth = [BoxSet.of([LEFT], [0])]
    found = [BoxSet.of([LEFT, RIGHT], [0, 1], [0.9, 0.8])]
    matches = match_boxes(truth, found, 3)
    assert matches.ap[1, 0] == pytest.approx(1)
    assert np.isnan(matches.ap[:, 1:]).all()
    assert matches.mean_ap() == pytest.approx(1)
    assert len(matches.curve(0.5, 1).recall) == 0


def test_more_than_a_hundred_boxes_in_an_image_all_count():
    corners = [(20 * place, 0, 20 * place + 10, 10) for place in range(150)]
    truth = [BoxSet.of(corners, [0] * 150)]
    assert match_boxes(truth, truth, 1).mean_ap() == pytest.approx(1)


def test_counts_follow_the_score():
    truth = [BoxSet.of([LEFT, MIDDLE], [0, 0])]
    found = [BoxSet.of([LEFT, moved(LEFT, 1), MIDDLE, RIGHT], [0, 0, 0, 0], [0.9, 0.8, 0.4, 0.2])]
    matches = match_boxes(truth, found, 1)
    assert matches.counts(0.5, 0.0)[0, 0].tolist() == [2, 2, 0]
    assert matches.counts(0.5, 0.5)[0, 0].tolist() == [1, 1, 1]
    assert matches.counts(0.5, 0.95)[0, 0].tolist() == [0, 0, 2]
    with pytest.raises(KeyError):
        matches.counts(0.6, 0.5)


def test_each_class_has_its_own_score():
    truth = [BoxSet.of([LEFT, MIDDLE], [0, 1])]
    found = [BoxSet.of([LEFT, MIDDLE, RIGHT], [0, 1, 1], [0.4, 0.6, 0.3])]
    matches = match_boxes(truth, found, 2)
    assert matches.counts(0.5, (0.35, 0.7))[0].tolist() == [[1, 0, 0], [0, 0, 1]]
    assert matches.counts(0.5, (0.5, 0.2))[0].tolist() == [[0, 0, 1], [1, 1, 0]]
    assert found[0].above(np.array([0.5, 0.2])).scores.tolist() == [0.6, 0.3]
    assert confusion(truth, found, matches, 0.5, (0.35, 0.7)).tolist() == [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 0],
    ]


def test_each_image_has_its_own_score():
    truth = [BoxSet.of([LEFT, MIDDLE], [0, 1])] * 2
    found = [BoxSet.of([LEFT, MIDDLE, RIGHT], [0, 1, 1], [0.4, 0.6, 0.3])] * 2
    matches = match_boxes(truth, found, 2)
    least = np.array([[0.5, 0.2], [0.35, np.inf]])
    counts = matches.counts(0.5, least)
    assert counts.tolist() == [[[0, 0, 1], [1, 1, 0]], [[1, 0, 0], [0, 0, 1]]]
    table = confusion(truth, found, matches, 0.5, least)
    assert table.tolist() == [[1, 0, 1], [0, 1, 1], [0, 1, 0]]


def test_a_curve_ends_where_the_recall_does():
    truth = [BoxSet.of([LEFT, MIDDLE], [0, 0])]
    found = [BoxSet.of([LEFT, RIGHT], [0, 0], [0.9, 0.8])]
    curve = match_boxes(truth, found, 1).curve(0.5, 0)
    assert curve.recall[-1] == pytest.approx(0.5)
    assert curve.precision == pytest.approx([1.0] * 51)


def test_the_table_of_confusion_tells_wrong_classes_from_misses_and_false_finds():
    truth = [BoxSet.of([LEFT, MIDDLE, RIGHT], [0, 0, 1])]
    found = [BoxSet.of([LEFT, MIDDLE, (60, 0, 70, 10)], [0, 1, 1], [0.9, 0.8, 0.7])]
    matches = match_boxes(truth, found, 2)
    table = confusion(truth, found, matches, 0.5, 0.3)
    assert table.tolist() == [[1, 1, 0], [0, 0, 1], [0, 1, 0]]
    only_first = confusion(truth, found, matches, 0.5, 0.85)
    assert only_first.tolist() == [[1, 0, 1], [0, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize("seed", range(4))
def test_the_diagonal_of_the_table_holds_the_hits(seed):
    truth, found = random_sets(seed)
    matches = match_boxes(truth, found, 3)
    table = confusion(truth, found, matches, 0.5, 0.4)
    counts = matches.counts(0.5, 0.4).sum(axis=0)
    assert np.diag(table)[:3].tolist() == counts[:, 0].tolist()
    assert table[:3].sum(axis=1).tolist() == matches.n_true.sum(axis=0).tolist()
    assert table[:, :3].sum(axis=0).tolist() == (counts[:, 0] + counts[:, 1]).tolist()


def test_nothing_is_printed(capsys):
    match_boxes(*random_sets(0), 3)
    assert capsys.readouterr() == ("", "")


def test_intervals_over_images_are_quick_and_hold_the_score():
    truth, found = random_sets(1, images=40)
    matches = match_boxes(truth, found, 3)
    low, high = bootstrap_many(np.arange(40), matches.resampled_ap, resamples=300)
    assert low.shape == matches.ap.shape
    assert (low <= matches.ap).all()
    assert (matches.ap <= high).all()


def test_what_makes_no_sense_is_refused():
    box = [BoxSet.of([LEFT], [0])]
    with pytest.raises(ValueError, match="one set for each image"):
        match_boxes(box, [], 1)
    with pytest.raises(ValueError, match="one set for each image"):
        match_boxes([], [], 1)
    with pytest.raises(ValueError, match="classes lie in"):
        match_boxes(box, [BoxSet.of([LEFT], [1])], 1)
    with pytest.raises(ValueError, match="IoU thresholds"):
        match_boxes(box, box, 1, [0.0])


def test_a_box_without_area_overlaps_nothing():
    assert box_iou(np.array([[1.0, 1, 1, 1]]), np.array([[0.0, 0, 2, 2], [1, 1, 1, 1]])).sum() == 0
