"""Composed fields: every object is one of the training images, and none covers another."""

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import label

from deepbacs_zoo.tasks import Field, Labels
from deepbacs_zoo.training.data.composition import clusters, composed_fields
from deepbacs_zoo.training.data.patches import Patches
from tests.unit.training.small import TASK

SIDE = 128


def field(*boxes, shape=(160, 160), background=1.0, channels=1):
    """Objects of value 4 on a background; a box is first and last row and column."""
    labels = np.zeros(shape, np.int32)
    for number, (top, bottom, left, right) in enumerate(boxes, 1):
        labels[top:bottom, left:right] = number
    image = np.where(labels > 0, 4.0, background).astype(np.float32)
    return Field(np.stack([image] * channels), Labels(labels))


TWO = field((50, 60, 50, 74), (100, 110, 90, 114))


def test_fields_follow_from_the_seed_alone():
    first, again, other = (composed_fields([TWO], 3, SIDE, seed) for seed in ([1], [1], [2]))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.image, two.image)
        np.testing.assert_array_equal(one.truth.content, two.truth.content)
    assert not np.array_equal(first[0].image, other[0].image)


def test_objects_are_whole_and_their_light_is_that_of_the_originals():
    for made in composed_fields([TWO], 8, SIDE, [0]):
        labels, image = made.truth.content, made.image[0]
        assert image.shape == labels.shape == (SIDE, SIDE)
        assert image.dtype == np.float32
        assert labels.dtype == np.int32
        # Far from every edge of an object the values are those of objects and of the background;
        # the light of a neighbour is zero here, as the background is flat.
        for number in np.unique(labels[labels > 0]):
            mask = labels == number
            assert label(mask)[1] == 1
            assert np.median(image[mask]) == pytest.approx(4, abs=0.3)
        far = np.pad(labels, 4, mode="edge")
        near = np.max(
            [np.roll(far, (y, x), (0, 1)) for y in (-4, 0, 4) for x in (-4, 0, 4)], axis=0
        )
        assert np.allclose(image[near[4:-4, 4:-4] == 0], 1, atol=1e-5)


def test_some_fields_are_crowded_and_some_are_not():
    counts = [made.truth.count for made in composed_fields([TWO], 24, SIDE, [0])]
    assert min(counts) <= 4
    assert max(counts) >= 12


def test_neighbours_touch_or_nearly_so():
    crowd = max(composed_fields([TWO], 12, SIDE, [0]), key=lambda made: made.truth.count)
    labels = crowd.truth.content
    close = 0
    for number in np.unique(labels[labels > 0]):
        grown = np.zeros_like(labels, bool)
        mask = labels == number
        for y in range(-4, 5):
            for x in range(-4, 5):
                grown |= np.roll(mask, (y, x), (0, 1))
        close += bool(set(np.unique(labels[grown])) - {0, number})
    assert close >= 0.8 * crowd.truth.count


def test_clusters_are_cut_out_whole_and_alone():
    touching = field((40, 60, 40, 60), (40, 60, 61, 80), (120, 130, 40, 60))
    found = clusters([touching], SIDE)
    assert sorted(np.unique(one.labels).tolist() for one in found) == [[0, 1, 2], [0, 3]]
    for one in found:
        assert one.light.shape == (1, *one.labels.shape)
        assert (one.light[0][one.labels > 0] == 3).all()
        assert one.light[0][0].max() == 0


@pytest.mark.parametrize(
    "crowded",
    [
        field((0, 20, 50, 70)),  # at the edge
        field((20, 140, 20, 140)),  # larger than a field
        field((0, 160, 0, 160)),  # no background
        field(),
    ],
)
def test_nothing_is_composed_where_nothing_can_be_cut_out(crowded):
    assert composed_fields([crowded], 4, SIDE, [0]) == ()


def test_all_channels_of_a_picture_are_composed_alike():
    (made,) = composed_fields([field((50, 60, 50, 74), channels=3)], 1, SIDE, [0])
    assert made.image.shape == (3, SIDE, SIDE)
    np.testing.assert_array_equal(made.image[0], made.image[2])


def test_half_of_the_patches_show_composed_fields():
    plain = dataclasses.replace(TWO, image=np.zeros_like(TWO.image))
    composed = dataclasses.replace(TWO, image=np.full_like(TWO.image, 100))
    settings = dataclasses.replace(TASK.training, batch_size=100, steps_per_epoch=2)
    patches = Patches(TASK, [plain], settings, 0, 0, [composed])
    share = np.mean([image.mean() > 10 for image, _ in patches])
    assert 0.4 < share < 0.6
    without = Patches(TASK, [plain], settings, 0, 0)
    assert all(image.mean() < 10 for image, _ in without)
