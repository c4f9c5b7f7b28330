"""Agreement of two results for one image: of tensors, and of the objects of label images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FORMAT_AGREEMENT", "LabelAgreement", "compare_labels", "relative_difference"]

FORMAT_AGREEMENT: Final = 1e-4
"""Largest :func:`relative_difference` of two weights formats that still compute the same."""


@dataclass(frozen=True)
class LabelAgreement:
    """Agreement of two label images of the same shape.

    Parameters
    ----------
    first, second
        Number of objects in each.
    matched
        Objects of the first that overlap one of the second at IoU > 0.5; such a partner is unique.
    equal_pixels, pixels
        Pixels that show the background in both or two matched objects, and all pixels.
    """

    first: int
    second: int
    matched: int
    equal_pixels: int
    pixels: int

    @property
    def same_objects(self) -> bool:
        """True if every object has its partner, in both directions."""
        return self.first == self.second == self.matched

    @property
    def pixel_share(self) -> float:
        """Share of pixels that agree, 1 for empty images."""
        return self.equal_pixels / self.pixels if self.pixels else 1.0

    def __add__(self, other: LabelAgreement) -> LabelAgreement:
        """Return the agreement over the pixels of both."""
        return LabelAgreement(
            self.first + other.first,
            self.second + other.second,
            self.matched + other.matched,
            self.equal_pixels + other.equal_pixels,
            self.pixels + other.pixels,
        )


def relative_difference(expected: NDArray[np.floating], found: NDArray[np.floating]) -> float:
    """Return the largest difference of two tensors, in units of the largest value above 1.

    Probabilities are compared as they are; of distances that reach 40 pixels, 4e-3 pixels count as
    1e-4.

    Parameters
    ----------
    expected, found
        Tensors of one shape, any axes, float32 or float64; the unit is that of ``expected``.
    """
    unit = max(1.0, float(np.abs(expected).max(initial=0.0)))
    return float(np.abs(expected - found).max(initial=0.0)) / unit


def compare_labels(first: NDArray[np.integer], second: NDArray[np.integer]) -> LabelAgreement:
    """Compare two label images, whatever their numbering.

    Parameters
    ----------
    first, second
        Integers of one shape, any axes; 0 is background.

    Raises
    ------
    ValueError
        The shapes differ: the two do not come from one image.
    """
    if first.shape != second.shape:
        raise ValueError(
            f"label images of one shape are compared, not {first.shape}, {second.shape}"
        )
    # One number for each pair of labels: sorting those is many times faster than sorting pairs.
    base = int(second.max(initial=0)) + 1
    pairs, shared = np.unique(first.astype(np.int64) * base + second, return_counts=True)
    here, there = np.divmod(pairs, base)
    sizes_first = dict(zip(*np.unique(first, return_counts=True), strict=True))
    sizes_second = dict(zip(*np.unique(second, return_counts=True), strict=True))
    matched = equal = 0
    for one, other, count in zip(here, there, shared, strict=True):
        if one == 0 and other == 0:
            equal += int(count)
        elif one and other and 2 * count > sizes_first[one] + sizes_second[other] - count:
            matched += 1
            equal += int(count)
    first_count, second_count = (len(sizes) - (0 in sizes) for sizes in (sizes_first, sizes_second))
    return LabelAgreement(first_count, second_count, matched, equal, first.size)
