"""The first position of an image, for the classical method and for looking at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images import Image
from deepbacs_zoo.results import Result

__all__ = ["first_position", "grey", "grey_of", "on_grid_of", "planes_of", "preview"]

Planes = NDArray[np.float32]


def preview(image: Image) -> NDArray[np.float32]:
    """Return the first position for looking at.

    Parameters
    ----------
    image
        An image of any size.

    Returns
    -------
    ndarray
        float32 in the image's own range: ``y x 3`` of a color image, else ``y x``.
    """
    plane = image.data.isel(t=0, z=0).transpose("y", "x", "c").values.astype(np.float32)
    if image.rgb and plane.shape[2] >= 3:
        return np.asarray(plane[..., :3], np.float32)
    return np.asarray(plane.mean(axis=2), np.float32)


def grey(result: Result) -> NDArray[np.float32]:
    """Return the first position for the classical method: ``y x`` float32, colors averaged."""
    picture = result.preview
    return np.asarray(picture.mean(axis=2) if picture.ndim == 3 else picture, np.float32)


def grey_of(image: Image) -> NDArray[np.float32]:
    """Return the first position, ``y x`` float32, as ``grey`` gives that of the image's result."""
    picture = preview(image)
    return np.asarray(picture.mean(axis=2) if picture.ndim == 3 else picture, np.float32)


def first_position(array: NDArray[Any], axes: str) -> NDArray[np.float32]:
    """Return the first position of an image or a tensor.

    Parameters
    ----------
    array
        Any real dtype.
    axes
        Its axes, among them ``c``, ``y`` and ``x``.

    Returns
    -------
    ndarray
        ``c y x`` float32.
    """
    first = array[tuple(slice(None) if axis in "cyx" else 0 for axis in axes)]
    left = "".join(axis for axis in axes if axis in "cyx")
    return np.asarray(np.transpose(first, [left.index(axis) for axis in "cyx"]), np.float32)


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
