import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images import Calibration, read_image, write_tiff

RAMP = np.arange(2 * 3 * 4 * 5 * 6, dtype=np.uint16).reshape(2, 3, 4, 5, 6)


def test_an_imagej_hyperstack_has_its_axes_and_calibration(tmp_path):
    path = tmp_path / "stack.tif"
    tifffile.imwrite(
        path, RAMP, imagej=True, resolution=(12.5, 10),
        metadata={"axes": "TZCYX", "unit": "um", "spacing": 0.3, "finterval": 5.0},
    )  # fmt: skip
    image = read_image(path)
    assert image.data.dims == ("t", "z", "c", "y", "x")
    np.testing.assert_array_equal(image.data.values, RAMP)
    assert image.calibration == Calibration(0.08, 0.1, 0.3, "µm", 5.0)
    assert not image.rgb
    assert image.stem == "stack"


@pytest.mark.parametrize(
    ("unit", "size"),
    [("micron", 0.1), ("\\u00B5m", 0.1), ("nm", 0.0001), ("mm", 100.0), ("cm", 1000.0)],
)
def test_units_of_length_become_micrometers(tmp_path, unit, size):
    tifffile.imwrite(
        tmp_path / "a.tif", RAMP[0, 0, 0], imagej=True, resolution=(10, 10), metadata={"unit": unit}
    )
    calibration = read_image(tmp_path / "a.tif").calibration
    assert calibration.unit == "µm"
    assert calibration.x == pytest.approx(size)


@pytest.mark.parametrize("unit", ["pixel", "", "furlong"])
def test_an_unknown_unit_is_no_pixel_size(tmp_path, unit):
    tifffile.imwrite(
        tmp_path / "a.tif", RAMP[0, 0, 0], imagej=True, resolution=(10, 10), metadata={"unit": unit}
    )
    assert read_image(tmp_path / "a.tif").calibration == Calibration()


def test_an_ome_tiff_has_its_axes_and_calibration(tmp_path):
    path = tmp_path / "cells.ome.tif"
    tifffile.imwrite(
        path,
        RAMP.transpose(0, 2, 1, 3, 4),
        metadata={
            "axes": "TCZYX",
            "PhysicalSizeX": 65,
            "PhysicalSizeXUnit": "nm",
            "PhysicalSizeY": 0.065,
            "PhysicalSizeYUnit": "µm",
            "TimeIncrement": 2,
            "TimeIncrementUnit": "min",
        },
    )
    image = read_image(path)
    np.testing.assert_array_equal(image.data.values, RAMP)
    assert image.calibration.x == pytest.approx(0.065)
    assert image.calibration.y == pytest.approx(0.065)
    assert image.calibration.z is None
    assert image.calibration.frame_interval == 120
    assert image.stem == "cells"


@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_plain_tiffs_of_any_compression_and_byte_order_are_read(tmp_path, compression, byteorder):
    path = tmp_path / "plain.tif"
    tifffile.imwrite(path, RAMP[0, 0, 0], compression=compression, byteorder=byteorder)
    image = read_image(path)
    assert image.data.shape == (1, 1, 1, 5, 6)
    assert image.data.dtype == np.uint16
    np.testing.assert_array_equal(image.data.values[0, 0, 0], RAMP[0, 0, 0])
    assert image.calibration == Calibration()


