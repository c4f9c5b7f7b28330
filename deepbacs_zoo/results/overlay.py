"""Outlines of labels, or rectangles, on an image, as PNG."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.files.atomic import replacing
from deepbacs_zoo.images.lut import colour_of

__all__ = [
    "canvas",
    "draw_rectangles",
    "encode_png",
    "outlines_on",
    "rectangles_on",
    "stretched",
    "write_overlay",
    "write_picture",
]

_PIXELS_PER_LINE: Final = 1000


def stretched(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return an image of the same axes as uint8, its percentiles 1 and 99.8 as 0 and 255."""
    # Every rounding is written out: Java draws the same picture.
    values = image.astype(np.float32).astype(np.float64)
    ordered = np.sort(values, axis=None)
    low, high = _quantile(ordered, 0.01), _quantile(ordered, 0.998)
    if high <= low:
        high = low + 1
    bits: NDArray[np.uint8] = np.clip((values - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    return bits


def _quantile(ordered: NDArray[np.float64], fraction: float) -> float:
    """Return a quantile of sorted numbers, straight between the two that it lies between."""
    position = fraction * (ordered.size - 1)
    below = int(position)
    low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
    return low + (high - low) * (position - below)


def canvas(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return a new ``y x 3`` uint8 picture of an image ``y x`` or ``y x 3`` to draw on.

    Eight-bit colours are those that the user knows, and stay as they are.
    """
    if image.ndim == 3:
        return image.astype(np.uint8) if image.dtype == np.uint8 else stretched(image)
    return np.repeat(stretched(image)[..., None], 3, axis=2)


def outlines_on(image: NDArray[np.generic], labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return ``y x 3`` uint8: the image with the outermost pixels of each label in its colour."""
    picture = canvas(image)
    padded = np.pad(labels, 1, mode="edge")
    center = padded[1:-1, 1:-1]
    inner = np.ones(labels.shape, bool)
    for rows, columns in ((slice(0, -2), slice(1, -1)), (slice(2, None), slice(1, -1))):
        inner &= (padded[rows, columns] == center) & (padded[columns, rows] == center)
    edge = (center != 0) & ~inner
    colours = np.array([colour_of(label) for label in range(int(labels.max(initial=0)) + 1)])
    picture[edge] = colours[labels[edge]]
    return picture


def write_overlay(path: Path, image: NDArray[np.generic], labels: NDArray[np.integer]) -> None:
    """Draw outlines on an image and write them as PNG.

    Parameters
    ----------
    path
        The file.
    image
        ``y x``, shown in grey, or ``y x 3``, shown in its colours; any range.
    labels
        ``y x``, integers, 0 is background.
    """
    write_picture(path, outlines_on(image, labels))


def draw_rectangles(
    picture: NDArray[np.uint8],
    corners: Sequence[tuple[float, float, float, float]],
    numbers: Sequence[int],
) -> None:
    """Draw rectangles into a colour picture, in the colours that labels of their numbers have.

    Parameters
    ----------
    picture
        ``y x 3`` uint8, changed in place.
    corners
        ``x0 y0 x1 y1`` of each, in pixels; lines run inside, along the pixels that it touches.  The
        first are drawn on top.
    numbers
        From 1.
    """
    height, width = picture.shape[:2]
    line = 1 + max(height, width) // _PIXELS_PER_LINE
    for (x0, y0, x1, y1), number in reversed(list(zip(corners, numbers, strict=True))):
        left, right = max(math.floor(x0), 0), min(math.ceil(x1), width)
        top, bottom = max(math.floor(y0), 0), min(math.ceil(y1), height)
        part = picture[top:bottom, left:right]
        colour = colour_of(number)
        for edge in (part[:line], part[-line:], part[:, :line], part[:, -line:]):
            edge[...] = colour


def rectangles_on(
    image: NDArray[np.generic],
    corners: Sequence[tuple[float, float, float, float]],
    numbers: Sequence[int],
) -> NDArray[np.uint8]:
    """Return ``y x 3`` uint8: the image with rectangles; see :func:`draw_rectangles`."""
    picture = canvas(image)
    draw_rectangles(picture, corners, numbers)
    return picture


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture ``y x 3`` uint8 as PNG."""
    with replacing(path) as partial:
        partial.write_bytes(encode_png(picture))


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """Return a PNG file of a picture: ``y x`` grey, or ``y x 3`` red, green, blue, uint8."""
    from PIL import Image as Picture

    buffer = io.BytesIO()
    Picture.fromarray(picture).save(buffer, format="png", optimize=False)
    return buffer.getvalue()
