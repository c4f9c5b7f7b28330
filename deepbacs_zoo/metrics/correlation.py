"""Pearson correlation of two images, over the whole field and near objects."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["near_objects", "pearson"]

_SMOOTHING: Final = 1.0
_REACH: Final = 5
_CONSTANT: Final = 1e-12
"""Share of the values' magnitude below which differences are rounding."""


def pearson(
    target: NDArray[Any], image: NDArray[Any], where: NDArray[np.bool_] | None = None
) -> float:
    """Return the Pearson correlation of two images.

    Parameters
    ----------
    target, image
        ``y x`` of one shape, any real dtype and range.
    where
        ``y x`` bool: the pixels that count; ``None`` for all.

    Returns
    -------
    float
        From -1 to 1.  0 where the image has one value only: it says nothing of the target.  NaN
        where the target has, or fewer than two pixels count.
    """
    first, second = (
        np.asarray(each if where is None else each[where], np.float64).ravel()
        for each in (target, image)
    )
    if first.size < 2 or _is_constant(first):
        return math.nan
    return 0.0 if _is_constant(second) else float(np.corrcoef(first, second)[0, 1])


def near_objects(target: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark objects and their surroundings, by the target alone.

    The empty background of a field is most of its pixels; a correlation over the whole of it asks
    above all whether cells are brighter than nothing.

    Parameters
    ----------
    target
        ``y x``, any real dtype.

    Returns
    -------
    ndarray
        ``y x`` bool: what lies within 5 pixels, along y and x, of a pixel whose value, smoothed by
        a Gaussian of 1 pixel, is above Otsu's threshold.  Nothing where all values are equal.
    """
    from scipy import ndimage
    from skimage import filters

    smooth = ndimage.gaussian_filter(np.asarray(target, np.float32), _SMOOTHING)
    if _is_constant(smooth):
        return np.zeros(target.shape, np.bool_)
    functions: Any = filters
    bright = smooth > functions.threshold_otsu(smooth)
    return np.asarray(ndimage.maximum_filter(bright, 2 * _REACH + 1), np.bool_)


def _is_constant(values: NDArray[np.floating]) -> bool:
    return bool(np.ptp(values) <= _CONSTANT * np.abs(values).max(initial=0))
