"""Predicted boxes that people corrected: moved, renamed, deleted and added rectangles."""

import numpy as np
import pytest

from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Calibration
from tests.unit.annotations.predictions import (
    SIZE,
    cells,
    detect,
    drawn,
    edit_rois,
    paint,
    rectangle,
    segment,
)

PLACES = [(8, 8, 1), (8, 40, 1), (24, 24, 2), (40, 8, 2), (40, 48, 1)]
OTHER = Calibration(0.5, 0.25, None, "µm")


def read(images, results, classes=None):
    """Return the boxes of the first plane and the findings by id."""
    kind = KINDS["boxes"]
    found = list(kind.read(kind.match_pairs(images, results), classes))
    said = {each.id: each.what for one in found for each in one.annotation.findings}
    return found[0].annotation.boxes, said


def correct(rois):
    """Move one, give one another class, delete one, add one; the last stays."""
    moved, renamed, _, kept, last = rois
    moved.xd, moved.left, moved.right = moved.xd + 2, moved.left + 2, moved.right + 2
    renamed.name = "coccus"
    return [moved, renamed, kept, last, rectangle(30, 2, 9, 8, "rod-1")]


@pytest.mark.parametrize(
    ("size", "shown"), [(SIZE, SIZE), (Calibration(), Calibration()), (OTHER, SIZE)]
)
def test_boxes_that_were_corrected_are_the_truth_and_the_note_counts_them(tmp_path, size, shown):
    images, results = tmp_path / "images", tmp_path / "results"
    before = detect(images, results, "a", PLACES, size, shown)
    edit_rois(results / "a_rois.zip", correct)
    boxes, said = read(images, results)
    assert [box.name for box in boxes] == [before[0].name, "coccus", *["rod", "coccus", "rod"]] or [
        box.name for box in boxes
    ] == [before[0].name, "coccus", before[3].name, before[4].name, "rod"]
    assert boxes[0].x0 == before[0].pixels[0] + 2
    assert boxes[3].x0 == before[4].pixels[0]
    renamed = before[1].name != "coccus"
    assert said["objects-corrected"] == (
        f"{3 + renamed} of 6 objects were corrected: 1 removed, 1 added, 1 redrawn, "
        f"{int(renamed)} of another class"
    )


def test_boxes_that_nobody_corrected_are_a_warning(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    before = detect(images, results, "a", PLACES)
    boxes, said = read(images, results)
    assert [box.name for box in boxes] == [row.name for row in before]
    assert list(said) == ["prediction-not-corrected"]


def test_the_name_of_a_class_counts_where_a_property_tells_the_old_one(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    before = detect(images, results, "a", PLACES)

    def rename(rois):
        for roi, name in zip(
            rois, ["0001-coccus", "coccus", "0120-0045", "rod 7", ""], strict=True
        ):
            roi.name = name or roi.name
        return rois

    edit_rois(results / "a_rois.zip", rename)
    boxes, _ = read(images, results)
    assert [box.name for box in boxes] == [
        "coccus",
        "coccus",
        before[2].name,
        "rod",
        before[4].name,
    ]


def test_an_image_without_a_box_was_predicted_so(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    detect(images, results, "a", [])
    boxes, said = read(images, results)
    assert boxes == ()
    assert set(said) == {"prediction-not-corrected", "image-without-object"}
    (results / "a_table.csv").unlink()
    with pytest.raises(DataError, match="no outline in it"):
        read(images, results)


@pytest.mark.parametrize("edited", ["rois", "labels"])
def test_the_edited_file_of_a_segmentation_gives_boxes_too(tmp_path, edited):
    images, results = tmp_path / "images", tmp_path / "results"
    segment(images, results, "a", cells())
    square = drawn([[50, 1], [60, 1], [60, 8], [50, 8]], "new")
    if edited == "rois":
        edit_rois(results / "a_rois.zip", lambda rois: [*rois[:1], square])
    else:
        paint(results / "a_labels.tif", lambda old: np.where(old > 2, 0, old))
    boxes, said = read(images, results, ("cell",))
    assert [box.name for box in boxes] == ["cell", "cell"]
    assert "edited-file-taken" in said
    assert "objects-corrected" in said
