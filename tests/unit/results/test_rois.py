import numpy as np
import pytest
from roifile import ROI_TYPE, roiread

from deepbacs_zoo.results import outlines, write_rois


def filled(corners, shape):
    """The pixels whose centres lie inside a polygon, by counting crossings."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    inside = np.zeros(shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if x0 == x1:
            inside ^= (x < x0) & (np.minimum(y0, y1) < y) & (y < np.maximum(y0, y1))
    return inside


@pytest.mark.parametrize("seed", range(8))
def test_filling_an_outline_gives_the_pixels_back(seed):
    from scipy.ndimage import label

    rng = np.random.default_rng(seed)
    mask = rng.random((25, 30)) < 0.55
    holes, _ = label(~np.pad(mask, 1), np.ones((3, 3)))
    mask |= (holes != holes[0, 0])[1:-1, 1:-1]  # an outline does not have holes
    labels, count = label(mask)
    found = outlines(labels)
    assert len(found) == count
    for number, corners in found:
        np.testing.assert_array_equal(filled(corners, mask.shape), labels == number)


def test_a_pixel_is_a_square_walked_clockwise_from_its_top_left_corner():
    labels = np.zeros((4, 5), np.int32)
    labels[1, 2] = 7
    ((label, corners),) = outlines(labels)
    assert label == 7
    assert corners.tolist() == [[2, 1], [3, 1], [3, 2], [2, 2]]


def test_only_corners_are_kept():
    ((_, corners),) = outlines(np.ones((30, 40), np.int32))
    assert corners.tolist() == [[0, 0], [40, 0], [40, 30], [0, 30]]


def test_a_label_of_two_parts_has_two_outlines():
    labels = np.array([[1, 0, 1], [0, 0, 1]], np.int32)
    assert [label for label, _ in outlines(labels)] == [1, 1]


def test_a_roi_set_holds_one_named_outline_for_each_object(tmp_path):
    labels = np.zeros((1, 1, 10, 12), np.int32)
    labels[0, 0, 1:4, 2:9] = 1
    labels[0, 0, 6:9, 1:5] = 2
    write_rois(tmp_path / "a.zip", labels)
    rois = roiread(tmp_path / "a.zip")
    assert [roi.name for roi in rois] == ["0001", "0002"]
    assert all(roi.roitype == ROI_TYPE.TRACED for roi in rois)
    assert (rois[0].left, rois[0].top, rois[0].right, rois[0].bottom) == (2, 1, 9, 4)
    assert rois[1].coordinates().tolist() == [[1, 6], [5, 6], [5, 9], [1, 9]]


def test_rois_of_stacks_know_their_frame_and_slice(tmp_path):
    labels = np.zeros((2, 3, 6, 6), np.int32)
    labels[0, 1, 1:3, 1:3] = 1
    labels[1, 2, 1:3, 1:3] = 1
    write_rois(tmp_path / "a.zip", labels)
    rois = roiread(tmp_path / "a.zip")
    assert [roi.name for roi in rois] == ["t0001-z0002-0001", "t0002-z0003-0001"]
    assert [(roi.t_position, roi.z_position) for roi in rois] == [(1, 2), (2, 3)]


def test_the_same_labels_give_the_same_bytes_and_an_empty_set_is_a_zip(tmp_path):
    labels = np.ones((1, 1, 4, 4), np.int32)
    for name in ("a.zip", "b.zip"):
        write_rois(tmp_path / name, labels)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    write_rois(tmp_path / "empty.zip", np.zeros((1, 1, 4, 4), np.int32))
    assert (tmp_path / "empty.zip").read_bytes().startswith(b"PK")
