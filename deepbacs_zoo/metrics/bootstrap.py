"""Bootstrap intervals over images.

The percentile interval of Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
Images are resampled, not objects: objects of one image are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap"]


def bootstrap(
    values: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the ends of the percentile interval of a statistic.

    Parameters
    ----------
    values
        One row per image.
    statistic
        Takes rows drawn with replacement, as many as there are images; resamples for which it is
        NaN are left out.
    resamples
        How many resamples are drawn.
    confidence
        Probability that the interval claims.
    seed
        Seed of the drawing: the same values give the same interval.

    Returns
    -------
    low, high : float
        NaN when the statistic is never defined.

    Raises
    ------
    ValueError
        There is no image.
    """
    if len(values) == 0:
        raise ValueError("an interval needs at least one image")
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(values), (resamples, len(values)))
    found = np.array([statistic(values[draw]) for draw in draws], np.float64)
    found = found[~np.isnan(found)]
    if found.size == 0:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(found, (tail, 1 - tail))
    return float(low), float(high)
