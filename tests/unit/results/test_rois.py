import numpy as np
import pytest
from roifile import ROI_TYPE, roiread

from deepbacs_zoo.annotations import read_rois
from deepbacs_zoo.results import outlines, write_rois


def filled(rings, shape):
    """The pixels whose centres lie inside polygons, by counting crossings."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    inside = np.zeros(shape, bool)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if x0 == x1:
                inside ^= (x < x0) & (np.minimum(y0, y1) < y) & (y < np.maximum(y0, y1))
    return inside


@pytest.mark.parametrize("seed", range(8))
def test_filling_an_outline_gives_the_pixels_back(seed):
    from scipy.ndimage import label

    mask = np.random.default_rng(seed).random((25, 30)) < 0.6
    labels, count = label(mask)
    found = outlines(labels)
    assert len(found) == count
    assert max(len(rings) for _, rings in found) > 2
    for number, rings in found:
        np.testing.assert_array_equal(filled(rings, mask.shape), labels == number)


def test_a_hole_is_a_ring_of_its_own_unless_it_touches_the_outside():
    labels = np.ones((5, 9), np.int32)
    labels[1, 1] = labels[2, 2] = labels[1, 7] = labels[0, 8] = 0
    ((_, rings),) = outlines(labels)
    assert [ring.tolist() for ring in rings[1:]] == [
        [[1, 1], [2, 1], [2, 2], [1, 2]],
        [[2, 2], [3, 2], [3, 3], [2, 3]],
    ]


def test_a_pixel_is_a_square_walked_clockwise_from_its_top_left_corner():
    labels = np.zeros((4, 5), np.int32)
    labels[1, 2] = 7
    ((label, (corners,)),) = outlines(labels)
    assert label == 7
    assert corners.tolist() == [[2, 1], [3, 1], [3, 2], [2, 2]]


def test_only_corners_are_kept():
    ((_, (corners,)),) = outlines(np.ones((30, 40), np.int32))
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


def test_a_part_with_holes_is_a_composite_roi_of_its_rings(tmp_path):
    labels = np.zeros((1, 1, 12, 12), np.int32)
    labels[0, 0, 2:10, 3:10] = 1
    labels[0, 0, 4:8, 5:8] = 2
    write_rois(tmp_path / "a.zip", labels)
    ring, core = roiread(tmp_path / "a.zip")
    assert (ring.name, ring.composite, core.composite) == ("0001", True, False)
    assert (ring.left, ring.top, ring.right, ring.bottom) == (3, 2, 10, 10)
    assert [part.tolist() for part in ring.coordinates(multi=True)] == [
        [[3, 2], [10, 2], [10, 10], [3, 10], [3, 2]],
        [[5, 4], [8, 4], [8, 8], [5, 8], [5, 4]],
    ]
    np.testing.assert_array_equal(read_rois(tmp_path / "a.zip", (12, 12)), labels[0, 0])


@pytest.mark.parametrize("seed", range(4))
def test_labels_with_holes_and_parts_come_back(seed, tmp_path):
    labels = np.random.default_rng(seed).integers(0, 4, (30, 40)).astype(np.int32)
    write_rois(tmp_path / "a.zip", labels[None, None])
    np.testing.assert_array_equal(read_rois(tmp_path / "a.zip", (30, 40)), labels)


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
