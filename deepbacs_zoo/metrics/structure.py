"""Structure that an image lost, and structure that it invented.

Errors and correlations are averages in which a network that smooths every stripe away, or draws
stripes where there are none, can do well.  Here both images are taken apart into three bands
(differences of Gaussians of 0 and 1, 1 and 2, 2 and 4 pixels), so that neither background nor large
shapes count.  In every band and pixel the two agree by the smaller of both magnitudes where the
signs are the same, and not at all where they are not:

* recall = sum of agreement / sum of the target's magnitude, where that is above the threshold;
* precision = sum of agreement / sum of the image's magnitude, where that is above the threshold.

These are recall and precision of a detector of edges and ridges, weighted by contrast.  Their
limits: noise of the target above the threshold is structure that no image can have; noise that is
left in the image is invented structure; a shift by a pixel costs both; an object that is invented
once in a large field changes the fourth decimal, and has to be seen in the error map.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_STRUCTURE", "StructureScores", "compare_structure"]

LEAST_STRUCTURE: Final = 0.05
"""Magnitude in a band from which it is structure, as a share of the target's range."""

_WIDTHS: Final = (1.0, 2.0, 4.0)

Plane = NDArray[np.floating]


class StructureScores(NamedTuple):
    """Recall and precision of structure, 0 to 1; NaN where there is no structure to ask for."""

    recall: float
    precision: float


def compare_structure(truth: Plane, image: Plane) -> StructureScores:
    """Compare the structure of an image with that of its target.

    Parameters
    ----------
    truth, image
        ``y x`` floating of one shape, both in the target's range (``scale_target``).
    """
    sums = np.zeros(4)
    for one, other in zip(_bands(truth), _bands(image), strict=True):
        true, found = np.abs(one), np.abs(other)
        agreement = np.where(one * other > 0, np.minimum(true, found), 0)
        sums += [
            value.sum(where=magnitude > LEAST_STRUCTURE, dtype=np.float64)
            for magnitude in (true, found)
            for value in (agreement, magnitude)
        ]
    return StructureScores(_share(*sums[:2]), _share(*sums[2:]))


def _bands(image: Plane) -> Iterator[NDArray[np.float32]]:
    from scipy import ndimage

    values = finer = np.asarray(image, np.float32)
    for width in _WIDTHS:
        coarser = ndimage.gaussian_filter(values, width, truncate=3)
        yield finer - coarser
        finer = coarser


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else math.nan
