"""From instance labels to the classes background, interior and boundary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASSES", "outlines", "predicted_classes", "true_classes"]

CLASSES: Final = ("background", "interior", "boundary")


def true_classes(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return 0 background, 1 interior, 2 boundary of a label image.

    A pixel of an object is boundary if one of its four neighbours has another value, as in the
    targets that the segmentation task trains on.  Beyond the image nothing is known, so that an
    object cut by the edge of the image has no boundary there.

    Parameters
    ----------
    labels
        ``y x``, integers, 0 background.
    """
    return np.asarray(labels > 0, np.int32) + np.asarray(outlines(labels), np.int32)


def predicted_classes(
    probabilities: NDArray[np.floating], channels: Mapping[str, int]
) -> NDArray[np.int32]:
    """Return the most probable class of every pixel, numbered as ``CLASSES``.

    Parameters
    ----------
    probabilities
        ``c y x``, float32 or float64.
    channels
        Channel of each of ``CLASSES``.
    """
    ordered = probabilities[[channels[name] for name in CLASSES]]
    return np.asarray(ordered.argmax(axis=0), np.int32)


def outlines(labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Mark the pixels of objects that touch, along an edge, a pixel of another label.

    Labels are ``y x`` integers, the result is ``y x`` bool.
    """
    edge = np.zeros(labels.shape, np.bool_)
    for axis in (0, 1):
        differs = np.diff(labels, axis=axis) != 0
        before: list[slice] = [slice(None), slice(None)]
        after: list[slice] = [slice(None), slice(None)]
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        edge[tuple(before)] |= differs
        edge[tuple(after)] |= differs
    return edge & (labels > 0)
