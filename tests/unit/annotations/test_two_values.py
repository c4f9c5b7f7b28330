"""An image of two values is a mask, whatever they are and however they are stored."""

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.annotations import LabelOptions, read_annotation
from deepbacs_zoo.errors import DataError, UsageError

SIZE = (40, 50)
LABELS = np.zeros(SIZE, np.int32)
for number, (top, left) in enumerate([(3, 3), (3, 20), (15, 8), (28, 30)], start=1):
    LABELS[top : top + 5, left : left + 12] = number
INSIDE = LABELS > 0
ONE = LABELS == 1


def tiff(path, array, **options):
    tifffile.imwrite(path.with_suffix(".tif"), array, **options)
    return path.with_suffix(".tif")


def png(path, picture):
    picture.save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def palette(inside):
    picture = Picture.fromarray(inside.astype(np.uint8), "P")
    picture.putpalette([0, 0, 0, 255, 255, 255])
    return picture


def rgb(inside):
    return np.repeat(np.where(inside, 255, 0).astype(np.uint8)[..., None], 3, axis=2)


STORED = {
    "0 and 1": lambda p, m: tiff(p, m.astype(np.uint8)),
    "0 and 1, 16 bits": lambda p, m: tiff(p, m.astype(np.uint16)),
    "0 and 127": lambda p, m: tiff(p, np.where(m, 127, 0).astype(np.uint8)),
    "0 and 255": lambda p, m: tiff(p, np.where(m, 255, 0).astype(np.uint8)),
    "0 and 65535": lambda p, m: tiff(p, np.where(m, 65535, 0).astype(np.uint16)),
    "1 and 2": lambda p, m: tiff(p, np.where(m, 2, 1).astype(np.uint8)),
    "127 and 255": lambda p, m: tiff(p, np.where(m, 255, 127).astype(np.uint8)),
    "objects of 1, background of 2": lambda p, m: tiff(p, np.where(m, 1, 2).astype(np.uint8)),
    "0 and 2**32 - 1": lambda p, m: tiff(p, np.where(m, 2**32 - 1, 0).astype(np.uint32)),
    "0 and 2**63": lambda p, m: tiff(p, m.astype(np.uint64) << np.uint64(63)),
    "0 and -1": lambda p, m: tiff(p, np.where(m, -1, 0).astype(np.int8)),
    "-1 and 1": lambda p, m: tiff(p, np.where(m, 1, -1).astype(np.int8)),
    "bool": tiff,
    "float 0.0 and 1.0": lambda p, m: tiff(p, m.astype(np.float32)),
    "float 0.0 and 0.5": lambda p, m: tiff(p, np.where(m, 0.5, 0).astype(np.float64)),
    "white is zero": lambda p, m: tiff(
        p, np.where(m, 255, 0).astype(np.uint8), photometric="miniswhite"
    ),
    "RGB": lambda p, m: tiff(p, rgb(m), photometric="rgb"),
    "RGB in PNG": lambda p, m: png(p, Picture.fromarray(rgb(m))),
    "1 bit in PNG": lambda p, m: png(p, Picture.fromarray(m)),
    "palette of two": lambda p, m: png(p, palette(m)),
    "with transparency": lambda p, m: png(p, Picture.fromarray(rgb(m)).convert("RGBA")),
}


@pytest.mark.parametrize("stored", STORED.values(), ids=STORED)
def test_every_form_of_a_mask_gives_its_objects(stored, tmp_path):
    found = read_annotation(stored(tmp_path / "a", INSIDE), SIZE)
    np.testing.assert_array_equal(found.labels, LABELS)
    np.testing.assert_array_equal(
        read_annotation(stored(tmp_path / "b", ONE), SIZE).labels, ONE.astype(int)
    )


@pytest.mark.parametrize("name", ["0 and 255", "0 and 65535", "RGB"])
def test_what_can_be_nothing_but_a_mask_has_no_finding(name, tmp_path):
    assert read_annotation(STORED[name](tmp_path / "a", INSIDE), SIZE).findings == ()


@pytest.mark.parametrize("name", ["0 and 1", "0 and 127", "1 and 2", "bool"])
def test_what_could_be_a_label_image_is_said_with_the_way_out(name, tmp_path):
    (finding,) = read_annotation(STORED[name](tmp_path / "a", INSIDE), SIZE).findings
    assert finding.id == "two-values-as-mask"
    for words in ("objects (4)", "annotations='labels'", "background="):
        assert words in finding.sentence()


def test_a_single_region_of_one_is_the_same_either_way_and_no_finding(tmp_path):
    found = read_annotation(tiff(tmp_path / "a", ONE.astype(np.uint8)), SIZE)
    assert (found.labels.max(), found.findings) == (1, ())


def test_two_values_are_numbers_where_that_is_said(tmp_path):
    path = tiff(tmp_path / "a", INSIDE.astype(np.uint8))
    found = read_annotation(path, SIZE, LabelOptions("labels"))
    np.testing.assert_array_equal(found.labels, INSIDE)
    assert [finding.id for finding in found.findings] == ["label-in-parts"]


def test_no_finding_where_it_is_said_to_be_a_mask(tmp_path):
    path = tiff(tmp_path / "a", INSIDE.astype(np.uint8))
    found = read_annotation(path, SIZE, LabelOptions("masks"))
    np.testing.assert_array_equal(found.labels, LABELS)
    assert found.findings == ()


def test_an_inverted_mask_is_taken_the_other_way_by_the_value_of_its_background(tmp_path):
    path = tiff(tmp_path / "a", np.where(INSIDE, 0, 255).astype(np.uint8))
    finding = read_annotation(path, SIZE).findings[0]
    assert finding.id == "mask-mostly-foreground"
    assert "background=255" in finding.sentence()
    found = read_annotation(path, SIZE, LabelOptions(background=255))
    np.testing.assert_array_equal(found.labels, LABELS)
    assert found.findings == ()


def test_a_background_that_is_not_there_is_refused(tmp_path):
    path = tiff(tmp_path / "a", INSIDE.astype(np.uint8))
    with pytest.raises(DataError, match=r"named as background \(255\); allowed: .*0, 1"):
        read_annotation(path, SIZE, LabelOptions(background=255))


@pytest.mark.parametrize("value", [1, 7, 255])
def test_one_value_is_no_object_and_said(value, tmp_path):
    path = tiff(tmp_path / "a", np.full(SIZE, value, np.uint8))
    found = read_annotation(path, SIZE)
    assert found.labels.max() == 0
    (finding,) = found.findings
    assert finding.id == "one-value-without-object"
    assert f"all of its pixels are {value}" in finding.sentence()
    assert read_annotation(path, SIZE, LabelOptions("labels")).labels.min() == 1
    assert read_annotation(path, SIZE, LabelOptions(background=0)).labels.min() == 1
    quiet = read_annotation(path, SIZE, LabelOptions(background=value))
    assert (quiet.labels.max(), quiet.findings) == (0, ())


def test_what_is_ignored_does_not_make_a_label_image_of_a_mask(tmp_path):
    trimap = INSIDE.astype(np.int16)
    trimap[0] = -1
    found = read_annotation(tiff(tmp_path / "a", trimap), SIZE)
    np.testing.assert_array_equal(found.labels, LABELS)
    assert [finding.id for finding in found.findings] == [
        "negative-as-background",
        "two-values-as-mask",
    ]


def test_a_meaning_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="auto, masks, labels"):
        LabelOptions("pictures")
