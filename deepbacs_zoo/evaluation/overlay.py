"""Overlays: true positives, false negatives and false positives, outlined on the image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.classes import outlines
from deepbacs_zoo.evaluation.boxes.scores import BoxOutcome
from deepbacs_zoo.metrics import partners

__all__ = [
    "FALSE_NEGATIVE",
    "FALSE_POSITIVE",
    "TRUE_POSITIVE",
    "WRONG_CLASS",
    "colored",
    "draw_boxes",
    "draw_images",
    "draw_labels",
    "eight_bits",
    "matched",
    "unit_range",
]

# The colors of Okabe and Ito, distinct for people with any kind of color vision.
TRUE_POSITIVE: Final = (0, 158, 115)
FALSE_NEGATIVE: Final = (230, 159, 0)
FALSE_POSITIVE: Final = (204, 121, 167)
WRONG_CLASS: Final = (240, 228, 66)

_COLORS: Final = {
    "false positive": FALSE_POSITIVE,
    "false negative": FALSE_NEGATIVE,
    "wrong class": WRONG_CLASS,
    "true positive": TRUE_POSITIVE,
}
"""Of the outcomes of boxes; the last are drawn on top."""
_PIXELS_PER_LINE: Final = 500
_GAP: Final = 4


def matched(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], threshold: float = 0.5
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the objects that have a partner, as they are counted.

    Parameters
    ----------
    truth, predicted
        ``y x`` label images, integers, 0 background.
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


def draw_labels(
    image: NDArray[np.generic], truth: NDArray[np.integer], predicted: NDArray[np.integer]
) -> NDArray[np.uint8]:
    """Draw true positives, false negatives and false positives at IoU 0.5 as outlines.

    Positives are outlined as they were predicted, false negatives as they were labelled.

    Parameters
    ----------
    image
        ``y x`` or ``y x 3``, any real dtype; shown as ``colored`` does.
    truth, predicted
        ``y x`` label images.

    Returns
    -------
    ndarray
        ``y x 3`` uint8 (red, green, blue).
    """
    found, right = matched(truth, predicted)
    canvas = colored(image)
    canvas[outlines(np.where(right[predicted], 0, predicted))] = FALSE_POSITIVE
    canvas[outlines(np.where(found[truth], 0, truth))] = FALSE_NEGATIVE
    canvas[outlines(np.where(right[predicted], predicted, 0))] = TRUE_POSITIVE
    return canvas


def draw_boxes(image: NDArray[np.generic], objects: Sequence[BoxOutcome]) -> NDArray[np.uint8]:
    """Draw the outcomes of boxes at IoU 0.5 on an image as rectangles.

    Parameters
    ----------
    image
        ``y x`` or ``y x 3``, any real dtype; shown as ``colored`` does.
    objects
        Its boxes, as labelled and as detected.

    Returns
    -------
    ndarray
        ``y x 3`` uint8 (red, green, blue).
    """
    canvas = colored(image).copy()
    height, width = canvas.shape[:2]
    line = 1 + max(height, width) // _PIXELS_PER_LINE
    for outcome_of, color in _COLORS.items():
        for box in objects:
            if box.outcome == outcome_of:
                left, top = max(int(box.x0), 0), max(int(box.y0), 0)
                right, bottom = min(math.ceil(box.x1), width), min(math.ceil(box.y1), height)
                canvas[top : top + line, left:right] = color
                canvas[max(bottom - line, 0) : bottom, left:right] = color
                canvas[top:bottom, left : left + line] = color
                canvas[top:bottom, max(right - line, 0) : right] = color
    return canvas


def colored(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return ``y x 3`` uint8 of an image ``y x`` or ``y x 3``; see ``eight_bits``."""
    values = eight_bits(image)
    return values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=2)


def eight_bits(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return an image of the same axes as uint8, from its 0.1st to its 99.9th percentile."""
    values = image.astype(np.float32)
    low, high = (float(value) for value in np.percentile(values, (0.1, 99.9)))
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return np.asarray(np.clip(scaled, 0.0, 1.0) * 255.0 + 0.5, np.uint8)


def draw_images(*planes: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Draw images beside each other at one display range.

    Parameters
    ----------
    planes
        ``y x`` of one shape; 0 is black and 1 is white.

    Returns
    -------
    ndarray
        ``y x`` uint8, with white gaps of four pixels.
    """
    gap = np.full((planes[0].shape[0], _GAP), 255, np.uint8)
    parts = [part for plane in planes for part in (gap, unit_range(plane))]
    return np.concatenate(parts[1:], axis=1)


def unit_range(plane: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return ``y x`` uint8 of an image ``y x``, from 0 to 1; other values are clipped."""
    return np.asarray(np.clip(plane, 0.0, 1.0) * 255.0 + 0.5, np.uint8)
