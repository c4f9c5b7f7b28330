"""The first position of images, on the grid and with the channels of a target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.previews import first_position
from deepbacs_zoo.images import Image

__all__ = ["on_grid_of", "planes_of"]

Planes = NDArray[np.float32]


def planes_of(image: Image) -> Planes:
    """Return the first position of an image as ``c y x`` float32."""
    return first_position(image.data.transpose("t", "z", "c", "y", "x").values, "tzcyx")


def on_grid_of(target: Planes, planes: Planes) -> Planes:
    """Return an image with the channels and the pixels of its target.

    Parameters
    ----------
    target, planes
        ``c y x`` float32 of the same field.

    Returns
    -------
    ndarray
        ``c y x`` float32: channels averaged where the target has another number of them, values
        interpolated by cubic splines where it has other pixels.
    """
    if len(planes) != len(target):
        planes = np.repeat(planes.mean(axis=0, keepdims=True), len(target), axis=0)
    if planes.shape == target.shape:
        return planes
    from skimage import transform

    functions: Any = transform
    return np.stack(
        [
            functions.resize(plane, target.shape[1:], order=3, mode="reflect", clip=False)
            for plane in planes
        ]
    ).astype(np.float32)
