import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from deepbacs_zoo.fiji.gateways.exchange import (
    Header,
    as_image,
    map_pixels,
    outgoing,
    titled,
    write_pixels,
)
from deepbacs_zoo.images import Calibration, Image


def headers_of(images):
    return [each.header for each in outgoing(images)]


def image(array, dims="tzcyx", **more):
    return Image(xr.DataArray(array, dims=tuple(dims)), **more)


def test_a_header_says_everything_but_the_pixels():
    known = Calibration(0.1, 0.2, None, "µm", 3.0)
    given = image(np.zeros((1, 2, 3, 4, 5), np.uint16), calibration=known)
    (header,) = headers_of({"cells": given})
    assert (header.title, header.dtype, header.shape) == ("cells", "uint16", (1, 2, 3, 4, 5))
    assert math.isnan(header.sizes[0])
    assert header.sizes[1:] == (0.2, 0.1, 3.0)
    assert header.nbytes == 240
    assert not header.rgb


def test_a_header_comes_from_an_answer():
    reported = {
        "title": "a",
        "dtype": "int16",
        "shape": [1, 1, 1, 2, 3],
        "rgb": False,
        "sizes": [math.nan, 0.5, 0.5, math.nan],
    }
    header = Header.read(reported)
    assert header.shape == (1, 1, 1, 2, 3)
    assert header.stored == np.uint16


def test_lengths_that_are_no_micrometers_are_not_known():
    given = image(np.zeros((1, 1, 1, 2, 2), np.uint8), calibration=Calibration(1, 1, 1, "pixel"))
    assert all(map(math.isnan, headers_of({"a": given})[0].sizes))


@pytest.mark.parametrize(
    ("dtype", "channels", "expected"),
    [("uint8", 3, True), ("uint8", 4, False), ("uint16", 3, False)],
)
def test_colours_are_three_channels_of_bytes(dtype, channels, expected):
    given = image(np.zeros((1, 1, channels, 2, 2), dtype), rgb=True)
    assert headers_of({"a": given})[0].rgb is expected


def test_pixels_are_written_in_the_order_of_the_planes(tmp_path):
    first = np.arange(24, dtype=np.uint8).reshape(1, 2, 3, 2, 2)
    # Other orders of axes, other byte orders and views are put right.
    second = np.arange(24, dtype=">f4").reshape(2, 2, 1, 3, 2)
    images = {"a": image(first), "b": image(second, "yxtzc")}
    path = tmp_path / "pixels"
    with path.open("wb", buffering=0) as file:
        write_pixels(file, outgoing(images))
    headers = headers_of(images)
    assert path.stat().st_size == sum(header.nbytes for header in headers)
    one, other = map_pixels(path, headers)
    np.testing.assert_array_equal(one, first)
    np.testing.assert_array_equal(other, second.transpose(2, 3, 4, 0, 1))
    assert other.dtype == np.float32


def test_mapped_pixels_can_be_changed_without_the_file(tmp_path):
    path = tmp_path / "pixels"
    path.write_bytes(bytes(6))
    header = Header("a", "uint8", (1, 1, 1, 2, 3), False, (math.nan,) * 4)
    (array,) = map_pixels(path, [header])
    array += 1
    assert path.read_bytes() == bytes(6)


def test_signed_numbers_become_float():
    header = Header("a", "int16", (1, 1, 1, 1, 3), False, (math.nan,) * 4)
    found = as_image(header, np.array([0, 32768, 65535], np.uint16).reshape(header.shape))
    assert found.data.values.ravel().tolist() == [-32768, 0, 32767]
    assert found.calibration == Calibration()


def test_pixels_of_one_piece_are_not_copied():
    array = np.zeros((1, 1, 1, 4, 4), np.float32)
    (given,) = outgoing({"a": image(array)})
    (block,) = given.blocks()
    assert np.shares_memory(block, array)


def test_images_of_one_title_get_numbers():
    header = Header("a", "uint8", (1, 1, 1, 1, 1), False, (math.nan,) * 4)
    found = [(header, as_image(header, np.zeros(header.shape, np.uint8))) for _ in range(3)]
    assert list(titled(found)) == ["a", "a (2)", "a (3)"]


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")
def test_a_disk_that_is_full_is_an_oserror():
    with pytest.raises(OSError), FULL.open("wb", buffering=0) as file:
        write_pixels(file, outgoing({"a": image(np.zeros((1, 1, 1, 64, 64), np.float32))}))
