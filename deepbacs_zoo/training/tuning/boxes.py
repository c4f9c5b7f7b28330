"""The score by which thresholds of boxes are chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.anchor_boxes import decode_boxes
from deepbacs_zoo.evaluation.boxes.sets import found_set
from deepbacs_zoo.metrics import BoxSet, match_boxes
from deepbacs_zoo.package.zoo_config import AnchorBoxes

__all__ = ["BOX_IOU", "box_score"]

BOX_IOU: Final = 0.5


def box_score(
    tensors: Sequence[NDArray[np.float32]],
    truths: Sequence[BoxSet],
    sizes: Sequence[tuple[int, int]],
) -> Callable[[AnchorBoxes], float]:
    """Return a function that scores a decoding by its boxes.

    Parameters
    ----------
    tensors
        What the network gave for each image, ``c y x`` float32 on its grid.
    truths
        Its true boxes.
    sizes
        Its height and width.

    Returns
    -------
    callable
        The mean over classes of F1 at an IoU of 0.5 over all images, less how far an image's count
        is off on average, as a share of its true boxes: of thresholds that find objects equally
        well, the one that counts them best.  A rare class weighs as much as a frequent one.  NaN
        without any box.
    """

    def score(settings: AnchorBoxes) -> float:
        found = [
            found_set(decode_boxes(settings, tensor, size))
            for tensor, size in zip(tensors, sizes, strict=True)
        ]
        matches = match_boxes(truths, found, len(settings.classes), (BOX_IOU,))
        counts = matches.counts(BOX_IOU, settings.score_thresholds)
        hits, false, missed = counts.sum(axis=0).T
        off = np.abs(counts[..., 1] - counts[..., 2]).sum(axis=0)
        some = hits + false + missed > 0
        if not some.any():
            return math.nan
        f1 = 2 * hits / np.maximum(2 * hits + false + missed, 1)
        return float(np.mean((f1 - off / np.maximum(hits + missed, 1))[some]))

    return score
