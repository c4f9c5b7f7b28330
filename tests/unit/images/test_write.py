import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Picture

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.files import replacing, write_bytes
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.images.lut import colour_of, label_colours
from deepbacs_zoo.results import write_overlay

LABELS = np.zeros((20, 30), np.uint16)
LABELS[3:9, 4:20] = 1
LABELS[12:18, 8:12] = 300


def test_imagej_finds_axes_unit_and_display_range(tmp_path):
    data = np.zeros((2, 3, 4, 5), np.float32)
    write_tiff(tmp_path / "a.tif", data, "tzyx", Calibration(0.1, 0.1, 0.5, "µm", 3.0))
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.is_imagej
        assert tiff.imagej_metadata["frames"] == 2
        assert tiff.imagej_metadata["slices"] == 3
        assert tiff.imagej_metadata["unit"] == "micron"
        assert tiff.imagej_metadata["spacing"] == 0.5
        assert tiff.imagej_metadata["finterval"] == 3.0
        assert tiff.pages[0].tags["XResolution"].value == (10, 1)


def test_an_unknown_pixel_size_is_not_invented(tmp_path):
    write_tiff(tmp_path / "a.tif", LABELS, "yx", Calibration())
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert "unit" not in tiff.imagej_metadata


def test_labels_come_with_colours_for_every_number(tmp_path):
    write_tiff(tmp_path / "a.tif", LABELS, "yx", Calibration(), labels=True)
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        table = np.reshape(tiff.pages[0].tags["ColorMap"].value, (3, 256))
        np.testing.assert_array_equal(table // 257, label_colours())
        assert tiff.imagej_metadata["max"] == 300
        np.testing.assert_array_equal(tiff.asarray(), LABELS)


def test_the_same_data_give_the_same_bytes(tmp_path):
    for name in ("a.tif", "b.tif"):
        write_tiff(tmp_path / name, LABELS, "yx", Calibration(0.1, 0.1, None, "µm"), labels=True)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_a_stack_too_large_for_pages_is_read_from_its_first_page(tmp_path, monkeypatch):
    monkeypatch.setattr("deepbacs_zoo.images.write._MOST_BYTES_OF_PAGES", 1000)
    data = np.random.default_rng(0).integers(0, 9, (5, 20, 30), np.uint8)
    write_tiff(tmp_path / "a.tif", data, "tyx", Calibration())
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert len(tiff.pages) == 1
        assert tiff.imagej_metadata["frames"] == 5
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.data.values[:, 0, 0], data)


def test_types_that_imagej_does_not_have_are_refused(tmp_path):
    with pytest.raises(TypeError, match="int32"):
        write_tiff(tmp_path / "a.tif", LABELS.astype(np.int32), "yx", Calibration())
    assert not list(tmp_path.iterdir())


def test_neighbouring_labels_look_different_and_the_background_is_black():
    assert colour_of(0) == (0, 0, 0)
    for label in range(1, 300):
        assert sum(colour_of(label)) > 100
        assert colour_of(label) != colour_of(label + 1)


def test_a_file_is_replaced_as_a_whole_and_readable_by_others(tmp_path):
    path = tmp_path / "new" / "a.bin"
    write_bytes(path, b"one")
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.bin"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path):
    with pytest.raises(HostError) as caught, replacing(tmp_path / "a.bin") as temporary:
        temporary.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")
    for part in ("a.bin", "No space left", "allowed: ", "another output"):
        assert part in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(HostError, match="file"):
        write_bytes(tmp_path / "file" / "a.bin", b"")


def test_the_overlay_shows_the_image_with_outlines(tmp_path):
    image = np.random.default_rng(0).normal(100, 5, LABELS.shape)
    write_overlay(tmp_path / "a.png", image, LABELS)
    picture = np.asarray(Picture.open(tmp_path / "a.png"))
    assert picture.shape == (20, 30, 3)
    grey = (picture[..., 0] == picture[..., 1]) & (picture[..., 1] == picture[..., 2])
    assert grey[LABELS == 0].all()
    assert tuple(picture[3, 4]) == colour_of(1)
    assert tuple(picture[12, 8]) == colour_of(300)
    assert grey[5, 10], "the inside of an object stays visible"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_overlays_show_the_colours_of_the_image(tmp_path, dtype):
    image = np.random.default_rng(0).integers(20, 200, (20, 30, 3)).astype(dtype)
    before = image.copy()
    write_overlay(tmp_path / "a.png", image, LABELS)
    picture = np.asarray(Picture.open(tmp_path / "a.png"))
    assert tuple(picture[3, 4]) == colour_of(1)
    background = LABELS == 0
    if dtype is np.uint8:
        np.testing.assert_array_equal(picture[background], image[background])
    else:
        shown = np.argsort(picture[0, 0]), np.argsort(image[0, 0])
        np.testing.assert_array_equal(*shown)
        assert (picture.min(), picture.max()) == (0, 255)
    np.testing.assert_array_equal(image, before)


def test_overlays_take_constant_images(tmp_path):
    write_overlay(Path(tmp_path / "b.png"), np.zeros((20, 30)), np.zeros((20, 30), int))
    assert np.asarray(Picture.open(tmp_path / "b.png")).max() == 0


@pytest.mark.parametrize("shape", [(1, 1, 1, 9, 1), (2, 1, 3, 9, 1), (1, 1, 1, 1, 9), (1,) * 5])
def test_images_one_pixel_wide_keep_their_axes(tmp_path, shape):
    data = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    write_tiff(tmp_path / "a.tif", data, "tzcyx", Calibration())
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").data.values, data)
