"""Decode one plane to labels, by whichever kind the settings are of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import foreground, multilabel, spline, star_convex
from deepbacs_zoo.package.zoo_config.decoding import (
    Foreground,
    LabelDecoding,
    Multilabel,
    Spline,
    StarConvex,
)

__all__ = ["decode"]


def decode(
    settings: LabelDecoding, tensor: NDArray[np.float32], size: tuple[int, int] | None = None
) -> NDArray[np.int32]:
    """Decode one plane to labels.

    Parameters
    ----------
    settings
        How to decode.
    tensor
        ``c y x``, taken as float32.
    size
        Height and width of the image, for tensors on a grid; that of the tensor times the grid if
        not given.  Kinds without a grid give labels of the tensor's size.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32; 0 is background, objects are numbered 1 to n by their first pixel in raster
        order.

    Raises
    ------
    PackageError
        The tensor lacks a channel that the settings name.
    """
    match settings:
        case Multilabel():
            return multilabel.decode(settings, tensor)
        case Foreground():
            return foreground.decode(settings, tensor)
        case StarConvex():
            return star_convex.decode(settings, tensor, size)
        case Spline():
            return spline.decode(settings, tensor, size)
