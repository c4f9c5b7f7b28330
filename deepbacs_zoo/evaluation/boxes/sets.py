"""Annotated and detected boxes as the sets that metrics compare."""

from __future__ import annotations

from collections.abc import Sequence

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.decoding.anchor_boxes import DetectedBox
from deepbacs_zoo.metrics import BoxSet

__all__ = ["found_set", "true_set"]


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
