import contextlib

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import DataError, HostError, UsageError
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
    ("unit", "pixels", "size"),
    [
        ("micron", 10, 0.1),
        ("\\u00B5m", 10, 0.1),
        ("um", 10, 0.1),
        ("nm", 0.0125, 0.08),
        ("mm", 10, 100.0),
        ("cm", 125_000, 0.08),
        ("inch", 254_000, 0.1),
    ],
)
def test_units_of_length_become_micrometers(tmp_path, unit, pixels, size):
    tifffile.imwrite(
        tmp_path / "a.tif", RAMP[0, 0, 0], imagej=True, resolution=(pixels, pixels),
        metadata={"unit": unit},
    )  # fmt: skip
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


@pytest.mark.parametrize("dots", [72, 300, 1200])
def test_dots_per_inch_are_not_a_pixel_size(tmp_path, dots):
    plane, path = RAMP[0, 0, 0], tmp_path / "a.tif"
    tifffile.imwrite(path, plane, resolution=(dots, dots), resolutionunit="INCH")
    assert read_image(path).calibration == Calibration()
    tifffile.imwrite(path, plane, resolution=(dots / 2.54, dots / 2.54), resolutionunit=3)
    assert read_image(path).calibration == Calibration()
    # ImageJ writes the dots of a JPEG that it opened as if they were a calibration.
    tifffile.imwrite(path, plane, imagej=True, resolution=(dots, dots), metadata={"unit": "inch"})
    assert read_image(path).calibration == Calibration()


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
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values)
    assert_refused(path, DataError, "3 of 20", "finite")
    np.testing.assert_array_equal(read_image(path, finite=False).data.values[0, 0, 0], values)


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


def test_channels_have_the_names_that_the_file_states(tmp_path):
    names = ["DIC", "Nile Red"]
    path, two = tmp_path / "a.tif", RAMP[0, 0, :2]
    tifffile.imwrite(path, two, imagej=True, metadata={"axes": "CYX", "Labels": names})
    assert read_image(path).data.c.values.tolist() == names
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, two, metadata={"axes": "CYX", "Channel": {"Name": names}})
    assert read_image(path).data.c.values.tolist() == names


def test_labels_of_slices_are_no_names_of_channels(tmp_path):
    tifffile.imwrite(
        tmp_path / "a.tif", RAMP[0, 0, :2], imagej=True,
        metadata={"axes": "ZYX", "Labels": ["one", "two"]},
    )  # fmt: skip
    assert "c" not in read_image(tmp_path / "a.tif").data.coords


@pytest.mark.parametrize(
    ("samples", "photometric", "extra", "channels", "rgb"),
    [
        (4, "rgb", ["unassalpha"], 3, True),
        (4, "rgb", ["unspecified"], 4, False),
        (2, "minisblack", ["unassalpha"], 1, False),
        (5, "minisblack", None, 5, False),
    ],
)
def test_samples_of_a_tiff_are_colours_alpha_or_channels(
    tmp_path, samples, photometric, extra, channels, rgb
):
    pixels = np.random.default_rng(0).integers(0, 255, (5, 6, samples), np.uint8)
    tifffile.imwrite(
        tmp_path / "a.tif", pixels, photometric=photometric, planarconfig="contig",
        extrasamples=extra, metadata=None,
    )  # fmt: skip
    image = read_image(tmp_path / "a.tif")
    assert image.data.shape == (1, 1, channels, 5, 6)
    assert image.rgb == rgb
    assert ("c" in image.data.coords) == rgb
    np.testing.assert_array_equal(
        image.data.values[0, 0], pixels[..., :channels].transpose(2, 0, 1)
    )


def test_a_picture_for_printing_is_refused(tmp_path):
    Picture.new("CMYK", (8, 8)).save(tmp_path / "a.jpg")
    assert_refused(tmp_path / "a.jpg", DataError, "CMYK", "4 channels")


