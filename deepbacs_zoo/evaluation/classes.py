"""From instance labels to the classes background, interior and boundary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASSES", "predicted_classes", "true_classes"]

CLASSES: Final = ("background", "interior", "boundary")


def true_classes(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return 0 background, 1 interior, 2 boundary of a label image.

    Boundary is the outermost pixel of an object: one of its eight neighbours has another label.
    Pixels beyond the image count as a continuation of the object, so that an object cut by the
    edge of the image has no boundary there.

    Parameters
    ----------
    labels
        ``y x``, 0 background.
    """
    padded = np.pad(labels, 1, mode="edge")
    height, width = labels.shape
    differs = np.zeros(labels.shape, np.bool_)
    for row in range(3):
        for column in range(3):
            differs |= padded[row : row + height, column : column + width] != labels
    inside = labels > 0
    return np.asarray(inside, np.int32) + np.asarray(inside & differs, np.int32)


def predicted_classes(
    probabilities: NDArray[np.floating], channels: Mapping[str, int]
) -> NDArray[np.int32]:
    """Return the most probable class of every pixel, numbered as ``CLASSES``.

    Parameters
    ----------
    probabilities
        ``c y x``.
    channels
        Channel of each of ``CLASSES``.
    """
    ordered = probabilities[[channels[name] for name in CLASSES]]
    return np.asarray(ordered.argmax(axis=0), np.int32)
