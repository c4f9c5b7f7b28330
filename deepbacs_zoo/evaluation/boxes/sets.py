"""Annotated and detected boxes as the sets that metrics compare, and boxes around labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.decoding.anchor_boxes import DetectedBox
from deepbacs_zoo.metrics import BoxSet

__all__ = ["corners_of", "found_set", "true_set"]


def true_set(boxes: Sequence[Box], classes: Sequence[str]) -> BoxSet:
    """Return annotated boxes, their classes by their places among ``classes``."""
    return BoxSet.of(
        [(box.x0, box.y0, box.x1, box.y1) for box in boxes],
        [classes.index(box.name) for box in boxes],
    )


def found_set(boxes: Sequence[DetectedBox]) -> BoxSet:
    """Return decoded boxes with their scores."""
    return BoxSet.of(
        [(box.x0, box.y0, box.x1, box.y1) for box in boxes],
        [box.class_index for box in boxes],
        [box.score for box in boxes],
    )


def corners_of(labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return ``n 4`` float64: x0, y0, x1, y1 in pixels of the box around each label.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 background.
    """
    from scipy.ndimage import find_objects

    found = [
        (columns.start, rows.start, columns.stop, rows.stop)
        for rows, columns in (place for place in find_objects(labels) if place is not None)
    ]
    return np.asarray(found, np.float64).reshape(-1, 4)
