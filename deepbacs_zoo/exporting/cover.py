"""The cover picture: an input beside what the model made of it, with a scale bar."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.exporting.kinds import Rectangles
from deepbacs_zoo.results.overlay import draw_rectangles

if TYPE_CHECKING:
    from PIL import Image as Pictures

__all__ = ["LIMIT", "cover"]

LIMIT: Final = 500_000
"""Bytes; the zoo asks for covers below 500 KB, twice as wide as high."""

_SIDES: Final = (400, 300, 200)
_BAR_LENGTHS: Final = (100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1)
_BAR_SHARE: Final = 0.35

Grey = npt.NDArray[np.uint8]
Colour = npt.NDArray[np.uint8]


def cover(
    image: npt.NDArray[np.float32],
    result: npt.NDArray[Any] | Rectangles,
    pixel_size: float | None,
) -> bytes:
    """Return a PNG of the image at the left and the result at the right.

    Parameters
    ----------
    image
        ``y x``, or ``y x 3`` for a colour picture; shown between its 0.5 and 99.5 percentiles.
    result
        ``y x``: an integer label image, shown in colours over the image, or a float image; or
        rectangles, drawn on the image.
    pixel_size
        Micrometers per pixel; without it there is no scale bar.

    Returns
    -------
    bytes
        The file: twice as wide as high, below :data:`LIMIT` bytes, the same for the same input.
    """
    side = min(image.shape[:2])
    left = _rgb(_to_eight_bits(image[:side, :side]))
    right = _right(left, result, side)
    data = b""
    for height in _SIDES:
        data = _draw(left, right, height, pixel_size and pixel_size * side / height)
        if len(data) < LIMIT:
            break
    return data


def _right(left: Colour, result: npt.NDArray[Any] | Rectangles, side: int) -> Colour:
    if isinstance(result, Rectangles):
        picture = left.copy()
        draw_rectangles(picture, result.corners, result.numbers)
        return picture
    part = result[:side, :side]
    if part.dtype.kind in "iu":
        return _coloured(np.asarray(left.mean(axis=2), np.uint8), part)
    return _rgb(_to_eight_bits(part))


def _draw(left: Colour, right: Colour, height: int, pixel_size: float | None) -> bytes:
    """Put both halves together; ``pixel_size`` is that of a pixel of the cover."""
    from PIL import Image as Pictures

    canvas = Pictures.new("RGB", (2 * height, height))
    smooth, hard = Pictures.Resampling.BICUBIC, Pictures.Resampling.NEAREST
    canvas.paste(Pictures.fromarray(left).resize((height, height), smooth), (0, 0))
    canvas.paste(Pictures.fromarray(right).resize((height, height), hard), (height, 0))
    if pixel_size:
        _add_bar(canvas, height, pixel_size)
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _add_bar(canvas: Pictures.Image, height: int, pixel_size: float) -> None:
    from PIL import ImageDraw, ImageFont

    length = next(
        (bar for bar in _BAR_LENGTHS if bar / pixel_size <= _BAR_SHARE * height), _BAR_LENGTHS[-1]
    )
    width, edge, thick = round(length / pixel_size), height // 25, max(height // 80, 2)
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(height // 18)
    top = height - edge - thick
    middle = (edge + width / 2, top - thick)
    draw.rectangle((edge, top, edge + width - 1, top + thick - 1), fill="white", outline="black")
    # Pillow's own font has no Greek characters, and fonts of the computer differ.
    text = f"{length:g} microns" if length != 1 else "1 micron"
    draw.text(middle, text, "white", font, "ms", stroke_width=2, stroke_fill="black")


def _to_eight_bits(image: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    low, high = np.percentile(image, (0.5, 99.5))
    scaled = (image - low) / max(float(high - low), 1e-12)
    return np.asarray(np.rint(scaled.clip(0.0, 1.0) * 255.0), np.uint8)


def _rgb(picture: npt.NDArray[np.uint8]) -> Colour:
    return picture if picture.ndim == 3 else np.repeat(picture[:, :, np.newaxis], 3, axis=2)


def _coloured(grey: Grey, labels: npt.NDArray[np.integer]) -> Colour:
    """Blend one colour per label over the image; neighbouring numbers get distant hues."""
    numbers = np.arange(int(labels.max()) + 1)
    hue = (numbers * 0.618034) % 1.0  # the golden ratio spreads any number of hues evenly
    # Hue to RGB at full saturation: three triangle waves, a third of the circle apart.
    waves = np.abs((hue[:, np.newaxis] * 6.0 + np.array([0.0, 4.0, 2.0])) % 6.0 - 3.0) - 1.0
    table = waves.clip(0.0, 1.0) * 255.0
    blended = 0.45 * grey[:, :, np.newaxis] + 0.55 * table[labels]
    return np.asarray(
        np.where(labels[:, :, np.newaxis] > 0, blended, grey[:, :, np.newaxis] * 0.6), np.uint8
    )