NOISE = np.random.default_rng(0).integers(0, 4000, (3, 20, 24), np.uint16)
KINDS = {
    "imagej.tif": {"imagej": True, "metadata": {"axes": "TYX"}},
    "omexml.ome.tif": {"metadata": {"axes": "ZYX"}},
    "lzw.tif": {"compression": "lzw", "metadata": None},
    "tiles.tif": {"compression": "deflate", "tile": (16, 16), "metadata": None},
    "strips.tif": {"rowsperstrip": 7, "metadata": None},
    "big.tif": {"bigtiff": True, "byteorder": ">", "metadata": None},
}


def written(path):
    if path.suffix == ".jpg":
        Picture.fromarray(NOISE[0].astype(np.uint8)).save(path)
    elif path.suffix == ".png":
        Picture.fromarray(NOISE[0]).save(path)
    else:
        tifffile.imwrite(path, NOISE, photometric="minisblack", **KINDS[path.name])
    return path.read_bytes()


@pytest.mark.parametrize("name", [*KINDS, "a.jpg", "a.png"])
def test_a_file_that_is_cut_off_anywhere_is_refused_or_read_whole(tmp_path, name):
    path = tmp_path / name
    whole = written(path)
    expected = read_image(path).data.values
    refused = 0
    for size in [*range(0, len(whole), len(whole) // 60), len(whole) - 2, len(whole) - 1]:
        path.write_bytes(whole[:size])
        try:
            found = read_image(path).data.values
        except DataError as error:
            assert "cut off or damaged" in str(error)
            refused += 1
        else:
            np.testing.assert_array_equal(found, expected)
    assert refused > 55


@pytest.mark.parametrize("name", [*KINDS, "a.jpg", "a.png"])
def test_a_damaged_file_raises_nothing_but_our_errors(tmp_path, name):
    path, rng = tmp_path / name, np.random.default_rng(1)
    whole = written(path)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in rng.integers(0, 400, 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(bytes(damaged))
        with contextlib.suppress(DataError, HostError):
            read_image(path)


def test_planes_of_an_ome_data_set_that_are_missing_are_not_made_up(tmp_path):
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, NOISE[:2], photometric="minisblack", metadata={"axes": "TYX"})
    described = tifffile.tiffcomment(path).replace('SizeT="2"', 'SizeT="4"')
    tifffile.tiffcomment(path, described.encode())
    image = read_image(path)
    np.testing.assert_array_equal(image.data.values[:, 0, 0], NOISE[:2])
    assert [finding.id for finding in image.findings] == ["image-planes-left-out"]
    assert "t 1-2 of 4" in image.findings[0].sentence()


@pytest.mark.parametrize(
    ("error", "part"),
    [(PermissionError(13, "Permission denied"), "Permission denied"), (MemoryError(), "memory")],
)
def test_a_computer_that_refuses_is_not_a_damaged_file(tmp_path, monkeypatch, error, part):
    tifffile.imwrite(tmp_path / "a.tif", NOISE[0])

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("deepbacs_zoo.images.tiff.read.check_chain", refuse)
    assert_refused(tmp_path / "a.tif", HostError, part)


def test_the_content_decides_where_the_suffix_is_wrong(tmp_path):
    tifffile.imwrite(tmp_path / "tiff.png", NOISE[0])
    np.testing.assert_array_equal(read_image(tmp_path / "tiff.png").data.values[0, 0, 0], NOISE[0])
    Picture.fromarray(NOISE[0]).save(tmp_path / "png.tif", format="png")
    np.testing.assert_array_equal(read_image(tmp_path / "png.tif").data.values[0, 0, 0], NOISE[0])


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_old_stack_of_imagej_is_read_whole(order, tmp_path):
    path = tmp_path / "old.tif"
    array = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    tifffile.imwrite(path, array, imagej=True, truncate=True, byteorder=order)
    data = path.read_bytes()
    start = data.index(b"ImageJ=")
    reported = data[start : data.index(b"\0", start)]
    old = b"ImageJ=1.30a\nimages=3\n"
    path.write_bytes(data.replace(reported, old.ljust(len(reported), b"\0"), 1))
    image = read_image(path)
    assert image.data.dims == tuple("tzcyx")
    assert image.data.dtype.isnative
    np.testing.assert_array_equal(image.data.values[0, :, 0], array)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(DataError, match="cut off"):
        read_image(path)
