"""Pictures of what a method found: hits, misses and false finds, outlined on the image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.classes import outlines
from deepbacs_zoo.evaluation.boxes.types import BoxOutcome
from deepbacs_zoo.metrics import partners

__all__ = [
    "FALSE_FIND",
    "HIT",
    "MISS",
    "WRONG_CLASS",
    "coloured",
    "draw_boxes",
    "draw_outcome",
    "outcome",
    "shown",
]

# The colours of Okabe and Ito, told apart by people with any kind of colour vision.
HIT: Final = (0, 158, 115)
MISS: Final = (230, 159, 0)
FALSE_FIND: Final = (204, 121, 167)
WRONG_CLASS: Final = (240, 228, 66)

_COLOURS: Final = {
    "false find": FALSE_FIND,
    "miss": MISS,
    "wrong class": WRONG_CLASS,
    "hit": HIT,
}
"""Of the outcomes of boxes; the last are drawn on top."""
_PIXELS_PER_LINE: Final = 500


def outcome(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], threshold: float = 0.5
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which objects have a partner, as they are counted.

    Parameters
    ----------
    truth, predicted
        ``y x`` label images, 0 background.
    threshold
        Intersection over union from which two objects are the same.

    Returns
    -------
    tuple of ndarray
        For the labels of the truth and for those predicted, indexed by label: whether a partner
        was found.  Entry 0 and labels that do not occur are ``False``.
    """
    found = partners(truth, predicted, threshold)
    has = [np.zeros(int(labels.max(initial=0)) + 1, np.bool_) for labels in (truth, predicted)]
    has[0][found.overlaps.true] = found.of_true >= 0
    has[1][found.overlaps.found] = found.of_found >= 0
    return has[0], has[1]


def draw_outcome(
    image: NDArray[np.generic], truth: NDArray[np.integer], predicted: NDArray[np.integer]
) -> NDArray[np.uint8]:
    """Draw the outlines of hits, misses and false finds at IoU 0.5 on an image.

    Hits and false finds are outlined as they were predicted, misses as they were labelled.

    Parameters
    ----------
    image
        ``y x`` or ``y x 3``, any real dtype; shown as ``coloured`` does.
    truth, predicted
        ``y x`` label images.

    Returns
    -------
    ndarray
        ``y x 3`` uint8 (red, green, blue).
    """
    found, right = outcome(truth, predicted)
    canvas = coloured(image)
    canvas[outlines(np.where(right[predicted], 0, predicted))] = FALSE_FIND
    canvas[outlines(np.where(found[truth], 0, truth))] = MISS
    canvas[outlines(np.where(right[predicted], predicted, 0))] = HIT
    return canvas


def draw_boxes(image: NDArray[np.generic], objects: Sequence[BoxOutcome]) -> NDArray[np.uint8]:
    """Draw hits, wrong classes, misses and false finds at IoU 0.5 on an image as rectangles.

    Parameters
    ----------
    image
        ``y x`` or ``y x 3``, any real dtype; shown as ``coloured`` does.
    objects
        What became of its boxes.

    Returns
    -------
    ndarray
        ``y x 3`` uint8 (red, green, blue).
    """
    canvas = coloured(image).copy()
    height, width = canvas.shape[:2]
    line = 1 + max(height, width) // _PIXELS_PER_LINE
    for outcome_of, colour in _COLOURS.items():
        for box in objects:
            if box.outcome == outcome_of:
                left, top = max(int(box.x0), 0), max(int(box.y0), 0)
                right, bottom = min(math.ceil(box.x1), width), min(math.ceil(box.y1), height)
                canvas[top : top + line, left:right] = colour
                canvas[max(bottom - line, 0) : bottom, left:right] = colour
                canvas[top:bottom, left : left + line] = colour
                canvas[top:bottom, max(right - line, 0) : right] = colour
    return canvas


def coloured(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return ``y x 3`` uint8 of an image ``y x`` or ``y x 3``; see ``shown``."""
    values = shown(image)
    return values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=2)


def shown(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return an image as uint8, from its 0.1st to its 99.9th percentile, all colours alike."""
    values = image.astype(np.float32)
    low, high = (float(value) for value in np.percentile(values, (0.1, 99.9)))
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return np.asarray(np.clip(scaled, 0.0, 1.0) * 255.0 + 0.5, np.uint8)
