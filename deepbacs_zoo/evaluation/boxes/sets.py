"""Annotated and detected boxes as the sets that metrics compare, and boxes around labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.decoding import DetectedBox, least_score
from deepbacs_zoo.metrics import BoxSet
from deepbacs_zoo.package.zoo_config import AnchorBoxes

__all__ = ["corners_of", "down_to", "found_set", "least_scores", "true_set"]


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


def down_to(settings: AnchorBoxes, score: float) -> AnchorBoxes:
    """Return settings that find all boxes down to a score, the package's own among them."""
    lowest = min(*settings.score_thresholds, score)
    return dataclasses.replace(settings, score_threshold=lowest, count_factor=0.0)


def least_scores(settings: AnchorBoxes, found: BoxSet) -> NDArray[np.float64]:
    """Return the score from which a package has a box of an image, float64, axis ``classes``.

    ``found`` are all boxes of the image, as they are decoded with :func:`down_to`.
    """
    # Scores are float32: decoding compares them with thresholds as such.
    own = np.asarray(settings.score_thresholds, np.float32).astype(np.float64)
    passing = found.above(own)
    counted = [
        least_score(np.sort(passing.scores[passing.classes == index])[::-1], factor)
        for index, factor in enumerate(settings.count_factors)
    ]
    return np.maximum(own, counted)


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
