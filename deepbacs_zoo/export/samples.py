"""The test input: a crop of a real image that the network never trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.images import read_pair

if TYPE_CHECKING:
    from deepbacs_zoo.export.halo import Reach
    from deepbacs_zoo.images import Pair

__all__ = ["choose_crop"]

_LARGEST: Final = 256
_LOOKED_AT: Final = 8

Crop = npt.NDArray[np.float32]


def choose_crop(pairs: Sequence[Pair], reach: Reach) -> Crop:
    """Return the crop with the most labelled pixels among the first few images.

    Parameters
    ----------
    pairs
        Images that were held out of the training, with their labels.
    reach
        Decides which sizes are valid.

    Returns
    -------
    ndarray
        ``b c y x`` float32 in memory order, raw values; each side the largest valid size up to 256
        pixels that the image has.  An image below the smallest valid size is mirrored up to it.
    """
    best: tuple[int, Crop] | None = None
    for pair in pairs[:_LOOKED_AT]:
        image, labels = read_pair(pair)
        # The first time point and plane; channels stay.
        values = image.data.transpose("t", "z", "c", "y", "x").to_numpy()[0, 0].astype(np.float32)
        sides = tuple(_valid_side(size, reach) for size in labels.shape)
        row, column, count = _fullest(labels > 0, sides)
        if best is None or count > best[0]:
            cut = values[:, row : row + sides[0], column : column + sides[1]]
            missing = [
                (0, 0),
                *((0, side - size) for side, size in zip(sides, cut.shape[1:], strict=True)),
            ]
            best = count, np.ascontiguousarray(np.pad(cut, missing, mode="symmetric")[np.newaxis])
    assert best is not None
    return best[1]


def _valid_side(size: int, reach: Reach) -> int:
    """Return the largest valid size up to the limit and the image's own, at least the smallest."""
    room = min(size, max(_LARGEST, reach.smallest)) - reach.smallest
    return reach.smallest + max(room, 0) // reach.step * reach.step


def _fullest(marked: npt.NDArray[np.bool_], sides: tuple[int, ...]) -> tuple[int, int, int]:
    """Return row, column and count of the window with the most marked pixels; the first of equals.

    Counts of all windows come from one table of sums.
    """
    sums = np.zeros((marked.shape[0] + 1, marked.shape[1] + 1), np.int64)
    sums[1:, 1:] = marked.cumsum(axis=0).cumsum(axis=1)
    height, width = (min(side, size) for side, size in zip(sides, marked.shape, strict=True))
    counts = (
        sums[height:, width:]
        - sums[:-height, width:]
        - sums[height:, :-width]
        + sums[:-height, :-width]
    )
    row, column = np.unravel_index(int(counts.argmax()), counts.shape)
    return int(row), int(column), int(counts[row, column])
