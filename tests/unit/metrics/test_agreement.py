import numpy as np
import pytest

from deepbacs_zoo.metrics.agreement import LabelAgreement, compare_labels

LABELS = np.array([[0, 1, 1, 0], [0, 1, 1, 2], [3, 0, 0, 2], [3, 0, 0, 2]])


def test_an_image_agrees_with_itself_and_with_any_renumbering():
    renumbered = np.array([0, 30, 10, 20])[LABELS]
    for other in (LABELS, renumbered):
        agreement = compare_labels(LABELS, other)
        assert agreement == LabelAgreement(3, 3, 3, 16, 16)
        assert agreement.same_objects
        assert agreement.pixel_share == 1.0


def test_one_changed_pixel_costs_one_pixel_and_no_object():
    other = LABELS.copy()
    other[0, 1] = 0
    agreement = compare_labels(LABELS, other)
    assert agreement.same_objects
    assert agreement.equal_pixels == 15


def test_a_split_object_is_not_the_same_objects():
    other = LABELS.copy()
    other[0, 1:3] = 4
    agreement = compare_labels(LABELS, other)
    assert (agreement.first, agreement.second, agreement.matched) == (3, 4, 2)
    assert not agreement.same_objects


def test_swapped_counts_do_not_hide_a_lost_object():
    first = np.array([[1, 1, 0, 0, 2, 2]])
    second = np.array([[1, 1, 2, 2, 0, 0]])
    agreement = compare_labels(first, second)
    assert agreement.first == agreement.second == 2
    assert not agreement.same_objects


def test_agreements_add_up_over_images():
    total = compare_labels(LABELS, LABELS) + compare_labels(LABELS, np.zeros_like(LABELS))
    assert (total.first, total.second, total.matched, total.pixels) == (6, 3, 3, 32)
    assert not total.same_objects


def test_empty_images_agree():
    assert compare_labels(np.zeros((0, 3), int), np.zeros((0, 3), int)).pixel_share == 1.0


def test_images_of_two_shapes_are_not_compared():
    with pytest.raises(ValueError, match="one shape"):
        compare_labels(np.zeros((2, 3), int), np.zeros((3, 2), int))
