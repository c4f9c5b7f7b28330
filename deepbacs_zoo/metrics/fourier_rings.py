"""Fourier ring correlation of an image with its target, and the resolution that it has.

As in Nieuwenhuizen et al., Nature Methods 10, 557 (2013), and Banterle et al., Journal of
Structural Biology 183, 363 (2013).  Each image loses its mean and is multiplied by a Tukey window
(a cosine over the outer eighth of each side), so that its borders are no edges.  On a ring of the
Fourier transforms F and G with a width of one cycle per shorter side,

    correlation = Re(sum F G*) / sqrt(sum |F|^2 sum |G|^2).

The resolution is the wavelength at which the curve, a running mean over three rings, first falls
below 1/7.  That threshold was made for two images with independent noise of the same kind.  Against
a target without noise a correlation is higher at the same frequency, and 1/7 is the more generous:
figures of one set of targets compare with each other, not with those of two noisy images.  The
correlation does not see contrast, so an image that is smoothed and not noisy keeps its resolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["RING_THRESHOLD", "RingCorrelation", "ring_correlation"]

RING_THRESHOLD: Final = 1 / 7
NYQUIST: Final = 0.5

_WINDOW: Final = 0.25
"""Share of a side over which the window falls, both ends together."""
_NEIGHBORS: Final = 3
_NOISE: Final = 1e-12
"""Power, as a share of that of the strongest ring, below which there is only rounding."""


@dataclass(frozen=True, eq=False)
class RingCorrelation:
    """The correlation of two images over spatial frequency.

    Parameters
    ----------
    frequencies
        ``n`` float64, cycles per pixel, up to 0.5.
    correlations
        ``n`` float64, -1 to 1; 0 on rings where one of the images has no power.
    side
        Pixels of the shorter side.
    """

    frequencies: NDArray[np.float64]
    correlations: NDArray[np.float64]
    side: int

    @property
    def smooth(self) -> NDArray[np.float64]:
        """The curve whose fall is looked for, ``n`` float64: a running mean over three rings."""
        from scipy import ndimage

        mean = ndimage.uniform_filter1d(self.correlations, _NEIGHBORS, mode="nearest")
        return np.asarray(mean, np.float64)

    @property
    def resolution(self) -> float:
        """The finest wavelength in pixels at which the images agree.

        2 where the curve stays above 1/7 up to the Nyquist frequency, the shorter side where it
        never is, NaN where the target has one value only.
        """
        if np.isnan(self.correlations).any():
            return math.nan
        curve = self.smooth
        below = np.flatnonzero(curve < RING_THRESHOLD)
        if not below.size:
            return 1 / NYQUIST
        first = int(below[0])
        if first == 0:
            return float(self.side)
        share = (curve[first - 1] - RING_THRESHOLD) / (curve[first - 1] - curve[first])
        ends = self.frequencies[first - 1 : first + 1]
        return float(1 / (ends[0] + share * (ends[1] - ends[0])))


def ring_correlation(target: NDArray[Any], image: NDArray[Any]) -> RingCorrelation:
    """Correlate an image with its target over spatial frequency.

    Parameters
    ----------
    target, image
        ``y x`` of one shape, any real dtype and range.

    Returns
    -------
    RingCorrelation
        NaN everywhere where the target has one value only, or a value is not finite.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    if target.shape != image.shape:
        raise ValueError(f"images of one shape are needed: {target.shape}, {image.shape}")
    side = min(target.shape)
    numbers = np.arange(1, max(side // 2, 1) + 1)
    frequencies = numbers / side
    finite = np.isfinite(target).all() and np.isfinite(image).all()
    if not finite or np.ptp(target) == 0:
        return RingCorrelation(frequencies, np.full(numbers.size, np.nan), side)
    first, second = _transform(target), _transform(image)
    rings = _rings(target.shape, side)

    def sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
        # The half that a real transform leaves out is the mirror image of the rest.
        halves = np.full(values.shape, 2.0)
        halves[:, 0] = 1
        if target.shape[1] % 2 == 0:
            halves[:, -1] = 1
        totals = np.bincount(rings.ravel(), (halves * values).ravel(), numbers.size + 1)
        return np.asarray(totals[1 : numbers.size + 1], np.float64)

    powers = [sums(np.abs(each) ** 2) for each in (first, second)]
    common = sums((first * second.conj()).real)
    seen = np.logical_and(*(power > _NOISE * power.max() for power in powers))
    correlations = np.zeros(numbers.size)
    np.divide(common, np.sqrt(powers[0] * powers[1]), out=correlations, where=seen)
    return RingCorrelation(frequencies, correlations, side)


def _transform(image: NDArray[Any]) -> NDArray[np.complex128]:
    from scipy import fft
    from scipy.signal import windows

    values = np.asarray(image, np.float64)
    rows, columns = (windows.tukey(size, _WINDOW) for size in values.shape)
    return np.asarray(fft.rfft2((values - values.mean()) * np.outer(rows, columns)))


def _rings(shape: tuple[int, ...], side: int) -> NDArray[np.intp]:
    """Return the number of its ring for each frequency of a real transform."""
    rows, columns = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    return np.asarray(np.rint(np.hypot(rows, columns) * side), np.intp)
