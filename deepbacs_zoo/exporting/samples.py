"""The test input: a crop of a real image that the network never trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.tasks import annotation_kind

if TYPE_CHECKING:
    from deepbacs_zoo.annotations import Pair
    from deepbacs_zoo.tasks.annotation_kinds import Annotations
    from deepbacs_zoo.tensors import Step, SteppedSize

__all__ = ["choose_crop", "constant_offset"]

_LARGEST: Final = 256
_LOOKED_AT: Final = 8
_FARTHEST: Final = 100
"""Mean in standard deviations above which statistics in float32 lose digits that matter."""

_BLIND_TO_OFFSETS: Final = ("zero_mean_unit_variance", "scale_range")

Crop = npt.NDArray[np.float32]


def choose_crop(
    pairs: Sequence[Pair],
    rule: SteppedSize,
    kind: Annotations | None = None,
    has_objects: Callable[[Crop], bool] = lambda crop: True,
) -> Crop:
    """Return the crop with the most pixels of objects among the first few images.

    Of each image the fullest crop is looked at.

    Parameters
    ----------
    pairs
        Images that were held out of the training, with their annotation.
    rule
        The sides that are valid.
    kind
        The kind of the annotations; ``None`` for label images.
    has_objects
        Whether the network finds something in a crop; where it finds nothing in any of them, the
        fullest is taken.

    Returns
    -------
    ndarray
        ``b c y x`` float32 in memory order, raw values; each side the largest valid size up to 256
        pixels that the image has.  An image below the smallest valid size is mirrored up to it.
    """
    crops: list[tuple[int, Crop]] = []
    kind = kind or annotation_kind("labels")
    for each in islice(kind.read(pairs), _LOOKED_AT):
        image, truth = each.image, each.truth
        # The first time point and plane; channels stay.
        values = image.data.transpose("t", "z", "c", "y", "x").to_numpy()[0, 0].astype(np.float32)
        sides = tuple(_valid_side(size, rule) for size in truth.shape)
        row, column, count = _fullest(truth.foreground_mask(), sides)
        cut = values[:, row : row + sides[0], column : column + sides[1]]
        missing = [
            (0, 0),
            *((0, side - size) for side, size in zip(sides, cut.shape[1:], strict=True)),
        ]
        crop = np.pad(cut, missing, mode="symmetric")[np.newaxis]
        crops.append((count, np.ascontiguousarray(crop)))
    ranked = [crop for _, crop in sorted(crops, key=lambda each: -each[0])]
    return next(filter(has_objects, ranked), ranked[0])


def constant_offset(crop: Crop, steps: Sequence[Step]) -> float:
    """Return the constant that is taken off a test input so that every program normalises it alike.

    Bioimageio.core and others measure mean and deviation in float32.  Of a bright image of little
    contrast (camera values around 65,000, deviation 100) that gives probabilities which differ by
    1e-3.  Where normalisation takes any constant out again, the test input begins at 0 instead.

    Parameters
    ----------
    crop
        The test input, ``c y x`` float32.
    steps
        The input's steps.

    Returns
    -------
    float
        The smallest value of the crop, or 0 when its values may stay as they are.
    """
    if not steps or steps[0].name not in _BLIND_TO_OFFSETS:
        return 0.0
    mean, deviation = float(crop.mean(dtype=np.float64)), float(crop.std(dtype=np.float64))
    return float(crop.min()) if abs(mean) > _FARTHEST * deviation else 0.0


def _valid_side(size: int, rule: SteppedSize) -> int:
    """Return the largest valid side up to the limit and the image's own, at least the smallest.

    Where any side is valid the limit is odd: the test tensors then show what becomes of a border
    that is not on the network's grid.
    """
    limit = _LARGEST - 1 if rule.step == 1 else _LARGEST
    margin = min(size, max(limit, rule.min)) - rule.min
    return rule.min + max(margin, 0) // rule.step * rule.step


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
