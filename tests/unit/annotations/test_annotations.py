import numpy as np
import pytest
from PIL import Image as Picture

from deepbacs_zoo.annotations import read_annotation
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.results import write_rois

SIZE = (60, 80)


def rods(*boxes):
    """Labels 1 to n of filled boxes (top, left, bottom, right)."""
    labels = np.zeros(SIZE, np.int32)
    for number, (top, left, bottom, right) in enumerate(boxes, start=1):
        labels[top:bottom, left:right] = number
    return labels


APART = rods((2, 2, 8, 20), (12, 2, 18, 22), (22, 2, 28, 21), (32, 40, 38, 60))


def saved(path, array):
    if path.suffix == ".tif":
        write_tiff(path, array, "yx", Calibration())
    else:
        Picture.fromarray(array).save(path)
    return path


def coloured(labels, background=(0, 0, 0)):
    table = np.array(
        [background, (255, 0, 0), (0, 200, 10), (30, 30, 255), (255, 255, 0)], np.uint8
    )
    return table[labels]


@pytest.mark.parametrize("value", [255, 65535])
def test_a_mask_is_taken_apart_into_its_objects(value, tmp_path):
    mask = np.where(APART > 0, value, 0).astype(np.uint16)
    found = read_annotation(saved(tmp_path / "a.tif", mask), SIZE)
    np.testing.assert_array_equal(found.labels, APART)
    assert found.findings == ()


@pytest.mark.parametrize("background", [(0, 0, 0), (255, 255, 255)])
def test_a_picture_gives_one_object_for_each_region_of_a_colour(background, tmp_path):
    labels = rods((2, 2, 8, 20), (8, 2, 14, 20), (20, 2, 26, 21))
    labels[40:46, 50:70] = 1  # the same colour elsewhere is another object
    found = read_annotation(saved(tmp_path / "a.png", coloured(labels, background)), SIZE).labels
    assert found.max() == 4
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found > 0, labels > 0)
    assert found[3, 3] != found[9, 3], "neighbours of two colours touch and stay apart"


def test_grey_values_saved_as_a_colour_picture_are_labels(tmp_path):
    grey = np.repeat(APART.astype(np.uint8)[:, :, None], 3, axis=2)
    found = read_annotation(saved(tmp_path / "a.png", grey), SIZE)
    np.testing.assert_array_equal(found.labels, APART)


def test_colours_that_run_into_each_other_are_refused(tmp_path):
    from scipy.ndimage import gaussian_filter

    blurred = gaussian_filter(coloured(APART).astype(float), (1, 1, 0)).astype(np.uint8)
    with pytest.raises(DataError, match="run into each other"):
        read_annotation(saved(tmp_path / "a.png", blurred), SIZE)


@pytest.mark.parametrize(
    "added",
    [
        pytest.param((12, 22, 18, 40), id="no waist: as wide as the others, longer"),
        pytest.param((50, 60, 53, 63), id="small"),
    ],
)
def test_masks_of_single_cells_are_not_suspected(added, tmp_path):
    mask = np.where(APART > 0, 255, 0).astype(np.uint8)
    mask[added[0] : added[2], added[1] : added[3]] = 255
    assert read_annotation(saved(tmp_path / "a.tif", mask), SIZE).findings == ()


@pytest.mark.parametrize(
    "touching",
    [
        pytest.param([(40, 2, 46, 20), (46, 2, 52, 20)], id="side by side"),
        pytest.param([(40, 2, 46, 20), (42, 20, 44, 22), (40, 22, 46, 40)], id="by a waist"),
    ],
)
def test_cells_that_touch_in_a_mask_are_warned_of(touching, tmp_path):
    mask = np.where(APART > 0, 255, 0).astype(np.uint8)
    for top, left, bottom, right in touching:
        mask[top:bottom, left:right] = 255
    (finding,) = read_annotation(saved(tmp_path / "a.tif", mask), SIZE).findings
    assert finding.id == "mask-objects-touch"
    assert "1 of 5 objects" in finding.sentence()
    assert "label image or outlines" in finding.hint


def test_an_inverted_mask_is_warned_of(tmp_path):
    mask = np.where(APART > 0, 0, 255).astype(np.uint8)
    findings = read_annotation(saved(tmp_path / "a.tif", mask), SIZE).findings
    assert "mask-mostly-foreground" in [finding.id for finding in findings]


def test_torn_labels_are_warned_of(tmp_path):
    labels = APART.astype(np.uint16)
    labels[50:55, 50:60] = 1
    (finding,) = read_annotation(saved(tmp_path / "a.tif", labels), SIZE).findings
    assert finding.id == "label-in-parts"


def test_outlines_are_annotations_too(tmp_path):
    write_rois(tmp_path / "a.zip", APART[None, None])
    np.testing.assert_array_equal(read_annotation(tmp_path / "a.zip", SIZE).labels, APART)


def test_regions_of_a_mask_that_meet_at_a_corner_are_two_objects(tmp_path):
    mask = np.zeros(SIZE, np.uint8)
    mask[2:8, 2:20] = mask[8:14, 20:38] = 255
    found = read_annotation(saved(tmp_path / "a.tif", mask), SIZE)
    assert found.labels.max() == 2
    assert found.findings == ()


def test_two_rods_end_to_end_in_a_mask_are_one_object_and_warned_of_by_their_waist(tmp_path):
    mask = np.where(APART > 0, 255, 0).astype(np.uint8)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    for centre in (14, 30):  # ellipses 16 long and 8 wide that meet at their ends
        mask[((columns - centre) / 8) ** 2 + ((rows - 50) / 4) ** 2 <= 1] = 255
    found = read_annotation(saved(tmp_path / "a.tif", mask), SIZE)
    assert found.labels.max() == 5
    (finding,) = found.findings
    assert "1 of 5" in finding.sentence()


def test_a_mask_in_one_bit_is_a_mask_by_its_values(tmp_path):
    Picture.fromarray(APART > 0).save(tmp_path / "a.png")
    found = read_annotation(tmp_path / "a.png", SIZE)
    np.testing.assert_array_equal(found.labels, APART)


def test_an_empty_mask_has_no_objects(tmp_path):
    found = read_annotation(saved(tmp_path / "a.tif", np.zeros(SIZE, np.uint8)), SIZE)
    assert found.labels.max() == 0
    assert found.findings == ()
