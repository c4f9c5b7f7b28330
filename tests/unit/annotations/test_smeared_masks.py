"""Masks and label images whose values JPEG or interpolation changed."""

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture
from scipy.ndimage import gaussian_filter, zoom

from deepbacs_zoo.annotations import LabelOptions, read_annotation
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Severity

SIZE = (64, 80)
LABELS = np.zeros(SIZE, np.int32)
for number, (top, left) in enumerate([(4, 4), (4, 40), (24, 10), (44, 45), (50, 5)], start=1):
    LABELS[top : top + 8, left : left + 24] = number
MASK = np.where(LABELS > 0, 255, 0).astype(np.uint8)
MASKS = LabelOptions("masks")


def jpeg(path, array, quality=75):
    Picture.fromarray(array).save(path / "a.jpg", quality=quality)
    return path / "a.jpg"


def recoded(path, array, quality=75):
    """The same picture in PNG, after it had been a JPEG."""
    Picture.open(jpeg(path, array, quality)).save(path / "a.png")
    return path / "a.png"


def tiff(path, array):
    tifffile.imwrite(path / "a.tif", array)
    return path / "a.tif"


def halved(array, order):
    return zoom(zoom(array.astype(float), 2, order=order), 0.5, order=order)


SMEARED = {
    "JPEG": jpeg,
    "JPEG of low quality": lambda path, array: jpeg(path, array, 30),
    "JPEG in colours": lambda path, array: jpeg(path, np.repeat(array[..., None], 3, axis=2)),
    "PNG that was a JPEG": recoded,
    "bilinear, 8 bits": lambda path, array: tiff(path, halved(array, 1).astype(np.uint8)),
    "bicubic, float": lambda path, array: tiff(path, halved(array, 3).astype(np.float32)),
    "smoothed, 0 to 1": lambda path, array: tiff(
        path, gaussian_filter(array / 255, 1).astype(np.float32)
    ),
}


@pytest.mark.parametrize("smeared", SMEARED.values(), ids=SMEARED)
def test_a_smeared_mask_is_refused_with_the_way_out_and_divided_on_request(smeared, tmp_path):
    path = smeared(tmp_path, MASK)
    with pytest.raises(DataError, match=r"JPEG|run into each other|whole numbers") as caught:
        read_annotation(path, SIZE)
    for words in ("annotations='masks'", "PNG or TIFF"):
        assert words in str(caught.value)
    found = read_annotation(path, SIZE, MASKS)
    assert found.labels.max() == 5
    shared, total = ((found.labels > 0) & (MASK > 0)).sum(), ((found.labels > 0) | (MASK > 0)).sum()
    assert shared / total > 0.9
    assert "mask-divided-at-half" in [finding.id for finding in found.findings]


def test_the_division_says_where(tmp_path):
    (finding,) = read_annotation(jpeg(tmp_path, MASK), SIZE, MASKS).findings
    assert (finding.id, finding.severity) == ("mask-divided-at-half", Severity.INFO)
    assert "from 0 to 255 are divided at 127.5: objects are what is above" in finding.sentence()


def test_an_inverted_jpeg_is_divided_by_the_value_of_its_background(tmp_path):
    path = jpeg(tmp_path, 255 - MASK)
    found = read_annotation(path, SIZE, LabelOptions("masks", background=255))
    assert found.labels.max() == 5
    assert "objects are what is below" in found.findings[0].sentence()


def test_a_jpeg_of_two_values_is_a_mask(tmp_path):
    blocks = np.zeros(SIZE, np.uint8)
    blocks[8:16, 8:24] = blocks[32:40, 8:24] = 255
    assert read_annotation(jpeg(tmp_path, blocks, 100), SIZE).labels.max() == 2


def test_a_jpeg_without_objects_is_an_image_without_objects(tmp_path):
    path = jpeg(tmp_path, np.zeros(SIZE, np.uint8))
    assert read_annotation(path, SIZE).labels.max() == 0
    assert read_annotation(path, SIZE, MASKS).labels.max() == 0


def test_a_label_image_in_jpeg_is_refused_without_the_advice_for_masks(tmp_path):
    path = jpeg(tmp_path, (LABELS * 20).astype(np.uint8))
    for options in (LabelOptions(), LabelOptions("labels")):
        with pytest.raises(DataError, match="JPEG") as caught:
            read_annotation(path, SIZE, options)
        assert "annotations='masks'" not in str(caught.value)


def test_an_interpolated_label_image_and_a_photograph_are_refused(tmp_path):
    for image in (halved(LABELS * 30, 1), np.random.default_rng(0).integers(0, 99, SIZE)):
        with pytest.raises(DataError, match="run into each other") as caught:
            read_annotation(tiff(tmp_path, image.astype(np.uint16)), SIZE)
        assert "annotations='labels'" in str(caught.value)
        read_annotation(tmp_path / "a.tif", SIZE, LabelOptions("labels"))


@pytest.mark.parametrize("count", [6, 30, 800])
def test_label_images_of_many_and_of_small_objects_are_none_of_it(count, tmp_path):
    labels = np.zeros((100, 100), np.uint16)
    places = np.random.default_rng(1).permutation(2500)[:count]
    for number, place in enumerate(places, start=1):
        row, column = divmod(int(place), 50)
        labels[2 * row, 2 * column] = number  # single pixels
    assert read_annotation(tiff(tmp_path, labels), (100, 100)).labels.max() == count
