import numpy as np
import pytest

from deepbacs_zoo.metrics import match, partners
from tests.unit.metrics.test_segmentation import random_labels


def test_partners_and_what_is_alone():
    truth = np.array([[1, 1, 1, 0, 5, 5, 5, 0, 7]])
    found = np.array([[2, 2, 2, 2, 0, 0, 3, 4, 0]])
    all_of = partners(truth, found, 0.5)
    assert all_of.overlaps.true.tolist() == [1, 5, 7]
    assert all_of.overlaps.found_areas.tolist() == [4, 1, 1]
    assert all_of.of_true.tolist() == [0, -1, -1]
    assert all_of.of_found.tolist() == [0, -1, -1]
    assert all_of.true_iou == pytest.approx([3 / 4, 1 / 3, 0]), "a miss tells its best overlap"
    assert all_of.found_iou == pytest.approx([3 / 4, 1 / 3, 0])


@pytest.mark.parametrize("seed", range(20))
def test_there_are_as_many_partners_as_hits(seed):
    rng = np.random.default_rng(seed)
    truth, found = random_labels(rng), random_labels(rng)
    for threshold in (0.1, 0.3, 0.5):
        counts, all_of = match(truth, found, [threshold]), partners(truth, found, threshold)
        assert (all_of.of_true >= 0).sum() == counts.tp[0]
        has = all_of.of_true >= 0
        assert all_of.true_iou[has].sum() == pytest.approx(counts.iou[0])
        assert (all_of.of_found[all_of.of_true[has]] == np.flatnonzero(has)).all()


def test_empty_images_have_no_partners():
    empty = np.zeros((4, 4), int)
    assert partners(empty, empty, 0.5).of_true.size == 0
    assert partners(np.eye(4, dtype=int), empty, 0.5).of_true.tolist() == [-1]
