"""Pictures of what a method found: hits, misses and false finds, outlined on the image."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FALSE_FIND",
    "HIT",
    "MISS",
    "draw_outcome",
    "grey",
    "outcome",
    "outlines",
]

# The colours of Okabe and Ito, told apart by people with any kind of colour vision.
HIT: Final = (0, 158, 115)
MISS: Final = (230, 159, 0)
FALSE_FIND: Final = (204, 121, 167)


def outcome(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], threshold: float = 0.5
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which objects have a partner of an IoU of at least ``threshold``.

    Above 0.5 nobody competes for a partner, because an object cannot share over half of itself with
    two others; where two share exactly half, both are shown as found though one is counted.

    Parameters
    ----------
    truth, predicted
        ``y x`` label images, 0 background.
    threshold
        Intersection over union from which two objects are the same; at least 0.5.

    Returns
    -------
    tuple of ndarray
        For the labels of the truth and for those predicted, indexed by label: whether a partner
        was found.  Entry 0 and labels that do not occur are ``False``.
    """
    n_truth, n_predicted = int(truth.max(initial=0)) + 1, int(predicted.max(initial=0)) + 1
    pairs = truth.ravel().astype(np.int64) * n_predicted + predicted.ravel()
    overlap = np.bincount(pairs, minlength=n_truth * n_predicted).reshape(n_truth, n_predicted)
    union = overlap.sum(1, keepdims=True) + overlap.sum(0, keepdims=True) - overlap
    partners = overlap >= threshold * np.maximum(union, 1)
    partners &= overlap > 0
    partners[0, :] = partners[:, 0] = False
    return partners.any(1), partners.any(0)


def draw_outcome(
    image: NDArray[np.generic], truth: NDArray[np.integer], predicted: NDArray[np.integer]
) -> NDArray[np.uint8]:
    """Draw the outlines of hits, misses and false finds at IoU 0.5 on an image.

    Hits and false finds are outlined as they were predicted, misses as they were labelled.

    Parameters
    ----------
    image
        ``y x``, any real dtype; shown from its 0.1st to its 99.9th percentile.
    truth, predicted
        ``y x`` label images.

    Returns
    -------
    ndarray
        ``y x 3`` uint8 (red, green, blue).
    """
    found, right = outcome(truth, predicted)
    canvas = np.repeat(grey(image)[..., None], 3, axis=2)
    canvas[outlines(np.where(right[predicted], 0, predicted))] = FALSE_FIND
    canvas[outlines(np.where(found[truth], 0, truth))] = MISS
    canvas[outlines(np.where(right[predicted], predicted, 0))] = HIT
    return canvas


def outlines(labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Mark the pixels of objects that touch, along an edge, a pixel of another label."""
    edge = np.zeros(labels.shape, np.bool_)
    for axis in (0, 1):
        differs = np.diff(labels, axis=axis) != 0
        before: list[slice] = [slice(None), slice(None)]
        after: list[slice] = [slice(None), slice(None)]
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        edge[tuple(before)] |= differs
        edge[tuple(after)] |= differs
    return edge & (labels > 0)


def grey(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return ``y x`` uint8 that shows an image from its 0.1st to its 99.9th percentile."""
    values = image.astype(np.float32)
    low, high = (float(value) for value in np.percentile(values, (0.1, 99.9)))
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return np.asarray(np.clip(scaled, 0.0, 1.0) * 255.0 + 0.5, np.uint8)
