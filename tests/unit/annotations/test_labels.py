import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import LabelOptions, label_findings, read_annotation, relabel
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import Calibration, read_image, write_tiff


def rows(*numbers, dtype=np.uint16):
    labels = np.zeros((2 * len(numbers) + 1, 9), dtype)
    for row, number in enumerate(numbers):
        labels[2 * row, 1:8] = number
    return labels


@pytest.mark.parametrize(
    ("numbers", "parts"),
    [
        ([1, 2, 7], ["3 is missing, 7 is there", "1 to 3"]),
        ([1, 3], ["2 is missing, 3 is there", "1 to 2"]),
        ([10, 20, 30, 40, 50, 60, 70], ["1, 2, 3, 4, 5 and 2 more are missing", "10, 20"]),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.uint32, np.float32, np.float64])
def test_gaps_are_closed_and_noted(tmp_path, numbers, parts, dtype):
    path = tmp_path / "cells.tif"
    tifffile.imwrite(path, rows(*numbers, dtype=dtype))
    found = read_annotation(path, (1, 1))
    count = len(numbers)
    np.testing.assert_array_equal(found.labels, rows(*range(1, count + 1)))
    assert found.numbers == tuple(numbers)
    (finding,) = found.findings
    assert (finding.id, finding.severity) == ("labels-renumbered", Severity.INFO)
    for part in parts:
        assert part in finding.sentence()


@pytest.mark.parametrize(
    ("dtype", "number"),
    [(np.uint32, 2**32 - 1), (np.uint64, 2**63 + 4096), (np.float64, 2.0**60), (np.int64, 2**40)],
)
def test_numbers_beyond_32_bits_are_labels(tmp_path, dtype, number):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, rows(3, number, 1, dtype=dtype))
    found = read_annotation(path, (1, 1))
    np.testing.assert_array_equal(found.labels, rows(2, 3, 1))
    assert found.labels.dtype == np.int32
    assert found.numbers == (1, 3, int(number))


def test_one_negative_number_is_background(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, rows(1, -1, 2, 3, dtype=np.int16))
    found = read_annotation(path, (1, 1))
    np.testing.assert_array_equal(found.labels, rows(1, 0, 2, 3))
    (finding,) = found.findings
    assert finding.id == "negative-as-background"
    assert "7 pixels of -1" in finding.sentence()


def test_the_background_can_be_named(tmp_path):
    path = tmp_path / "a.tif"
    labels = rows(2, 3, 4)
    labels[labels == 0] = 1
    tifffile.imwrite(path, labels)
    assert read_annotation(path, (1, 1)).labels.max() == 4
    found = read_annotation(path, (1, 1), LabelOptions(background=1))
    np.testing.assert_array_equal(found.labels, rows(1, 2, 3))
    with pytest.raises(DataError, match=r"named as background \(9\); allowed: .*1, 2, 3, 4"):
        read_annotation(path, (1, 1), LabelOptions(background=9))


def test_labels_are_numbered_again_in_their_old_order_with_their_pixel_size(tmp_path):
    source, target = tmp_path / "a.tif", tmp_path / "b.tif"
    write_tiff(source, rows(7, 2, 7, 1), "yx", Calibration(0.08, 0.08, None, "µm"))
    assert relabel(source, target) == 3
    np.testing.assert_array_equal(read_annotation(target, (1, 1)).labels, rows(3, 2, 3, 1))
    assert read_image(target).calibration.x == pytest.approx(0.08)
    assert relabel(source, source) == 3
    np.testing.assert_array_equal(read_annotation(source, (1, 1)).labels, rows(3, 2, 3, 1))


def test_an_array_of_labels_is_numbered_again_as_an_image(tmp_path):
    np.save(tmp_path / "a.npy", rows(7, 2, 7, 1))
    assert relabel(tmp_path / "a.npy", tmp_path / "b.tif") == 3
    labels = read_annotation(tmp_path / "b.tif", (1, 1)).labels
    np.testing.assert_array_equal(labels, rows(3, 2, 3, 1))


def test_an_image_full_of_labels_keeps_them_all(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.array([[5, 5], [9, 9]], np.uint8))
    assert relabel(path, path) == 2
    assert read_image(path).data.values[0, 0, 0].tolist() == [[1, 1], [2, 2]]


def test_more_objects_than_16_bits_hold_are_kept(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.arange(2, 70_002, dtype=np.uint32).reshape(200, 350))
    assert relabel(path, path) == 70_000
    assert read_annotation(path, (1, 1)).labels.max() == 70_000


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (rows(-1, -2, dtype=np.int16), "negative"),
        (rows(0.5, 1, dtype=np.float32), "whole numbers"),
    ],
)
def test_what_is_no_label_image_is_not_numbered_again(tmp_path, content, part):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, content)
    before = path.read_bytes()
    with pytest.raises(DataError, match=part):
        relabel(path, path)
    assert path.read_bytes() == before


def test_an_object_keeps_its_number_through_a_movie_that_is_numbered_again(tmp_path):
    path = tmp_path / "a.tif"
    movie = np.stack([rows(9, 4), rows(4, 30)])
    tifffile.imwrite(path, movie, imagej=True, metadata={"axes": "TYX"})
    assert relabel(path, path) == 3
    found = read_image(path).data
    assert found.sizes["t"] == 2
    np.testing.assert_array_equal(found.values[:, 0, 0], np.stack([rows(2, 1), rows(1, 3)]))


def test_a_label_image_is_made_of_a_mask(tmp_path):
    mask, target = tmp_path / "a.tif", tmp_path / "b.tif"
    tifffile.imwrite(mask, rows(255, 255, 255, dtype=np.uint8))
    assert relabel(mask, target, LabelOptions()) == 3
    np.testing.assert_array_equal(read_image(target).data.values[0, 0, 0], rows(1, 2, 3))


def test_a_label_in_several_parts_is_a_warning(tmp_path):
    (finding,) = label_findings(tmp_path / "a.tif", rows(1, 2, 1, 3))
    assert finding.severity == Severity.WARNING
    assert "a.tif" in finding.where
    assert finding.id == "label-in-parts"
    assert "1 of its 3 labels" in finding.sentence()
    assert "(1)" in finding.sentence()
    assert finding.allowed
    assert finding.hint


def test_whole_labels_also_those_that_touch_at_a_corner_are_no_finding(tmp_path):
    labels = rows(1, 2, 3)
    labels[5:, 3:5] = 4
    labels[6, 5:7] = 4
    assert label_findings(tmp_path, labels) == ()
    assert label_findings(tmp_path, np.array([[1, 0], [0, 1]])) == ()
    assert label_findings(tmp_path, np.zeros((3, 3), int)) == ()
