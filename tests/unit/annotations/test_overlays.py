"""Outlines in the image itself, as ImageJ saves an overlay or a selection in a TIFF file."""

import numpy as np
import pytest
import tifffile
from roifile import ROI_SUBTYPE, ROI_TYPE

from deepbacs_zoo.annotations import read_label_pairs
from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.annotations.labels.options import LabelOptions
from deepbacs_zoo.annotations.pairs import Pair
from deepbacs_zoo.errors import DataError
from tests.unit.annotations.test_roi_kinds import framed
from tests.unit.annotations.test_rois import SIZE, box

IMAGE = np.random.default_rng(0).integers(0, 4000, SIZE).astype(np.uint16)
CELLS = (box(1, 1, 9, 9, name="a"), box(9, 9, 20, 15, name="b"))


def pair_of(folder, image, target, **metadata):
    axes = "TYX" if image.ndim == 3 else "YX"
    tifffile.imwrite(folder / "f.tif", image, imagej=True, metadata={"axes": axes})
    (folder / "target").mkdir()
    path = folder / "target" / "f.tif"
    tifffile.imwrite(path, target, imagej=True, metadata={"axes": axes, **metadata})
    return Pair("f", folder / "f.tif", path)


def overlay(*rois):
    return [roi.tobytes() for roi in rois]


def test_outlines_in_the_image_itself_are_its_labels(tmp_path):
    pair = pair_of(tmp_path, IMAGE, IMAGE, Overlays=overlay(*CELLS))
    (found,) = read_label_pairs([pair])
    assert found.annotation.findings == ()
    assert [int((found.annotation.labels == n).sum()) for n in (1, 2)] == [64, 66]


def test_they_belong_to_the_planes_of_a_movie(tmp_path):
    movie = np.stack([IMAGE, IMAGE + 1])
    rois = box(1, 1, 9, 9, name="a", position=2), box(1, 1, 9, 9, name="b", position=1)
    pair = pair_of(tmp_path, movie, movie, Overlays=overlay(*rois))
    found = list(read_label_pairs([pair]))
    assert [int(each.annotation.labels.max()) for each in found] == [1, 1]


def test_a_selection_is_an_outline_where_there_is_no_overlay(tmp_path):
    pair = pair_of(tmp_path, IMAGE, IMAGE, ROI=CELLS[0].tobytes())
    (found,) = read_label_pairs([pair])
    assert int(found.annotation.labels.sum()) == 64


def test_boxes_are_those_around_them(tmp_path):
    pair = pair_of(tmp_path, IMAGE, IMAGE, Overlays=overlay(*CELLS))
    (found,) = KINDS["boxes"].read([pair], ["cell"], LabelOptions())
    assert len(found.annotation.boxes) == 2


def test_a_scale_bar_is_no_object(tmp_path):
    bar = box(1, 30, 20, 33, name="|SB|")
    pair = pair_of(tmp_path, IMAGE, IMAGE, Overlays=overlay(*CELLS, bar))
    (found,) = read_label_pairs([pair])
    assert found.annotation.labels.max() == 2
    assert [each.id for each in found.annotation.findings] == ["outline-is-note"]


@pytest.mark.parametrize(
    "rois",
    [
        (box(1, 30, 20, 33, name="|SB|"),),
        (framed(ROI_TYPE.RECT, 2, 2, 9, 9, subtype=ROI_SUBTYPE.TEXT),),
    ],
)
def test_the_labels_of_a_file_with_a_scale_bar_alone_are_its_pixels(rois, tmp_path):
    labels = np.zeros(SIZE, np.uint16)
    labels[2:6, 2:6], labels[8:12, 2:6], labels[8:12, 8:9] = 1, 2, 3
    pair = pair_of(tmp_path, IMAGE, labels, Overlays=overlay(*rois))
    (found,) = read_label_pairs([pair])
    np.testing.assert_array_equal(found.annotation.labels, labels)
    assert found.annotation.findings == ()


def test_outlines_beside_labels_are_left_out_with_a_warning(tmp_path):
    labels = np.zeros(SIZE, np.uint16)
    labels[2:6, 2:6], labels[8:12, 2:6], labels[8:12, 8:9] = 1, 2, 3
    pair = pair_of(tmp_path, IMAGE, labels, Overlays=overlay(*CELLS))
    (found,) = read_label_pairs([pair])
    np.testing.assert_array_equal(found.annotation.labels, labels)
    (finding,) = found.annotation.findings
    assert finding.id == "overlay-not-read"
    assert "2 outlines" in finding.sentence()


def test_a_file_that_is_cut_off_is_refused_by_the_reader_of_images(tmp_path):
    pair = pair_of(tmp_path, IMAGE, IMAGE, Overlays=overlay(*CELLS))
    data = pair.target.read_bytes()
    for end in range(0, len(data), 97):
        pair.target.write_bytes(data[:end])
        with pytest.raises(DataError):
            list(read_label_pairs([pair]))


def test_a_damaged_overlay_is_one_sentence(tmp_path):
    pair = pair_of(tmp_path, IMAGE, IMAGE, Overlays=[CELLS[0].tobytes()[:70]])
    with pytest.raises(DataError, match="its overlay cannot be read"):
        list(read_label_pairs([pair]))
