"""Random changes of a patch that leave the truth true: turns, mirrors, brightness, noise."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["augment"]

_LIKELY: Final = 0.5
_CONTRAST: Final = 1.4
_GAMMA: Final = 1.3
_BRIGHTNESS: Final = 0.3
_NOISE: Final = 0.2


def augment(
    random: np.random.Generator, image: NDArray[np.float32], target: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return a changed copy of a patch and its target.

    Parameters
    ----------
    random
        Decides everything.
    image
        ``c y x``, zero mean and unit variance over the whole image; sides equal.
    target
        ``y x``.

    Returns
    -------
    tuple
        The image turned by a multiple of 90°, mirrored or not, with contrast (factor up to 1.4
        either way), gamma (exponent up to 1.3 either way, on the patch's own range), brightness
        (up to 0.3 standard deviations) and noise (up to 0.2 standard deviations) changed each in
        half of the cases; and the target turned and mirrored alike.
    """
    turns = int(random.integers(4))
    image, target = np.rot90(image, turns, (1, 2)), np.rot90(target, turns, (0, 1))
    if random.random() < _LIKELY:
        image, target = image[:, :, ::-1], target[:, ::-1]
    return _intensity(random, image), np.ascontiguousarray(target)


def _intensity(random: np.random.Generator, image: NDArray[np.float32]) -> NDArray[np.float32]:
    values = image.astype(np.float64)
    if random.random() < _LIKELY:
        values = values * _factor(random, _CONTRAST)
    if random.random() < _LIKELY:
        low, high = values.min(), values.max()
        if high > low:
            unit = (values - low) / (high - low)
            values = unit ** _factor(random, _GAMMA) * (high - low) + low
    if random.random() < _LIKELY:
        values = values + random.uniform(-_BRIGHTNESS, _BRIGHTNESS)
    if random.random() < _LIKELY:
        values = values + random.normal(0.0, random.uniform(0.0, _NOISE), values.shape)
    return np.ascontiguousarray(values, np.float32)


def _factor(random: np.random.Generator, most: float) -> float:
    """Return a factor from 1/most to most, as often above as below 1."""
    return float(most ** random.uniform(-1.0, 1.0))
