"""Red cells of a stained smear counted by threshold and watershed, as a baseline."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage import filters

from tests.benchmarks.accuracy.classical import split


@dataclass(frozen=True)
class Counting:
    """The parameters, lengths in pixels.

    Parameters
    ----------
    depth
        Seeds of the watershed are what lies deeper in the foreground.
    min_size
        Area below which an object is no red cell.
    purple
        Share of purple pixels (nuclei of white cells, platelets) above which it is none either.
    """

    depth: float
    min_size: int
    purple: float = 0.1

    def describe(self) -> str:
        """Return the parameters in one line."""
        return (
            "Otsu threshold of the green channel, watershed of the distance transform from seeds "
            f"{self.depth:g} deep, objects of at least {self.min_size} pixels that are less than "
            f"{self.purple:.0%} purple"
        )

    def count(self, picture: np.ndarray) -> int:
        """Return the number of red cells in an RGB picture ``y x 3``."""
        return self.count_in(*masks(picture))

    def count_in(self, foreground: np.ndarray, purple: np.ndarray) -> int:
        """Return the number of red cells, given the two masks of :func:`masks`."""
        labels = split(foreground, self.depth)
        sizes = np.bincount(labels.ravel())
        stained = np.bincount(labels.ravel(), purple.ravel()) / np.maximum(sizes, 1)
        red = (sizes >= self.min_size) & (stained < self.purple)
        return int(red[1:].sum())


def masks(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where cells are, and where they are purple: less red than blue."""
    smooth = ndimage.gaussian_filter(picture.astype(np.float32), (2.0, 2.0, 0.0))
    green = smooth[..., 1]
    foreground = ndimage.binary_fill_holes(green < filters.threshold_otsu(green))
    purple = foreground & (smooth[..., 0] < smooth[..., 2])
    return foreground, purple


def tuned(pictures: Sequence[np.ndarray], counts: Sequence[int]) -> Counting:
    """Return the parameters with the least mean count error on training pictures."""
    found = [masks(picture) for picture in pictures]

    def error(recipe: Counting) -> float:
        return float(
            np.mean(
                [abs(recipe.count_in(*each) - n) for each, n in zip(found, counts, strict=True)]
            )
        )

    choices = itertools.product((16.0, 20.0, 24.0, 28.0, 32.0, 36.0, 40.0), (400, 1500, 3000))
    return min((Counting(depth, size) for depth, size in choices), key=error)
