"""Noise of a camera, and the transform that makes its variance 1 everywhere.

Photons and read noise give a variance that grows linearly with the mean, variance = gain * mean +
constant: Foi et al., IEEE Transactions on Image Processing 17, 1737 (2008).  With pixel values
x = gain * photons + N(offset, read noise^2) the constant is read noise^2 - gain * offset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CameraNoise", "estimate_noise"]

_BINS: Final = 32
_GRID: Final = 4096
_MOST_PIXELS: Final = 250_000
"""More would hardly change an estimate of two numbers."""
_LEAST: Final = 2 * math.sqrt(3 / 8)
"""The transform of no photon."""

Plane = NDArray[np.float64]


@dataclass(frozen=True)
class CameraNoise:
    """Variance of pixel values over their mean.

    Parameters
    ----------
    gain
        Growth of the variance with the mean, at least 0: pixel values per photon.
    constant
        Variance at the mean 0, in squared pixel values; negative where an offset is larger than the
        read noise.
    """

    gain: float
    constant: float

    def variance(self, mean: NDArray[Any]) -> Plane:
        """Return the variance, at least 0, at means of any axes and real dtype, float64."""
        return np.maximum(self.gain * np.asarray(mean, np.float64) + self.constant, 0)

    def stabilize(self, image: NDArray[Any]) -> Plane:
        """Return the generalized Anscombe transform, in which noise has the variance 1.

        2 / gain * sqrt(gain * x + 3/8 gain^2 + constant); x / sqrt(constant) without photon noise.

        Parameters
        ----------
        image
            Any axes and real dtype.

        Returns
        -------
        ndarray
            float64 of the same axes.
        """
        values = np.asarray(image, np.float64)
        if self.gain == 0:
            return values / math.sqrt(self.constant) if self.constant > 0 else values
        inside = self.gain * values + 3 / 8 * self.gain**2 + self.constant
        return np.asarray(2 / self.gain * np.sqrt(np.maximum(inside, 0)))

    def restore(self, stabilized: NDArray[Any]) -> Plane:
        """Return pixel values from the mean of stabilized ones.

        The closed form of the exact unbiased inverse: Makitalo and Foi, IEEE Transactions on Image
        Processing 22, 91 (2013).  The algebraic inverse is too low where photons are few.

        Parameters
        ----------
        stabilized
            Any axes and real dtype.

        Returns
        -------
        ndarray
            float64 of the same axes.
        """
        values = np.asarray(stabilized, np.float64)
        if self.gain == 0:
            return values * math.sqrt(self.constant) if self.constant > 0 else values
        d = np.maximum(values, _LEAST)
        root = math.sqrt(3 / 2)
        photons = d**2 / 4 + root / (4 * d) - 11 / (8 * d**2) + 5 * root / (8 * d**3) - 1 / 8
        return np.asarray(self.gain * photons - self.constant / self.gain)

    def expected(self, mean: NDArray[Any]) -> Plane:
        """Return the mean of stabilized values of noisy pixels.

        It is below the transform of the mean where photons are few.

        Parameters
        ----------
        mean
            Their mean without noise, any axes and real dtype.

        Returns
        -------
        ndarray
            float64 of the same axes.
        """
        if self.gain == 0:
            return self.stabilize(mean)
        values = np.asarray(mean, np.float64)
        grid = np.linspace(_LEAST, max(float(self.stabilize(values).max(initial=0)), _LEAST), _GRID)
        return np.asarray(np.interp(values, self.restore(grid), grid), np.float64)


def estimate_noise(signal: NDArray[Any], image: NDArray[Any]) -> CameraNoise:
    """Estimate the noise of an image from what it shows without noise.

    The variance of their difference in 32 groups of pixels of like signal, and a line through these
    variances that weighs each by its own accuracy.

    Parameters
    ----------
    signal, image
        Any axes and real dtype, of one shape and in one unit.

    Returns
    -------
    CameraNoise
        Without photon noise where the variance does not grow with the signal.
    """
    step = max(np.size(signal) // _MOST_PIXELS, 1)
    values = np.asarray(signal, np.float64).ravel()[::step]
    groups = np.array_split(np.argsort(values, kind="stable"), min(_BINS, values.size))
    differences = np.asarray(image, np.float64).ravel()[::step] - values
    means = np.array([values[group].mean() for group in groups])
    variances = np.array([differences[group].var() for group in groups])
    even = CameraNoise(0.0, float(variances.mean()))
    if np.ptp(means) <= 0 or not variances.max() > 0:
        return even
    weights = 1 / np.maximum(variances, variances.max() * 1e-6)
    for _ in range(2):  # once more with the accuracy that the line itself says
        gain, constant = np.polyfit(means, variances, 1, w=weights)
        line = np.maximum(gain * means + constant, variances.max() * 1e-6)
        weights = 1 / line
    return CameraNoise(float(gain), float(constant)) if gain > 0 else even
