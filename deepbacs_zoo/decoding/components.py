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
    flat, is_open = found.reshape(-1), np.pad(free & (labels == 0), 1).reshape(-1)
    width, pixels, mark = found.shape[1], np.flatnonzero(is_open), np.empty(flat.size, np.int32)
    for _ in range(found.size if waves is None else waves):
        best = np.minimum(
            np.minimum(flat[pixels - width], flat[pixels + width]),
            np.minimum(flat[pixels - 1], flat[pixels + 1]),
        )
        pixels, best = pixels[best != _FREE], best[best != _FREE]
        if not pixels.size:
            break
        flat[pixels], is_open[pixels] = best, False
        # The next wave is beside this one; of a pixel that is there twice, the last mark stays.
        beside = np.concatenate([pixels - width, pixels + width, pixels - 1, pixels + 1])
        beside = beside[is_open[beside]]
        order = np.arange(beside.size, dtype=np.int32)
        mark[beside] = order
        pixels = beside[mark[beside] == order]
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
