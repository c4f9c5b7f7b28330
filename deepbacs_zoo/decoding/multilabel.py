"""Background, interior and boundary to instances, bit for bit the same wherever it runs.

Only comparisons of float32 values decide, and every tie has a rule, so that an implementation in
another language gives the same labels for the same tensor:

1. Seed pixels have P(interior) >= ``seed_threshold``; 4-connected seed pixels form a seed if one of
   them has P(interior) >= ``peak_threshold``.  It is split at ``split_levels`` where it is not
   convex (``levels.py``; parts have ``min_size`` pixels); seeds smaller than ``min_seed`` pixels
   are dropped, the others numbered in raster order.
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

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels, grown, relabel_sequential, remove_small_objects
from deepbacs_zoo.decoding.levels import split_components
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config.decoding import Multilabel

__all__ = ["decode"]


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
    below = np.float32(1) - np.float32(settings.foreground_threshold)
    foreground = probabilities[settings.background] < below
    seeds = split_components(
        probabilities[settings.interior],
        settings.seed_threshold,
        settings.peak_threshold,
        settings.split_levels,
        settings.convexity,
        settings.min_size,
    )
    labels = remove_small_objects(seeds, settings.min_seed)
    labels = grown(labels, foreground, settings.max_dilation)
    return relabel_sequential(remove_small_objects(labels, settings.min_size))
