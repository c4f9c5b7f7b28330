"""Merged and split objects: what a low F1 is made of where cells are packed.

An object belongs to another one that holds the larger part of it: more than half of its pixels, the
rule by which the Cell Tracking Challenge assigns objects (Matula et al. 2015,
https://doi.org/10.1371/journal.pone.0144959), so that it belongs to one at most.

- A true object is **merged** when the predicted object that it belongs to has another true object,
  too: one was predicted where there are several.
- A true object is **split** when two or more predicted objects belong to it: several were predicted
  where there is one.

The words are those of Coelho et al. 2009 (https://doi.org/10.1109/ISBI.2009.5193098); Caicedo et
al. 2019 (https://doi.org/10.1002/cyto.a.23863) count both beside F1.  No threshold of the IoU is
involved, and whole numbers alone are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics.formulas import ratio
from deepbacs_zoo.metrics.overlaps import overlaps

__all__ = ["Merges", "merges_and_splits"]


@dataclass(frozen=True)
class Merges:
    """True objects that were merged or split; counts add up over images.

    Parameters
    ----------
    merged, split
        True objects whose predicted object has another one, too; those that hold several predicted
        objects.  An object may be both.
    objects
        All true objects.
    """

    merged: int = 0
    split: int = 0
    objects: int = 0

    @property
    def merged_share(self) -> float:
        """Merged / all true objects; NaN without any."""
        return float(ratio(self.merged, self.objects))

    @property
    def split_share(self) -> float:
        """Split / all true objects; NaN without any."""
        return float(ratio(self.split, self.objects))

    def __add__(self, other: Merges) -> Merges:
        """Return the counts over the images of both."""
        return Merges(
            self.merged + other.merged, self.split + other.split, self.objects + other.objects
        )


def merges_and_splits(truth: NDArray[np.integer], predicted: NDArray[np.integer]) -> Merges:
    """Count true objects that were merged or split.

    Parameters
    ----------
    truth, predicted
        Label images, integers of any axes and of one shape, 0 is background; numbers need not be
        contiguous.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"label images of one shape are needed: {truth.shape}, {predicted.shape}")
    met = overlaps(truth, predicted)
    held = 2 * met.shared > met.true_areas[met.rows]
    together = np.bincount(met.columns[held], minlength=met.found.size)
    inside = 2 * met.shared > met.found_areas[met.columns]
    pieces = np.bincount(met.rows[inside], minlength=met.true.size)
    return Merges(
        int(together[together > 1].sum()), int(np.count_nonzero(pieces > 1)), met.true.size
    )
