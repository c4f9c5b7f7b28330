import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.annotations.labels.read import read_annotation
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import AS_LABELS, ReadOptions, read_image

RNG = np.random.default_rng(3)
RAMP = np.arange(256)
GREY = np.stack([RAMP] * 3, 1)
RED = np.stack([RAMP, 0 * RAMP, 0 * RAMP], 1)
PHOTO = RNG.integers(0, 256, (256, 3))
FEW = np.concatenate([[[0, 0, 255], [255, 0, 0]], 0 * GREY[2:]])
NUMBERS = RNG.integers(0, 256, (20, 24)).astype(np.uint8)


def png(path, numbers, table, bits=8):
    picture = Picture.fromarray(numbers, "P")
    picture.putpalette(np.asarray(table, np.uint8).ravel().tolist())
    picture.save(path, bits=bits)
    return path


def tiff(path, numbers, table, *, imagej=False, scale=257, photometric=3):
    """Write a palette, which tifffile writes for 8 bits in ImageJ's own files alone."""
    table = np.asarray(table, np.uint16) * scale
    tifffile.imwrite(
        path, numbers, photometric="palette", colormap=table.T, metadata=None,
        description="ImageJ=1.54p\nimages=1\n" if imagej else None,
    )  # fmt: skip
    return path


def both(tmp_path, numbers, table):
    return png(tmp_path / "a.png", numbers, table), tiff(tmp_path / "a.tif", numbers, table)


def ids(image):
    return [finding.id for finding in image.findings]


@pytest.mark.parametrize(
    ("table", "channels", "expected", "found"),
    [
        (GREY, 1, NUMBERS[None], []),
        (RED, 1, NUMBERS[None], ["palette-for-display"]),
        (GREY[::-1], 1, NUMBERS[None], ["shown-inverted"]),
        (GREY // 16 * 17, 1, NUMBERS[None], []),
        (GREY[RNG.permutation(256)], 1, None, ["palette-taken-as-grey"]),
        (FEW, 3, FEW[NUMBERS].transpose(2, 0, 1), ["palette-taken-as-rgb"]),
        (0 * GREY, 1, NUMBERS[None], []),
        (PHOTO, 3, PHOTO[NUMBERS].transpose(2, 0, 1), ["palette-taken-as-rgb"]),
    ],
)
def test_a_palette_is_a_scale_greys_or_colors(tmp_path, table, channels, expected, found):
    if expected is None:
        expected = table[NUMBERS][None, ..., 0]
    for path in both(tmp_path, NUMBERS, table):
        image = read_image(path)
        assert image.rgb is (channels == 3), path
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image.data.values[0, 0], expected)
        assert ids(image) == found
        assert ("c" in image.data.coords) is image.rgb


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_labels_are_the_numbers_of_any_palette(tmp_path, bits):
    numbers = NUMBERS & (2**bits - 1)
    table = RNG.integers(0, 256, (2**bits, 3))
    path = png(tmp_path / "a.png", numbers, table, bits)
    assert path.read_bytes()[24:26] == bytes([bits, 3])
    np.testing.assert_array_equal(read_image(path, AS_LABELS).data.values[0, 0, 0], numbers)
    colors = read_image(path)
    assert colors.rgb
    np.testing.assert_array_equal(colors.data.values[0, 0].transpose(1, 2, 0), table[numbers])


def test_a_label_image_with_a_palette_is_the_same_in_png_and_tiff(tmp_path):
    labels = np.zeros((20, 24), np.uint8)
    labels[2:6, 2:6], labels[2:6, 6:9], labels[12:16, 3:9] = 1, 2, 3
    table = np.zeros((256, 3), np.uint8)
    table[1:4] = [255, 0, 0], [255, 0, 0], [0, 255, 0]
    for path in both(tmp_path, labels, table):
        np.testing.assert_array_equal(read_annotation(path, labels.shape).labels, labels)


