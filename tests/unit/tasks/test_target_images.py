"""A target image is cut and turned as its image is, and its structures stand for objects."""

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.tasks import Sample, Window
from deepbacs_zoo.tasks.ground_truth.images import TargetImage
from deepbacs_zoo.tasks.images.shared import chosen_by_targets

PLANES = np.random.default_rng(0).normal(size=(2, 40, 50)).astype(np.float32)


def bright(shape=(40, 50)):
    plane = np.zeros((1, *shape), np.float32)
    plane[0, 3:8, 20:30] = 5
    return TargetImage(plane)


def test_windows_and_turns_are_those_of_the_array():
    target = TargetImage(PLANES)
    np.testing.assert_array_equal(target.cut(Window(3, 5, 10, 12)).content, PLANES[:, 3:13, 5:17])
    for turns in range(4):
        for mirrored in (False, True):
            expected = np.rot90(PLANES, turns, (1, 2))
            expected = expected[:, :, ::-1] if mirrored else expected
            np.testing.assert_array_equal(target.rotated(turns, mirrored).content, expected)
    assert target.padded(48, 50).content.shape == (2, 48, 50)
    np.testing.assert_array_equal(target.padded(48, 50).content[:, 40], PLANES[:, 39])
    assert target.padded(40, 50) is target


@pytest.mark.parametrize("window", [Window(3, 5, 10, 12, 1.5), Window(35, 5, 10, 12)])
def test_pixels_between_pixels_are_not_made_up(window):
    with pytest.raises(ValueError, match="no such window"):
        TargetImage(PLANES).cut(window)


def test_blocks_with_a_structure_stand_for_objects():
    target = bright()
    assert target.foreground_mask().sum() == 50
    assert target.count == 1
    np.testing.assert_array_equal(target.extents, [[[0, 16], [16, 32]]])
    empty = TargetImage(np.ones((1, 40, 50), np.float32))
    assert (empty.count, empty.foreground_mask().any()) == (0, False)
    assert TargetImage(-bright().content).count == 1, "dark structures, too"


def test_a_finer_target_is_cut_and_turned_with_the_pixels_of_its_image():
    target = TargetImage(PLANES, 2)
    assert target.shape == (20, 25)
    window = Window(3, 5, 10, 12)
    np.testing.assert_array_equal(target.cut(window).content, PLANES[:, 6:26, 10:34])
    assert target.part(window).shape == (10, 12)
    assert target.rotated(1, False).shape == (25, 20)
    assert target.padded(24, 25).content.shape == (2, 48, 50)
    mask = TargetImage(bright().content, 2).foreground_mask()
    assert mask.shape == (20, 25)
    assert mask.sum() == 3 * 5, "rows 3 to 7 and columns 20 to 29 lie in these pixels"


@pytest.mark.parametrize(("factor", "other"), [(1, 2), (2, 1)])
def test_targets_of_another_size_than_the_method_gives_are_refused(factor, other):
    sample = Sample("a.tif", 1, TargetImage(PLANES, other))
    with pytest.raises(DataError, match=r"a\.tif.*50 x 40 pixels for an image of"):
        chosen_by_targets([sample], factor)
    assert chosen_by_targets([sample], other)["target_channels"] == 2


def test_targets_of_other_channels_are_refused():
    samples = [Sample("a.tif", 1, bright()), Sample("b.tif", 1, TargetImage(PLANES))]
    with pytest.raises(DataError, match=r"b\.tif.*2 channels"):
        chosen_by_targets(samples)
