"""Whiteness of what a prediction took away from a noisy image.

Noise of a camera is white: neighbours know nothing of each other.  The image minus its prediction,
brought to the variance 1 by the generalized Anscombe transform, must be so too.  Where neighbours
are alike, structure was taken for noise; where they are unlike, noise of a pixel was left in its
neighbours, as every smoothing filter does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics.images import fit_to_target
from deepbacs_zoo.metrics.noise import CameraNoise, estimate_noise

__all__ = ["FARTHEST_LAG", "ResidualCorrelation", "residual_correlation"]

FARTHEST_LAG: Final = 3
"""Pixels along y and x up to which neighbours are compared."""

_LAGS: Final = tuple(
    (down, right)
    for down in range(FARTHEST_LAG + 1)
    for right in range(-FARTHEST_LAG, FARTHEST_LAG + 1)
    if down > 0 or right > 0
)

_LARGEST_OF_LAGS: Final = 2.24
"""Mean of the largest magnitude of 24 normal values of standard deviation 1."""
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class ResidualCorrelation:
    """Autocorrelation of a residual, at the lag where it is strongest.

    Parameters
    ----------
    strongest
        The autocorrelation of greatest magnitude, -1 to 1; NaN where nothing was taken away.
    lag
        Where it is, in pixels along y and x.
    expected
        What the magnitude is on average, should the residual be white: the largest of 24 normal
        values with the standard deviation 1 / sqrt(number of pixels).
    """

    strongest: float
    lag: tuple[int, int]
    expected: float


def residual_correlation(
    image: NDArray[Any], predicted: NDArray[Any], noise: CameraNoise | None = None
) -> ResidualCorrelation:
    """Measure the autocorrelation of what a prediction took away from an image.

    Parameters
    ----------
    image, predicted
        ``y x`` of one shape, any real dtype and range: the prediction is first multiplied and
        shifted so that it fits the image best.
    noise
        That of the image; ``None`` to estimate it from both.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    values = np.asarray(image, np.float64)
    signal = fit_to_target(values, predicted)
    expected = _LARGEST_OF_LAGS / math.sqrt(values.size)
    if not float(np.mean((values - signal) ** 2)) > _ROUNDING * float(np.mean(values**2)):
        return ResidualCorrelation(math.nan, (0, 0), expected)
    noise = noise or estimate_noise(signal, values)
    residual = noise.stabilize(values) - noise.expected(signal)
    residual -= residual.mean()
    power = float(np.mean(residual**2))
    found = {lag: _product(residual, *lag) / power for lag in _LAGS}
    lag = max(found, key=lambda each: abs(found[each]))
    return ResidualCorrelation(found[lag], lag, expected)


def _product(values: NDArray[np.float64], down: int, right: int) -> float:
    """Return the mean product of values and those that lie so far down and right of them."""
    height, width = values.shape
    left, moved = max(-right, 0), max(right, 0)
    one = values[: height - down, left : width - moved]
    other = values[down:, moved : width - left]
    return float(np.mean(one * other))