def test_black_and_white_are_a_mask_whatever_their_numbers(tmp_path):
    mask = NUMBERS > 200
    for path in both(tmp_path, (~mask).astype(np.uint8), [(255,) * 3] + [(0, 0, 0)] * 255):
        found = read_image(path, AS_LABELS)
        np.testing.assert_array_equal(found.data.values[0, 0, 0], mask * 255)


def test_objects_of_a_picture_whose_colors_were_reduced_have_a_color_each(tmp_path):
    numbers = np.full((20, 24), 2, np.uint8)
    numbers[2:6, 2:6], numbers[12:16, 3:9] = 0, 1
    table = np.zeros((256, 3), np.uint8)
    table[:2] = [255, 0, 0], [0, 0, 255]
    for path in both(tmp_path, numbers, table):
        found = read_annotation(path, numbers.shape)
        assert sorted(np.unique(found.labels)) == [0, 1, 2]
        assert (found.labels[numbers == 2] == 0).all()
        assert [finding.id for finding in found.findings] == ["palette-by-colors"]


@pytest.mark.parametrize(("table", "found"), [(RED, []), (PHOTO, ["palette-of-imagej"])])
def test_tables_of_imagej_are_for_display(tmp_path, table, found):
    image = read_image(tiff(tmp_path / "a.tif", NUMBERS, table, imagej=True))
    assert not image.rgb
    np.testing.assert_array_equal(image.data.values[0, 0, 0], NUMBERS)
    assert ids(image) == found


def test_a_table_of_8_bits_in_a_tag_of_16_is_read(tmp_path):
    image = read_image(tiff(tmp_path / "a.tif", NUMBERS, PHOTO, scale=1))
    np.testing.assert_array_equal(
        image.data.values[0, 0].transpose(1, 2, 0), PHOTO[NUMBERS].astype(np.uint8)
    )


def test_transparency_of_a_palette_is_dropped(tmp_path):
    picture = Picture.fromarray(NUMBERS, "P")
    picture.putpalette(PHOTO.astype(np.uint8).ravel().tolist())
    picture.save(tmp_path / "a.png", transparency=bytes(RNG.integers(0, 255, 256).tolist()))
    found = read_image(tmp_path / "a.png").data.values[0, 0].transpose(1, 2, 0)
    np.testing.assert_array_equal(found, PHOTO[NUMBERS])


def test_a_number_beyond_a_short_palette_has_its_last_color(tmp_path):
    path = png(tmp_path / "a.png", NUMBERS, PHOTO)
    data = path.read_bytes()
    start = data.index(b"PLTE")
    short = b"PLTE" + data[start + 4 : start + 4 + 600]
    chunk = struct.pack(">I", 600) + short + struct.pack(">I", zlib.crc32(short))
    path.write_bytes(data[: start - 4] + chunk + data[start + 4 + 768 + 4 :])
    found = read_image(path).data.values[0, 0].transpose(1, 2, 0)
    np.testing.assert_array_equal(found, PHOTO[np.minimum(NUMBERS, 199)])


def test_white_is_zero_keeps_its_numbers_and_is_said(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", NUMBERS, photometric="miniswhite")
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.data.values[0, 0, 0], NUMBERS)
    assert ids(image) == ["shown-inverted"]
    assert read_image(tmp_path / "a.tif", ReadOptions(indices=True)).findings == ()


@pytest.mark.parametrize(
    ("photometric", "samples", "name"),
    [("separated", 4, "CMYK"), ("cielab", 3, "CIELab"), ("ycbcr", 3, "YCbCr"), ("cfa", 1, "color")],
)
def test_other_colors_are_refused(tmp_path, photometric, samples, name):
    pixels = RNG.integers(0, 256, (16, 16, samples)).astype(np.uint8)
    pixels = pixels[..., 0] if samples == 1 else pixels
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric=photometric, metadata=None)
    with pytest.raises(DataError, match="colors of another kind") as caught:
        read_image(tmp_path / "a.tif")
    assert name in str(caught.value)
