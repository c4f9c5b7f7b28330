"""The last step of all decoding of labels: numbers in raster order, and least sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Labels", "relabel_sequential", "remove_small_objects"]

Labels = NDArray[np.int32]


def remove_small_objects(labels: Labels, smallest: int) -> Labels:
    """Set labels (``y x`` int32) of fewer than ``smallest`` pixels to 0."""
    sizes = np.bincount(labels.reshape(-1), minlength=1)
    keep = sizes >= smallest
    keep[0] = False
    return np.where(keep[labels], labels, np.int32(0))


def relabel_sequential(labels: Labels) -> Labels:
    """Give labels (``y x`` int32) the numbers 1 to n by their first pixel in raster order."""
    flat = labels.reshape(-1)
    pixels = np.flatnonzero(flat)[::-1]
    # Of several values for one place the last stays: going backwards, that of the first pixel.
    first = np.full(int(flat.max(initial=0)) + 1, flat.size)
    first[flat[pixels]] = pixels
    present = np.flatnonzero(first < flat.size)
    table = np.zeros(first.size, np.int32)
    table[present[np.argsort(first[present])]] = np.arange(1, present.size + 1, dtype=np.int32)
    return table[labels]
