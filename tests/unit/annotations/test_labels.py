import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import label_findings, read_annotation, relabel
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
        ([10, 20, 30, 40, 50, 60, 70], ["1, 2, 3, 4, 5 and 2 more are missing", "10, 20"]),
    ],
)
def test_gaps_are_listed_with_the_way_out(tmp_path, numbers, parts):
    path = tmp_path / "cells.tif"
    tifffile.imwrite(path, rows(*numbers))
    with pytest.raises(DataError) as caught:
        read_annotation(path, (1, 1))
    for part in ("cells.tif", "allowed: ", "images.relabel", *parts):
        assert part in str(caught.value)


def test_labels_are_numbered_again_in_their_old_order_with_their_pixel_size(tmp_path):
    source, target = tmp_path / "a.tif", tmp_path / "b.tif"
    write_tiff(source, rows(7, 2, 7, 1), "yx", Calibration(0.08, 0.08, None, "µm"))
    assert relabel(source, target) == 3
    np.testing.assert_array_equal(read_annotation(target, (1, 1)).labels, rows(3, 2, 3, 1))
    assert read_image(target).calibration.x == pytest.approx(0.08)
    assert relabel(source, source) == 3
    np.testing.assert_array_equal(read_annotation(source, (1, 1)).labels, rows(3, 2, 3, 1))


def test_an_image_full_of_labels_keeps_them_all(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.array([[5, 5], [9, 9]], np.uint8))
    assert relabel(path, path) == 2
    assert read_annotation(path, (1, 1)).labels.tolist() == [[1, 1], [2, 2]]


def test_more_objects_than_16_bits_hold_are_kept(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.arange(2, 70_002, dtype=np.uint32).reshape(200, 350))
    assert relabel(path, path) == 70_000
    assert read_annotation(path, (1, 1)).labels.max() == 70_000


@pytest.mark.parametrize(
    ("content", "part"),
    [(rows(-1, dtype=np.int16), "negative"), (rows(0.5, dtype=np.float32), "whole numbers")],
)
def test_what_is_no_label_image_is_not_numbered_again(tmp_path, content, part):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, content)
    before = path.read_bytes()
    with pytest.raises(DataError, match=part):
        relabel(path, path)
    assert path.read_bytes() == before


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
