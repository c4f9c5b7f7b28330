"""Background, interior and boundary to instances, bit for bit the same wherever it runs.

Only comparisons of float32 values decide, and every tie has a rule, so that an implementation in
another language gives the same labels for the same tensor:

1. Seed pixels have P(interior) >= ``seed_threshold``; 4-connected seed pixels form a seed; seeds
   smaller than ``min_seed`` pixels are dropped, the others numbered in raster order.
2. An object's pixels are its seed, whatever P(background) says there, and pixels with
   P(background) < 1 - ``foreground_threshold`` that it grows over in waves.  In one wave every
   free pixel with labelled 4-neighbours takes the smallest of their labels, all at once; there
   are at most ``max_dilation`` waves.
3. Objects smaller than ``min_size`` pixels are dropped; the others are numbered 1 to n by their
   first pixel in raster order.

A boundary class is one or two pixels wide, so two touching cells share it evenly and no sorting
of pixels by height (watershed) is needed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.numbering import Labels, relabel_sequential, remove_small_objects
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config.decoding import Multilabel

__all__ = ["decode"]

_FREE: Final = np.iinfo(np.int32).max


def decode(settings: Multilabel, probabilities: NDArray[np.float32]) -> Labels:
    """Decode one plane.

    Parameters
    ----------
    settings
        Channels, thresholds and sizes.
    probabilities
        ``c y x``, 0 to 1, taken as float32.  Comparisons with NaN are false: such a pixel is
        neither seed nor foreground.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32; 0 is background, objects are numbered 1 to n by their first pixel.

    Raises
    ------
    PackageError
        The tensor lacks a channel that the settings name.
    """
    channels = max(settings.background, settings.interior, settings.boundary) + 1
    if probabilities.ndim != 3 or probabilities.shape[0] < channels:
        raise PackageError(
            f"output {settings.output}",
            "it does not have the channels that config.deepbacs_zoo.decode names",
            value=f"shape {'x'.join(map(str, probabilities.shape))}",
            allowed=f"c y x with at least {channels} channels",
            hint="correct the channel indices of config.deepbacs_zoo.decode",
        )
    probabilities = probabilities.astype(np.float32, copy=False)
    seeds = probabilities[settings.interior] >= np.float32(settings.seed_threshold)
    below = np.float32(1) - np.float32(settings.foreground_threshold)
    foreground = probabilities[settings.background] < below
    labels = remove_small_objects(_components(seeds), settings.min_seed)
    labels = _grown(labels, foreground, settings.max_dilation)
    return relabel_sequential(remove_small_objects(labels, settings.min_size))


def _components(mask: NDArray[np.bool_]) -> Labels:
    """Give each 4-connected component a number."""
    from scipy.ndimage import label

    labels: Labels = label(mask, output=np.int32)[0]
    return relabel_sequential(labels)


def _grown(labels: Labels, foreground: NDArray[np.bool_], waves: int) -> Labels:
    """Grow all labels over free foreground, one pixel a wave."""
    # A frame that no label enters spares the tests for the image's border.
    grown = np.pad(np.where(labels > 0, labels, _FREE), 1, constant_values=_FREE)
    free = np.pad(foreground & (labels == 0), 1)
    flat, open_pixels = grown.reshape(-1), np.flatnonzero(free)
    width = grown.shape[1]
    for _ in range(waves):
        best = np.minimum(
            np.minimum(flat[open_pixels - width], flat[open_pixels + width]),
            np.minimum(flat[open_pixels - 1], flat[open_pixels + 1]),
        )
        reached = best != _FREE
        if not reached.any():
            break
        flat[open_pixels[reached]] = best[reached]
        open_pixels = open_pixels[~reached]
    inner = grown[1:-1, 1:-1]
    return np.where(inner == _FREE, np.int32(0), inner)
