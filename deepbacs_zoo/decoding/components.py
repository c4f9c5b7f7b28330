"""Label images: components of a mask, growth, least sizes, and numbers in raster order."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Labels", "components", "grown", "relabel_sequential", "remove_small_objects"]

Labels = NDArray[np.int32]

_FREE: Final = np.iinfo(np.int32).max


def components(mask: NDArray[np.bool_]) -> Labels:
    """Give the 4-connected components of ``y x`` bool the numbers 1 to n by their first pixel."""
    from scipy.ndimage import label

    labels: Labels = label(mask, output=np.int32)[0]
    return relabel_sequential(labels)


def grown(labels: Labels, free: NDArray[np.bool_], waves: int | None = None) -> Labels:
    """Grow all labels over free pixels, one pixel a wave.

    In one wave every free pixel with labelled 4-neighbours takes the smallest of their labels, all
    at once.

    Parameters
    ----------
    labels
        ``y x`` int32.
    free
        ``y x`` bool; pixels with a label stay as they are.
    waves
        At most so many; ``None`` for as many as there are.
    """
    # A frame that no label enters spares the tests for the image's border.
    found = np.pad(np.where(labels > 0, labels, _FREE), 1, constant_values=_FREE)
    flat, open_pixels = found.reshape(-1), np.flatnonzero(np.pad(free & (labels == 0), 1))
    width = found.shape[1]
    for _ in range(found.size if waves is None else waves):
        best = np.minimum(
            np.minimum(flat[open_pixels - width], flat[open_pixels + width]),
            np.minimum(flat[open_pixels - 1], flat[open_pixels + 1]),
        )
        reached = best != _FREE
        if not reached.any():
            break
        flat[open_pixels[reached]] = best[reached]
        open_pixels = open_pixels[~reached]
    inner = found[1:-1, 1:-1]
    return np.where(inner == _FREE, np.int32(0), inner)


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