def test_pages_without_a_meaning_are_slices(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", RAMP[0, 0], photometric="minisblack")
    assert read_image(tmp_path / "a.tif").data.shape == (1, 4, 1, 5, 6)


def test_dots_per_inch_are_not_a_pixel_size(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", RAMP[0, 0, 0], resolution=(72, 72), resolutionunit="INCH")
    assert read_image(tmp_path / "a.tif").calibration == Calibration()


def test_a_resolution_in_centimeters_is_one_when_it_is_microscopic(tmp_path):
    for per_cm, expected in ((125_000, 0.08), (28.35, None)):
        tifffile.imwrite(
            tmp_path / "a.tif", RAMP[0, 0, 0], resolution=(per_cm, per_cm), resolutionunit=3
        )
        assert read_image(tmp_path / "a.tif").calibration.x == (
            expected and pytest.approx(expected)
        )


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colour_tiffs_keep_three_channels_and_say_so(tmp_path, planar):
    colour = np.random.default_rng(0).integers(0, 255, (5, 6, 3), np.uint8)
    data = colour if planar == "contig" else colour.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="rgb", planarconfig=planar)
    image = read_image(tmp_path / "a.tif")
    assert image.rgb
    np.testing.assert_array_equal(image.data.values[0, 0].transpose(1, 2, 0), colour)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_pngs_keep_their_depth(tmp_path, dtype):
    plane = RAMP[0, 0, 0].astype(dtype)
    Picture.fromarray(plane).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert image.data.dtype == dtype
    np.testing.assert_array_equal(image.data.values[0, 0, 0], plane)
    assert not image.rgb


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("RGBA", 3), ("P", 3), ("LA", 1)])
def test_transparency_is_dropped_and_palettes_are_colours(tmp_path, mode, channels):
    colour = np.random.default_rng(0).integers(0, 255, (5, 6, 3), np.uint8)
    Picture.fromarray(colour).convert(mode).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert image.data.shape == (1, 1, channels, 5, 6)
    assert image.rgb is (channels == 3)


def test_a_jpeg_is_read(tmp_path):
    Picture.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(tmp_path / "a.jpg")
    assert read_image(tmp_path / "a.jpg").data.shape == (1, 1, 3, 8, 8)


def test_booleans_and_half_floats_are_widened(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.eye(4, dtype=bool))
    assert read_image(tmp_path / "a.tif").data.dtype == np.uint8
    tifffile.imwrite(tmp_path / "b.tif", np.eye(4, dtype=np.float16))
    assert read_image(tmp_path / "b.tif").data.dtype == np.float32


def assert_refused(path, kind, *parts):
    with pytest.raises(kind) as caught:
        read_image(path)
    for part in (path.name, "allowed: ", *parts):
        assert part in str(caught.value)


def test_pixels_that_are_no_numbers_are_counted(tmp_path):
    values = np.ones((4, 5), np.float32)
    values[0, :3] = [np.nan, np.inf, -np.inf]
    tifffile.imwrite(tmp_path / "a.tif", values)
    assert_refused(tmp_path / "a.tif", DataError, "3 of 20", "finite")


@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
def test_a_truncated_tiff_is_damaged(tmp_path, compression):
    path = tmp_path / "a.tif"
    noise = np.random.default_rng(0).integers(0, 60000, (64, 64), np.uint16)
    tifffile.imwrite(path, noise, compression=compression)
    whole = path.read_bytes()
    for share in (0.02, 0.5, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert_refused(path, DataError, "cut off or damaged")


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg"])
def test_a_file_that_is_not_what_its_name_says_is_damaged(tmp_path, name):
    (tmp_path / name).write_bytes(b"this is a text, not an image at all")
    assert_refused(tmp_path / name, DataError, "damaged")


def test_an_empty_file_is_damaged(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    assert_refused(tmp_path / "a.png", DataError, "damaged")


def test_a_missing_file_and_an_unknown_suffix_are_usage(tmp_path):
    assert_refused(tmp_path / "a.tif", UsageError, "no such")
    (tmp_path / "a.czi").write_bytes(b"x")
    assert_refused(tmp_path / "a.czi", UsageError, ".czi", "TIFF")


def test_complex_numbers_are_no_image(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.ones((4, 4), np.complex64))
    assert_refused(tmp_path / "a.tif", DataError, "complex64")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_what_is_written_is_read_back(tmp_path, dtype):
    data = (RAMP % 251).astype(dtype)
    calibration = Calibration(0.065, 0.08, 0.3, "µm", 2.5)
    write_tiff(tmp_path / "a.tif", data.transpose(2, 0, 1, 3, 4), "ctzyx", calibration)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.data.values, data)
    assert image.data.dtype == dtype
    for name in ("x", "y", "z", "frame_interval"):
        assert getattr(image.calibration, name) == pytest.approx(getattr(calibration, name))
