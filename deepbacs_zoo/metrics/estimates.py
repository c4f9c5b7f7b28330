"""Scores over all images with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics.bootstrap import bootstrap_sums
from deepbacs_zoo.metrics.formulas import ratio

__all__ = ["CONFIDENCE", "FEWEST_IMAGES", "Estimate", "Estimates", "estimated", "estimated_mean"]

CONFIDENCE: Final = 0.95
FEWEST_IMAGES: Final = 3
"""Resampling one or two images says nothing about a third."""


@dataclass(frozen=True)
class Estimate:
    """A score over all images with its bootstrap interval.

    Parameters
    ----------
    value
        The score; NaN where it is not defined (precision without any predicted object).
    low, high
        Ends of the interval of 95 % confidence, resampled over images; ``None`` with fewer than
        three images, where resampling says nothing.
    """

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "undefined"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, eq=False)
class Estimates:
    """Several scores of the same resamples; ``low`` and ``high`` are ``None`` together."""

    value: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None

    def __getitem__(self, place: int | tuple[int, ...]) -> Estimate:
        value = float(self.value[place])
        if self.low is None or self.high is None or math.isnan(value):
            return Estimate(value)
        return Estimate(value, float(self.low[place]), float(self.high[place]))


def estimated(
    values: NDArray[np.float64], statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> Estimates:
    """Apply a statistic to the sum over all images, and over resampled ones for its interval.

    Parameters
    ----------
    values
        ``images ...`` float64, images along the first axis.
    statistic
        Takes sums ``n ...`` and gives scores ``n ...``, float64 both.
    """
    value = np.asarray(statistic(values.sum(axis=0)[None]), np.float64)[0]
    if len(values) < FEWEST_IMAGES:
        return Estimates(value)
    return Estimates(value, *bootstrap_sums(values, statistic))


def estimated_mean(values: Iterable[float]) -> Estimate:
    """Return the mean of a score over images; NaN values are left out.

    Parameters
    ----------
    values
        One score for each image.
    """
    scores = np.fromiter(values, np.float64)
    defined = scores[~np.isnan(scores)]
    if not defined.size:
        return Estimate(math.nan)
    sums = np.stack([defined, np.ones_like(defined)], axis=1)
    return estimated(sums, lambda drawn: ratio(drawn[..., 0], drawn[..., 1]))[()]
