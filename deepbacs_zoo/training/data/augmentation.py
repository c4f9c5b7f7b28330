"""Random changes of a patch that leave the truth true: turns, mirrors, zoom, brightness, noise."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["draw_turn", "draw_zoom", "intensity", "rotated"]

_LIKELY: Final = 0.5
_GAMMA: Final = 1.3
_BRIGHTNESS: Final = 0.3
_NOISE: Final = 0.2
_COLOURS: Final = 3
_COLOUR_CONTRAST: Final = 1.15
_COLOUR_BRIGHTNESS: Final = 0.2


def draw_turn(random: np.random.Generator) -> tuple[int, bool]:
    """Draw a number of quarter turns, and whether left and right change places after them."""
    return int(random.integers(4)), bool(random.random() < _LIKELY)


def draw_zoom(random: np.random.Generator, most: float) -> float:
    """Return image pixels per pixel of the patch: 1 in half of the cases, else 1/most to most."""
    if most <= 1 or random.random() < _LIKELY:
        return 1.0
    return _factor(random, most)


def rotated(image: NDArray[np.float32], turns: int, mirrored: bool) -> NDArray[np.float32]:
    """Return ``c y x`` float32 turned and mirrored."""
    found = np.rot90(image, turns, (1, 2))
    return found[:, :, ::-1] if mirrored else found


def intensity(
    random: np.random.Generator, image: NDArray[np.float32], contrast: float
) -> NDArray[np.float32]:
    """Return a copy of a patch with other intensities.

    Parameters
    ----------
    random
        Decides everything.
    image
        ``c y x`` float32, zero mean and unit variance over the whole image.
    contrast
        The largest factor of the contrast.

    Returns
    -------
    numpy.ndarray
        Contrast (by a factor or its inverse), gamma (exponent up to 1.3 either way, on the patch's
        own range), brightness (up to 0.3 standard deviations) and noise (up to 0.2 standard
        deviations) changed each in half of the cases; of three channels, each has in half of the
        cases a contrast (up to 1.15) and brightness (up to 0.2) of its own, as stains have.
    """
    # Pictures in colours are larger, and half the bytes take half the time.  Grey ones stay with
    # float64: the same seed gives the same weights as in the first version.
    kind = np.float32 if len(image) == _COLOURS else np.float64
    values: NDArray[Any] = image.astype(kind)
    if random.random() < _LIKELY:
        values = values * kind(_factor(random, contrast))
    if random.random() < _LIKELY:
        low, high = values.min(), values.max()
        if high > low:
            unit = (values - low) / (high - low)
            values = unit ** kind(_factor(random, _GAMMA)) * (high - low) + low
    if random.random() < _LIKELY:
        values = values + kind(random.uniform(-_BRIGHTNESS, _BRIGHTNESS))
    if random.random() < _LIKELY:
        deviation = kind(random.uniform(0.0, _NOISE))
        values = values + deviation * random.standard_normal(values.shape, kind)
    if len(values) == _COLOURS and random.random() < _LIKELY:
        factors = np.array([_factor(random, _COLOUR_CONTRAST) for _ in values], np.float32)
        shifts = random.uniform(-_COLOUR_BRIGHTNESS, _COLOUR_BRIGHTNESS, _COLOURS)
        values = values * factors.reshape(-1, 1, 1) + shifts.astype(np.float32).reshape(-1, 1, 1)
    return np.ascontiguousarray(values, np.float32)


def _factor(random: np.random.Generator, most: float) -> float:
    """Return a factor from 1/most to most, as often above as below 1."""
    return float(most ** random.uniform(-1.0, 1.0))
