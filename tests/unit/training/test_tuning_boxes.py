"""Thresholds of boxes are chosen by how boxes count: one of the score for each class."""

import dataclasses
import math

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode_boxes
from deepbacs_zoo.evaluation.boxes.sets import found_set
from deepbacs_zoo.metrics import BoxSet, f1, match_boxes
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.training.tuning.boxes import BOX_IOU, FEWEST_OF_A_CLASS, tune_boxes

SETTINGS = AnchorBoxes("p", classes=("rod", "dot"), anchors=1, grid=8)
SIDE = 12
SIZE = (8 * SIDE, 8 * SIDE)


def drawn(rng, true, false, images=12, missed=0.0):
    """Images of boxes of two classes on free cells, found with scores of a range for each class.

    ``true`` and ``false`` have for each class the number of boxes and the range of their scores;
    ``missed`` is the share of the true ones that the network does not see at all.
    """
    tensors, truths = [], []
    for _ in range(images):
        tensor, boxes, classes = np.zeros((7, SIDE, SIDE), np.float32), [], []
        cells = iter(rng.permutation(SIDE * SIDE))
        for group, real in ((true, True), (false, False)):
            for kind, (count, low, high) in enumerate(group):
                for _ in range(rng.poisson(count)):
                    row, column = divmod(int(next(cells)), SIDE)
                    if real:
                        boxes.append((8 * column + 1, 8 * row + 1, 8 * column + 7, 8 * row + 7))
                        classes.append(kind)
                    if not real or rng.random() >= missed:
                        tensor[:5, row, column] = 0.5, 0.5, 6, 6, rng.uniform(low, high)
                        tensor[5 + kind, row, column] = 1
        tensors.append(tensor)
        truths.append(BoxSet.of(boxes, classes))
    return tensors, truths, [SIZE] * images


def counted(settings, tensors, truths, sizes):
    """TP, FP and FN, ``images classes 3``, of boxes decoded as a package would decode them."""
    found = [found_set(decode_boxes(settings, *pair)) for pair in zip(tensors, sizes, strict=True)]
    matches = match_boxes(truths, found, len(settings.classes), (BOX_IOU,))
    return matches.counts(BOX_IOU, 0.0)


def score(settings, *images):
    """F1 less the count error as a share, mean over classes."""
    counts = counted(settings, *images)
    n_true = counts[..., [0, 2]].sum(axis=(0, 2))
    off = np.abs(counts[..., 1] - counts[..., 2]).sum(axis=0)
    return np.mean(f1(*counts.sum(axis=0).T) - off / np.maximum(n_true, 1))


def test_each_class_has_the_threshold_at_which_it_is_counted_right():
    images = drawn(
        np.random.default_rng(0), [(6, 0.5, 1.0), (5, 0.2, 0.4)], [(5, 0.1, 0.45), (4, 0.06, 0.15)]
    )
    found = tune_boxes(SETTINGS, *images)
    rods, dots = found.settings.score_threshold
    assert 0.44 < rods <= 0.55
    assert 0.15 < dots <= 0.22
    counts = counted(found.settings, *images)
    assert np.abs((counts[..., 1] - counts[..., 2]).mean(axis=0)).max() <= 0.1
    assert found.note == ""
    joint = dataclasses.replace(found.settings, score_threshold=rods)
    assert found.after == pytest.approx(score(found.settings, *images))
    assert found.after > max(score(joint, *images), found.before)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_worse_than_before(seed):
    rng = np.random.default_rng(seed)
    ranges = [(rng.uniform(1, 8), *np.sort(rng.uniform(0.05, 1, 2))) for _ in range(4)]
    images = drawn(rng, ranges[:2], ranges[2:], images=int(rng.integers(1, 7)), missed=0.2)
    found = tune_boxes(SETTINGS, *images)
    assert found.before == pytest.approx(score(SETTINGS, *images))
    assert found.after == pytest.approx(score(found.settings, *images))
    assert found.after >= found.before


def test_the_mean_count_is_right_where_no_threshold_tells_true_from_false():
    images = drawn(
        np.random.default_rng(1), [(8, 0.3, 0.9), (3, 0.9, 1.0)], [(3, 0.2, 0.8), (0, 0, 0)]
    )
    strict = dataclasses.replace(SETTINGS, score_threshold=0.8)
    found = tune_boxes(strict, *images)
    errors = [
        (counts[..., 1] - counts[..., 2])[:, 0]
        for counts in (counted(each, *images) for each in (strict, found.settings))
    ]
    assert errors[0].mean() < -4
    assert abs(errors[1].mean()) <= errors[1].std(ddof=1) / math.sqrt(12)
    assert np.abs(errors[1]).mean() < np.abs(errors[0]).mean()


