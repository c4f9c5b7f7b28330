"""Targets of methods that give every pixel a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.classes import true_classes

__all__ = ["foreground_target", "multilabel_target"]


def multilabel_target(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return 0 for background, 1 for interior and 2 for boundary of a label image.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 background.

    Returns
    -------
    ndarray
        ``y x`` int32; the formula is that by which class scores are evaluated.
    """
    return true_classes(labels)


def foreground_target(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return 1 for pixels of objects that have none of another object beside them, else 0.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 background.

    Returns
    -------
    ndarray
        ``y x`` int32.
    """
    found = labels > 0
    for axis in (0, 1):
        before, after = (
            tuple(slice(*ends) if at == axis else slice(None) for at in (0, 1))
            for ends in ((None, -1), (1, None))
        )
        touching = (labels[before] != labels[after]) & (labels[before] > 0) & (labels[after] > 0)
        found[before] &= ~touching
        found[after] &= ~touching
    return np.asarray(found, np.int32)
