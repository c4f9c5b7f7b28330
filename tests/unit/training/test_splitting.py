"""The validation images: a seeded draw of whole files that are like the rest in density."""

from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.annotations import Box, Pair
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.tasks import Labels
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.training.data.examples import Raw
from deepbacs_zoo.training.data.splitting import draw_validation, split_names

KINDS = ["labels", "boxes"]


def field(name, kind, count, side=4, size=64):
    """Return an image of ``count`` squares in rows."""
    places = [divmod(number, size // (side + 2)) for number in range(count)]
    corners = [(row * (side + 2), column * (side + 2)) for row, column in places]
    if kind == "boxes":
        boxes = tuple(Box(x, y, x + side, y + side, "cell") for y, x in corners)
        truth = BoxTruth(boxes, (size, size))
    else:
        labels = np.zeros((size, size), np.int32)
        for number, (y, x) in enumerate(corners, start=1):
            labels[y : y + side, x : x + side] = number
        truth = Labels(labels)
    return Raw(Pair(name, Path(f"{name}.tif"), Path(f"{name}_t.tif")), None, truth)


def drawn(raws, seed, share=0.2):
    return draw_validation(raws, seed, share, pytest.fail)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(10))
def test_dense_and_sparse_fields_are_on_both_sides(kind, seed):
    counts = [3, 60, 4, 70, 3, 80, 5, 65, 4, 75]
    raws = [field(f"f{place}", kind, count) for place, count in enumerate(counts)]
    held_out = drawn(raws, seed)
    dense = {raw.pair.name for raw in raws if len(raw.truth.extents) > 50}
    assert len(held_out) == 2
    assert len(held_out & dense) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_a_single_validation_field_is_neither_the_densest_nor_the_sparsest(kind, seed):
    raws = [field(name, kind, count) for name, count in zip("abcd", (9, 1, 70, 12), strict=True)]
    assert drawn(raws, seed) <= {"a", "d"}


def test_few_large_objects_count_by_the_area_that_they_take():
    small = [field(name, "labels", 9) for name in "ab"]
    large = [field(name, "labels", 9, side=16, size=80) for name in "cd"]
    for seed in range(5):
        assert {len(drawn([*small, *large], seed, 0.5) & set(pair)) for pair in ("ab", "cd")} == {1}


def test_the_split_follows_from_the_seed():
    names = [f"{number:03d}" for number in range(40)]
    first = split_names(names, 0, 0.2)
    assert len(first) == 8
    assert split_names(names, 0, 0.2) == first
    assert split_names(names, 1, 0.2) != first
    for part in range(0, 40, 5):
        assert len(first & set(names[part : part + 5])) == 1
    raws = [field(f"f{count}", "labels", count) for count in range(1, 41)]
    assert drawn(raws[::-1], 0) == drawn(raws, 0)


@pytest.mark.parametrize(
    ("count", "share", "held"),
    [(1, 0.5, 0), (2, 0.2, 1), (3, 0.01, 1), (3, 0.99, 2), (10, 0.25, 2)],
)
def test_at_least_one_image_is_on_each_side(count, share, held):
    assert len(split_names([str(number) for number in range(count)], 0, share)) == held


@pytest.mark.parametrize("share", [0, 1, -0.2, 20, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(UsageError, match="between 0 and 1"):
        split_names(["a", "b", "c"], 0, share)
