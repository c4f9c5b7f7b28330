from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.annotations import Pair, match_pairs
from deepbacs_zoo.exporting.samples import choose_crop, constant_offset
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.tensors import Step, SteppedSize

SIZES = SteppedSize(12, 4)


def pair(folder: Path, name: str, shape: tuple[int, int], *cells: tuple[slice, slice]) -> None:
    labels = np.zeros(shape, np.uint16)
    for number, place in enumerate(cells, 1):
        labels[place] = number
    image = np.arange(labels.size, dtype=np.uint16).reshape(shape)
    write_tiff(folder / f"source/{name}.tif", image, "yx", Calibration())
    write_tiff(folder / f"target/{name}.tif", labels, "yx", Calibration())


def pairs(folder: Path) -> tuple[Pair, ...]:
    return match_pairs(folder / "source", folder / "target")


def test_the_crop_is_raw_float32_of_the_largest_valid_size(tmp_path: Path) -> None:
    pair(tmp_path, "a", (18, 23), np.s_[2:5, 2:5])
    crop = choose_crop(pairs(tmp_path), SIZES)
    assert crop.shape == (1, 1, 16, 20)
    assert crop.dtype == np.float32
    assert crop.flags.c_contiguous
    raw = read_image(tmp_path / "source/a.tif").data.to_numpy()[0, 0, 0]
    np.testing.assert_array_equal(crop[0, 0], raw[:16, :20])


def test_the_crop_goes_where_most_cells_are(tmp_path: Path) -> None:
    pair(tmp_path, "a", (300, 300), np.s_[0:2, 0:2])
    pair(tmp_path, "b", (300, 320), np.s_[270:300, 290:320])
    crop = choose_crop(pairs(tmp_path), SIZES)
    assert crop.shape == (1, 1, 256, 256)
    raw = read_image(tmp_path / "source/b.tif").data.to_numpy()[0, 0, 0]
    np.testing.assert_array_equal(crop[0, 0], raw[44:300, 64:320])


def test_a_crop_in_which_the_network_finds_something_comes_before_a_fuller_one(
    tmp_path: Path,
) -> None:
    pair(tmp_path, "a", (12, 12), np.s_[2:5, 2:5])
    pair(tmp_path, "b", (16, 16), np.s_[2:9, 2:9])
    found = [
        choose_crop(pairs(tmp_path), SIZES, has_objects=has_objects).shape[2]
        for has_objects in (lambda crop: True, lambda crop: crop.shape[2] == 12, lambda crop: False)
    ]
    assert found == [16, 12, 16]


def test_the_first_of_equal_places_is_taken(tmp_path: Path) -> None:
    pair(tmp_path, "a", (300, 300), np.s_[100:110, 100:110])
    raw = read_image(tmp_path / "source/a.tif").data.to_numpy()[0, 0, 0]
    crop = choose_crop(pairs(tmp_path), SIZES)
    np.testing.assert_array_equal(crop[0, 0], raw[:256, :256])


def test_where_any_size_is_valid_the_crop_is_off_every_step(tmp_path: Path) -> None:
    pair(tmp_path, "a", (300, 41), np.s_[2:5, 2:5])
    assert choose_crop(pairs(tmp_path), SteppedSize(1, 1)).shape == (1, 1, 255, 41)


@pytest.mark.parametrize("shape", [(9, 40), (9, 9)])
def test_a_small_image_is_mirrored_to_the_smallest_size(
    tmp_path: Path, shape: tuple[int, int]
) -> None:
    pair(tmp_path, "a", shape, np.s_[2:5, 2:5])
    crop = choose_crop(pairs(tmp_path), SIZES)
    assert crop.shape[2] == 12
    np.testing.assert_array_equal(crop[0, 0, 9:], crop[0, 0, 8:5:-1])


BRIGHT = np.random.default_rng(0).normal(65000, 100, (1, 1, 32, 32)).round().astype(np.float32)


def test_a_bright_crop_of_little_contrast_begins_at_zero() -> None:
    steps = (Step("zero_mean_unit_variance", {"axes": "cyx"}),)
    assert constant_offset(BRIGHT, steps) == BRIGHT.min()
    assert constant_offset(BRIGHT - np.float32(64000), steps) == 0


@pytest.mark.parametrize("steps", [(), (Step("scale_linear", {"gain": 1e-3}),)])
def test_values_stay_where_an_offset_would_change_the_result(steps: tuple[Step, ...]) -> None:
    assert constant_offset(BRIGHT, steps) == 0