def test_a_class_of_few_objects_shares_the_threshold_of_all():
    images = drawn(np.random.default_rng(2), [(9, 0.6, 1.0), (1, 0.3, 0.5)], [(5, 0.1, 0.55)] * 2)
    dots = sum(int((each.classes == 1).sum()) for each in images[1])
    assert dots < FEWEST_OF_A_CLASS
    found = tune_boxes(SETTINGS, *images)
    assert f"dot ({dots})" in found.note
    assert "rod" not in found.note
    alone = [BoxSet.of(each.corners, each.classes * 0) for each in images[1]]
    one = dataclasses.replace(SETTINGS, classes=("rod",))
    assert tune_boxes(one, [each[:6] for each in images[0]], alone, images[2]).note == ""


def test_boxes_that_count_right_still_stand_on_objects():
    # Half of the rods are never seen; at 0.2 as many boxes are found, the other half on nothing.
    images = drawn(
        np.random.default_rng(3),
        [(8, 0.6, 1.0), (4, 0.9, 1.0)],
        [(4, 0.2, 0.3), (0, 0, 0)],
        missed=0.5,
    )
    found = tune_boxes(dataclasses.replace(SETTINGS, score_threshold=0.9), *images).settings
    at = {
        rods: f1(*counted(dataclasses.replace(found, score_threshold=rods), *images).sum(axis=0)[0])
        for rods in (0.1, 0.5)
    }
    assert at[0.1] < at[0.5] - 0.05
    assert f1(*counted(found, *images).sum(axis=0)[0]) >= at[0.5] - 0.05


def of_many_stains(seed):
    """Images in which scores are higher or lower altogether; a third of the rods is false."""
    rng = np.random.default_rng(seed)
    images = []
    for high in np.linspace(0.45, 1, 24):
        count = rng.integers(4, 20)
        true, false = (count, 0.5 * high, high), (count / 2, 0.3 * high, 0.6 * high)
        images.append(drawn(rng, [true, (3, 0.9, 1)], [false, (0, 0, 0)], images=1))
    return tuple([one for part in parts for one in part] for parts in zip(*images, strict=True))


def test_a_class_is_counted_by_the_scores_of_each_image_where_no_threshold_suits_all():
    images = of_many_stains(7)
    found = tune_boxes(SETTINGS, *images)
    rods, dots = found.settings.count_factors
    assert (rods > 0, dots) == (True, 0)
    assert found.after == pytest.approx(score(found.settings, *images))
    counts = counted(found.settings, *images)[:, 0]
    errors = counts[:, 1] - counts[:, 2]
    assert abs(errors.mean()) < 0.5
    simple = min(
        np.abs(each[:, 1] - each[:, 2]).mean()
        for threshold in np.arange(0.05, 1, 0.05)
        for each in [
            counted(dataclasses.replace(SETTINGS, score_threshold=threshold), *images)[:, 0]
        ]
    )
    assert np.abs(errors).mean() < 0.8 * simple
    unseen = counted(found.settings, *of_many_stains(8))[:, 0]
    assert np.abs(unseen[:, 1] - unseen[:, 2]).mean() < 0.8 * simple


def test_few_images_have_no_count_factor():
    tensors, truths, sizes = of_many_stains(7)
    few = slice(10, 14)
    found = tune_boxes(SETTINGS, tensors[few], truths[few], sizes[few])
    assert found.settings.count_factor == 0


def test_boxes_that_lie_close_are_kept_apart_by_another_suppression():
    tensor, true = np.zeros((6, SIDE, SIDE), np.float32), []
    for row in range(1, SIDE, 4):
        for column in (2, 7):
            for place in (column, column + 1):  # an overlap of 0.45
                tensor[:, row, place] = 0.5, 0.5, 21, 10, 0.9 - place / 100, 1
                true.append((8 * place - 6.5, 8 * row - 1, 8 * place + 14.5, 8 * row + 9))
    one = dataclasses.replace(SETTINGS, classes=("rod",))
    found = tune_boxes(one, [tensor], [BoxSet.of(true, [0] * len(true))], [SIZE])
    assert found.settings == dataclasses.replace(one, nms_threshold=0.5)
    assert found.after == 1


def test_a_single_class_keeps_a_single_number():
    tensors, truths, sizes = drawn(
        np.random.default_rng(4), [(6, 0.1, 0.25), (0, 0, 0)], [(0, 0, 0)] * 2
    )
    one = dataclasses.replace(SETTINGS, classes=("rod",))
    found = tune_boxes(one, [each[:6] for each in tensors], truths, sizes)
    assert isinstance(found.settings.score_threshold, float)
    assert found.settings.score_threshold < 0.12


def test_what_is_as_good_as_can_be_stays():
    images = drawn(np.random.default_rng(5), [(4, 0.6, 1.0), (4, 0.6, 1.0)], [(0, 0, 0)] * 2)
    found = tune_boxes(SETTINGS, *images)
    assert (found.settings, found.before, found.after) == (SETTINGS, 1, 1)


def test_no_box_to_count_changes_nothing():
    tensors, truths, sizes = drawn(np.random.default_rng(6), [(0, 0, 0)] * 2, [(4, 0.5, 0.9)] * 2)
    found = tune_boxes(SETTINGS, tensors, truths, sizes)
    assert found.settings == SETTINGS
    assert math.isnan(found.before)
    assert math.isnan(found.after)
