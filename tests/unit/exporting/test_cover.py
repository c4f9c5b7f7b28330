from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pictures

from deepbacs_zoo.exporting.cover import LIMIT, cover
from deepbacs_zoo.exporting.kinds import Rectangles
from deepbacs_zoo.images.lut import colour_of

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.normal(size=(256, 300)).astype(np.float32)
LABELS = np.zeros((256, 300), np.int32)
LABELS[20:60, 30:90] = 1
LABELS[100:140, 30:90] = 2


def opened(data: bytes) -> Pictures.Image:
    return Pictures.open(io.BytesIO(data))


def test_it_is_small_and_twice_as_wide_as_high() -> None:
    data = cover(IMAGE, LABELS, 0.08)
    picture = opened(data)
    assert picture.format == "PNG"
    assert picture.width == 2 * picture.height
    assert len(data) < LIMIT


def test_the_same_input_gives_the_same_bytes() -> None:
    assert cover(IMAGE, LABELS, 0.08) == cover(IMAGE.copy(), LABELS.copy(), 0.08)


def test_labels_are_coloured_at_the_right_only() -> None:
    pixels = np.asarray(opened(cover(IMAGE, LABELS, None)))
    half = pixels.shape[0]
    grey = pixels[:, :half]
    assert (grey.max(axis=2) == grey.min(axis=2)).all()
    scale = half / 256
    inside = pixels[round(40 * scale), half + round(60 * scale)]
    other = pixels[round(120 * scale), half + round(60 * scale)]
    assert np.ptp(inside.astype(int)) > 30
    assert np.abs(inside.astype(int) - other).max() > 30


def test_a_scale_bar_has_the_stated_length() -> None:
    flat = np.zeros((200, 200), np.float32)
    pixels = np.asarray(opened(cover(flat, np.zeros((200, 200), np.int32), 0.1)))
    row = pixels[-400 // 25 - 400 // 80 + 1, :400]
    white = int((row == 255).all(axis=1).sum())
    # 200 px of 0.1 µm on 400 px: 20 µm wide; the longest bar below 35 % is 5 µm, 100 px.
    assert white == pytest.approx(100, abs=2)


def test_without_a_pixel_size_there_is_no_bar() -> None:
    flat = np.zeros((200, 200), np.float32)
    pixels = np.asarray(opened(cover(flat, np.zeros((200, 200), np.int32), None)))
    assert pixels.max() == 0


def test_float_results_are_shown_in_grey() -> None:
    pixels = np.asarray(opened(cover(IMAGE, IMAGE, None)))
    assert (pixels.max(axis=2) == pixels.min(axis=2)).all()


def test_a_picture_too_large_becomes_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepbacs_zoo.exporting.cover.LIMIT", 200_000)
    noise = RANDOM.normal(size=(256, 256)).astype(np.float32)
    data = cover(noise, LABELS[:, :256], None)
    assert len(data) < 200_000
    assert opened(data).height < 400


def test_boxes_are_drawn_on_the_image_in_the_colours_of_their_classes() -> None:
    boxes = Rectangles(((100.2, 100.0, 180.0, 150.5), (10.0, 20.0, 60.0, 50.0)), (1, 2))
    flat = np.zeros((200, 200), np.float32)
    pixels = np.asarray(opened(cover(flat, boxes, None)))
    assert pixels[:, :400].max() == 0
    assert tuple(pixels[2 * 100, 400 + 2 * 140]) == colour_of(1)
    assert tuple(pixels[2 * 35, 400 + 2 * 10]) == colour_of(2)
    assert pixels[2 * 35, 400 + 2 * 30].max() == 0


def test_colour_pictures_are_shown_in_colours() -> None:
    image = np.zeros((200, 200, 3), np.float32)
    image[:100, :, 0] = 250.0
    pixels = np.asarray(opened(cover(image, Rectangles((), ()), None)))
    assert tuple(pixels[50, 50]) == tuple(pixels[50, 450]) == (255, 0, 0)
    labelled = np.asarray(opened(cover(image, np.ones((200, 200), np.int32), None)))
    assert np.ptp(labelled[300, 600].astype(int)) > 30
