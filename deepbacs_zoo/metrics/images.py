"""Similarity of an image to a target image: PSNR, SSIM and NRMSE.

A network may give its image in any unit, so both images are brought to one scale first, as in
Weigert et al., Nature Methods 15, 1090 (2018), supplementary note 2.1, and in the notebooks of
ZeroCostDL4Mic: the target's percentiles 0.1 and 99.9 become 0 and 1, without clipping, and the
image is multiplied by a factor and shifted so that the mean squared error becomes least.  The range
of the data is 1 from there on:

* PSNR = -10 log10(MSE) in dB (``skimage.metrics.peak_signal_noise_ratio``);
* SSIM of Wang et al., IEEE Transactions on Image Processing 13, 600 (2004), over windows of 7 by 7
  pixels (``skimage.metrics.structural_similarity``);
* NRMSE = square root of MSE, that is, RMSE / (percentile 99.9 - percentile 0.1 of the target).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_PSNR", "ImageSimilarity", "compare_images", "fit_to_target", "scale_target"]

MOST_PSNR: Final = 100.0
"""PSNR in dB of images that differ by 1e-5 of the range, or less.  16 bits resolve 96 dB; an
infinite value would have no mean."""

_PERCENTILES: Final = (0.1, 99.9)
_WINDOW: Final = 7

Plane = NDArray[np.float64]


@dataclass(frozen=True)
class ImageSimilarity:
    """Scores of one image against its target; NaN where they are not defined.

    ``psnr`` in dB; ``ssim`` up to 1, NaN below 7 pixels of width or height; ``nrmse`` in the
    target's range.  All are NaN where the target has one value only.
    """

    psnr: float
    ssim: float
    nrmse: float


def compare_images(target: NDArray[Any], image: NDArray[Any]) -> ImageSimilarity:
    """Score an image against a target.

    Parameters
    ----------
    target, image
        ``y x`` of one shape, any real dtype and range.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    from skimage import metrics

    truth = scale_target(target)
    if not np.isfinite(truth).all():
        return ImageSimilarity(math.nan, math.nan, math.nan)
    fitted = fit_to_target(truth, image)
    functions: Any = metrics
    error = float(functions.mean_squared_error(truth, fitted))
    enough = min(truth.shape) >= _WINDOW
    return ImageSimilarity(
        MOST_PSNR
        if error <= 10 ** (-MOST_PSNR / 10)
        else float(functions.peak_signal_noise_ratio(truth, fitted, data_range=1.0)),
        float(functions.structural_similarity(truth, fitted, win_size=_WINDOW, data_range=1.0))
        if enough
        else math.nan,
        math.sqrt(error),
    )


def scale_target(target: NDArray[Any]) -> Plane:
    """Return a target with its percentiles 0.1 and 99.9 at 0 and 1.

    Parameters
    ----------
    target
        ``y x``, any real dtype.

    Returns
    -------
    ndarray
        ``y x`` float64, not clipped; NaN where the percentiles are equal.
    """
    values = np.asarray(target, np.float64)
    low, high = np.percentile(values, _PERCENTILES)
    return (values - low) / (high - low) if high > low else np.full(values.shape, np.nan)


def fit_to_target(truth: Plane, image: NDArray[Any]) -> Plane:
    """Return factor * image + shift with the least mean squared error.

    Parameters
    ----------
    truth
        ``y x`` float64, scaled by ``scale_target``.
    image
        ``y x`` of the same shape, any real dtype; one without any contrast becomes the mean.

    Returns
    -------
    ndarray
        ``y x`` float64.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    if truth.shape != image.shape:
        raise ValueError(f"images of one shape are needed: {truth.shape}, {image.shape}")
    centered = np.asarray(image, np.float64) - np.mean(image, dtype=np.float64)
    variance = float(np.mean(centered**2))
    factor = float(np.mean(centered * truth)) / variance if variance > 0 else 0.0
    return np.asarray(factor * centered + truth.mean(), np.float64)
