import numpy as np
import pytest

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.tasks.ground_truth.labels import Margins, Window

BOXES = (Box(2, 3, 12, 8, "rod"), Box(20, 10, 26, 22, "coccus"))
TRUTH = BoxTruth(BOXES, (30, 40))


def painted(truth):
    """One plane for each box, which arrays can do the same to."""
    planes = np.zeros((len(truth.boxes), *truth.shape), bool)
    for plane, box in zip(planes, truth.boxes, strict=True):
        plane[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = True
    return planes


def test_the_content_knows_the_size_of_the_image():
    assert TRUTH.content.shape == (30, 40)
    assert np.argwhere(TRUTH.foreground_mask()).tolist() == [[5, 7], [16, 23]]
    assert BoxTruth((Box(40, 30, 40, 30, "rod"),), (30, 40)).foreground_mask()[29, 39]
    assert TRUTH.margins(Window(0, 0, 10, 10), 16) == Margins()


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_boxes_turn_as_images_do(turns, mirrored):
    found = TRUTH.rotated(turns, mirrored)
    expected = np.rot90(painted(TRUTH), turns, (1, 2))
    expected = expected[:, :, ::-1] if mirrored else expected
    assert found.shape == expected.shape[1:]
    assert (painted(found) == expected).all()
    assert [box.name for box in found.boxes] == ["rod", "coccus"]


def test_a_window_cuts_boxes_and_leaves_out_those_mostly_outside():
    found = TRUTH.cut(Window(0, 6, 16, 32))
    assert found.shape == (16, 32)
    assert found.boxes == (Box(0, 3, 6, 8, "rod"), Box(14, 10, 20, 16, "coccus"))
    assert TRUTH.cut(Window(0, 9, 14, 31)).boxes == ()  # under 35 % of either
    assert TRUTH.cut(Window(12, 0, 16, 16)).boxes == ()


def test_a_window_may_enlarge():
    found = TRUTH.cut(Window(1, 1, 32, 48, 0.5))
    assert found.boxes[0] == Box(2, 4, 22, 14, "rod")


def test_what_is_too_small_to_be_seen_is_not_learned():
    truth = BoxTruth((Box(4, 4, 5, 5, "rod"),), (30, 40))
    assert truth.cut(Window(0, 0, 30, 40)).boxes == ()


def test_mirrored_ends_have_their_boxes():
    assert TRUTH.padded(30, 40) == TRUTH
    assert TRUTH.padded(20, 20) == TRUTH
    found = TRUTH.padded(50, 40)
    assert found.shape == (50, 40)
    assert found.boxes == (*TRUTH.boxes, Box(20, 38, 26, 50, "coccus"))
    both = TRUTH.padded(60, 80)
    assert len(both.boxes) == 8
    array = np.pad(painted(TRUTH).any(axis=0), ((0, 30), (0, 40)), mode="symmetric")
    assert (painted(both).any(axis=0) == array).all()


def test_a_box_at_the_end_goes_over_into_its_mirror_image():
    truth = BoxTruth((Box(30, 20, 40, 30, "rod"),), (30, 40))
    found = truth.padded(32, 60)
    assert found.boxes == (Box(30, 20, 50, 32, "rod"),)


def test_small_images_are_mirrored_again_and_again():
    found = BoxTruth((Box(2, 3, 12, 8, "rod"),), (10, 20)).padded(35, 64)
    array = np.zeros((10, 20), bool)
    array[3:8, 2:12] = True
    array = np.pad(array, ((0, 25), (0, 44)), mode="symmetric")
    assert found.shape == array.shape
    wrong = painted(found).any(axis=0) != array  # a sliver of a mirror image is no box
    assert wrong[:, :60].sum() == 0
