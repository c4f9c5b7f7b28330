"""Similarity of an image to a target image.

Two things are asked, and kept apart.  *Does the image have the target's values?*  Then nothing is
done to it but to bring both images to the target's range: the target's percentiles 0.1 and 99.9
become 0 and 1, without clipping, and the image is shifted and divided by the same two numbers.
*Does it have the target's structure, in whatever unit?*  Then it is first multiplied by a factor
and shifted so that the mean squared error becomes least, as in Weigert et al., Nature Methods 15,
1090 (2018), supplementary note 2.1, and in the notebooks of ZeroCostDL4Mic.  The range of the data
is 1 in both, and so:

* PSNR = -10 log10(MSE) in dB (``skimage.metrics.peak_signal_noise_ratio``);
* SSIM of Wang et al., IEEE Transactions on Image Processing 13, 600 (2004), over windows of 7 by 7
  pixels (``skimage.metrics.structural_similarity``);
* NRMSE = square root of MSE, that is, RMSE / (percentile 99.9 - percentile 0.1 of the target);
* what the notebooks of ZeroCostDL4Mic write under the name NRMSE, here ``zc_nrmse``: they take the
  root of every squared difference before the mean and once more after it, which makes it the square
  root of the mean *absolute* difference.  It is larger than the NRMSE wherever differences are
  below the range, and the two cannot be converted into each other.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics.correlation import near_objects, pearson
from deepbacs_zoo.metrics.structure import compare_structure

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

    All are NaN where the target has one value only, or a value of either image is not finite.

    Parameters
    ----------
    psnr, ssim, nrmse
        After the fit: in dB, up to 1 (NaN below 7 pixels of width or height), in the target's
        range.
    psnr_unfitted, ssim_unfitted, nrmse_unfitted
        The same without it: only an image in the target's units does well.
    zc_nrmse
        Square root of the mean absolute difference after the fit.
    pearson, pearson_objects
        Correlation over the whole field, and near the objects of the target (``near_objects``).
    structure_recall, structure_precision
        Shares of the target's structure that the image has, and of the image's that the target has
        (``compare_structure``), after the fit.
    """

    psnr: float
    ssim: float
    nrmse: float
    psnr_unfitted: float
    ssim_unfitted: float
    nrmse_unfitted: float
    zc_nrmse: float
    pearson: float
    pearson_objects: float
    structure_recall: float
    structure_precision: float


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
    if target.shape != image.shape:
        raise ValueError(f"images of one shape are needed: {target.shape}, {image.shape}")
    low, high = _range(target)
    truth = scale_target(target)
    if not (np.isfinite(truth).all() and np.isfinite(image).all()):
        names = [each.name for each in dataclasses.fields(ImageSimilarity)]
        return ImageSimilarity(**dict.fromkeys(names, math.nan))
    fitted = fit_to_target(truth, image)
    unfitted = (np.asarray(image, np.float64) - low) / (high - low)
    kept = compare_structure(truth, fitted)
    return ImageSimilarity(
        *_errors(truth, fitted),
        *_errors(truth, unfitted),
        zc_nrmse=math.sqrt(float(np.abs(truth - fitted).mean())),
        pearson=pearson(truth, image),
        pearson_objects=pearson(truth, image, near_objects(truth)),
        structure_recall=kept.recall,
        structure_precision=kept.precision,
    )


def _errors(truth: Plane, image: Plane) -> tuple[float, float, float]:
    """Return PSNR, SSIM and NRMSE of ``y x`` float64 with a range of 1."""
    from skimage import metrics

    functions: Any = metrics
    error = float(functions.mean_squared_error(truth, image))
    enough = min(truth.shape) >= _WINDOW
    return (
        MOST_PSNR
        if error <= 10 ** (-MOST_PSNR / 10)
        else float(functions.peak_signal_noise_ratio(truth, image, data_range=1.0)),
        float(functions.structural_similarity(truth, image, win_size=_WINDOW, data_range=1.0))
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
    low, high = _range(values)
    return (values - low) / (high - low) if high > low else np.full(values.shape, np.nan)


def _range(target: NDArray[Any]) -> tuple[float, float]:
    low, high = np.percentile(np.asarray(target, np.float64), _PERCENTILES)
    return float(low), float(high)


def fit_to_target(truth: Plane, image: NDArray[Any]) -> Plane:
    """Return factor * image + shift with the least mean squared error.

    Parameters
    ----------
    truth
        ``y x`` float64, such as ``scale_target`` gives.
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
