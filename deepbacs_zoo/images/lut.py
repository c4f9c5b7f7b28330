"""Colours for label images: neighbouring numbers look different, 0 is black."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

__all__ = ["colour_of", "label_colours"]

# Steps of the golden ratio never come close to a colour used shortly before.
_GOLDEN = 0.618033988749895


def colour_of(label: int) -> tuple[int, int, int]:
    """Return the red, green and blue (0 to 255) of a label; black for 0."""
    if label == 0:
        return 0, 0, 0
    value = (1.0, 0.8)[label % 2]
    saturation = (0.65, 0.95, 0.8)[label % 3]
    red, green, blue = colorsys.hsv_to_rgb((label * _GOLDEN) % 1.0, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def label_colours() -> NDArray[np.uint8]:
    """Return a look-up table for ImageJ, axes ``c n`` (3 colours, 256 values), uint8."""
    return np.array([colour_of(label) for label in range(256)], np.uint8).T
