"""Merged and split objects on drawn cases."""

import numpy as np
import pytest

from deepbacs_zoo.metrics import Merges, merges_and_splits


def drawn(text):
    """A label image: one character for each pixel, a point for background."""
    rows = [line.strip() for line in text.strip().splitlines()]
    return np.array([[0 if one == "." else ord(one) - 64 for one in row] for row in rows])


TWO = drawn("""
    AAAA.BBBB
    AAAA.BBBB
""")


@pytest.mark.parametrize(
    ("predicted", "merged", "split"),
    [
        ("AAAA.BBBB\nAAAA.BBBB", 0, 0),
        (".........\n.........", 0, 0),
        # One over both.
        ("CCCCCCCCC\nCCCCCCCCC", 2, 0),
        # Half of B is not the larger part of it; one pixel more is.
        ("CCCCCCC..\nCCCCCCC..", 0, 0),
        ("CCCCCCCC.\nCCCCCCC..", 2, 0),
        # One over most of A and a touch of B, and B by itself.
        ("CCCCCC.DD\nCCCCC.DDD", 0, 0),
        # Two halves of A, of which each lies in it.
        ("CCDD.....\nCCDD.....", 0, 1),
        # A crumb beside the rest counts, one that lies half outside does not.
        ("CCCD.....\nCCC......", 0, 1),
        ("CCCDD....\nCCC......", 0, 0),
        # Both split.
        ("CCDD.EEFF\nCCDD.EEFF", 0, 2),
        # Most of A and B in one object, and a rest of A in two.
        ("D.CCCCCCC\nECCCCCCCC", 2, 1),
    ],
)
def test_drawn_cases(predicted, merged, split):
    assert merges_and_splits(TWO, drawn(predicted)) == Merges(merged, split, 2)


def test_three_objects_in_one_are_three_merged_objects():
    truth = drawn("AABBCC.DD")
    found = merges_and_splits(truth, drawn("EEEEEE.FF"))
    assert found == Merges(3, 0, 4)
    assert found.merged_share == 0.75


def test_counts_add_up_and_shares_come_from_the_sums():
    total = Merges(2, 0, 2) + Merges(0, 1, 6)
    assert (total.merged_share, total.split_share) == (0.25, 0.125)
    assert np.isnan(Merges().merged_share)


@pytest.mark.parametrize("seed", range(20))
def test_equal_to_the_definition_written_out_whatever_the_numbers_of_labels(seed):
    rng = np.random.default_rng(seed)
    truth, predicted = rng.integers(0, 6, (2, 5, 8)).repeat(2, axis=2)
    predicted = np.where(rng.random(truth.shape) < 0.7, truth, predicted)
    merged, split = set(), 0
    for one in set(predicted[predicted > 0].tolist()):
        here = [
            label
            for label in set(truth[truth > 0].tolist())
            if ((truth == label) & (predicted == one)).sum() > (truth == label).sum() / 2
        ]
        merged |= set(here) if len(here) > 1 else set()
    for label in set(truth[truth > 0].tolist()):
        inside = [
            one
            for one in set(predicted[predicted > 0].tolist())
            if ((truth == label) & (predicted == one)).sum() > (predicted == one).sum() / 2
        ]
        split += len(inside) > 1
    expected = Merges(len(merged), split, len(set(truth[truth > 0].tolist())))
    assert merges_and_splits(truth, predicted) == expected
    assert merges_and_splits(3 * truth, 7 * predicted) == expected


def test_shapes_must_be_equal():
    with pytest.raises(ValueError, match="one shape"):
        merges_and_splits(TWO, TWO.T)
