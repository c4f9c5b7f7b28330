"""Bootstrap intervals over images.

The percentile interval of Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
Images are resampled, not objects: objects of one image are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap", "bootstrap_many", "bootstrap_sums"]


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
        float64, images along the first axis.
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
    low, high = bootstrap_many(
        values,
        lambda drawn: np.float64(statistic(drawn)),
        resamples=resamples,
        confidence=confidence,
        seed=seed,
    )
    return float(low), float(high)


def bootstrap_many(
    values: NDArray[Any],
    statistic: Callable[[NDArray[Any]], NDArray[np.float64] | np.float64],
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of several statistics of the same resamples.

    Parameters are those of ``bootstrap``, except that the statistic returns an array of float64,
    always of the same shape; so do the two ends.

    Raises
    ------
    ValueError
        There is no image.
    """
    draws = _draws(len(values), resamples, seed)
    found = np.array([statistic(values[draw]) for draw in draws], np.float64)
    return _ends(found, confidence)


def bootstrap_sums(
    values: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what ``bootstrap_many`` does for statistics of sums over images, all at once.

    Parameters
    ----------
    values
        ``images ...`` float64.
    statistic
        Takes ``resamples ...`` float64, the sum over the images of each resample, and gives
        an array with the resamples along its first axis.
    resamples, confidence, seed
        As in ``bootstrap``; the same images are drawn.

    Raises
    ------
    ValueError
        There is no image.
    """
    draws = _draws(len(values), resamples, seed)
    rows = np.arange(resamples)[:, None]
    weights = np.zeros((resamples, len(values)))
    np.add.at(weights, (rows, draws), 1)
    sums = (weights @ values.reshape(len(values), -1)).reshape(resamples, *values.shape[1:])
    return _ends(np.asarray(statistic(sums), np.float64), confidence)


def _draws(images: int, resamples: int, seed: int) -> NDArray[np.int64]:
    if images == 0:
        raise ValueError("an interval needs at least one image")
    return np.random.default_rng(seed).integers(0, images, (resamples, images))


def _ends(
    found: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From ``resamples ...`` to the ends of the intervals."""
    shape = found.shape[1:]
    columns = found.reshape(len(found), -1).T
    ends = np.array([_quantiles(column, (1 - confidence) / 2) for column in columns])
    low, high = ends.reshape(-1, 2).T
    return low.reshape(shape), high.reshape(shape)


def _quantiles(found: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    defined = found[~np.isnan(found)]
    if defined.size == 0:
        return np.full(2, np.nan)
    return np.asarray(np.quantile(defined, (tail, 1 - tail)), np.float64)
