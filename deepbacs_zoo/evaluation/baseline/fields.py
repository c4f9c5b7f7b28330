"""Training images as the tuning of the classical method sees them: labels, or boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Annotation, BoxAnnotation
from deepbacs_zoo.evaluation.boxes.sets import corners_of
from deepbacs_zoo.metrics import BoxSet, InstanceCounts, match, match_boxes

__all__ = ["THRESHOLDS", "TrainingField", "box_field", "label_field"]

THRESHOLDS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""IoU thresholds over which F1 is averaged: objects must be found, and their outline must fit."""

Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TrainingField:
    """A training image with what tuning needs to know of its objects.

    Parameters
    ----------
    image
        ``y x`` float32.
    half_widths
        Of each object, how far its middle lies from its rim, in pixels.
    min_size
        Area in pixels that every object surely has, 0 without any.
    core
        ``y x`` bool: the middle of the objects.
    outside
        ``y x`` bool: where no object is.
    counts
        Takes a label image ``y x`` int32; gives its matches at ``THRESHOLDS``.
    """

    image: NDArray[np.float32]
    half_widths: Sequence[float]
    min_size: int
    core: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    counts: Callable[[Labels], InstanceCounts]


def label_field(image: NDArray[np.float32], annotation: Annotation) -> TrainingField:
    """Return a field of ``y x`` float32 whose objects are labels."""
    from scipy import ndimage

    labels = annotation.labels
    core = np.zeros(labels.shape, np.bool_)
    half_widths = []
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        if place is None:
            continue
        distance = ndimage.distance_transform_edt(np.pad(labels[place] == number, 1))[1:-1, 1:-1]
        half_widths.append(float(distance.max()))
        core[place] |= distance > distance.max() / 2
    areas = np.bincount(labels.ravel())[1:]
    smallest = int(areas[areas > 0].min()) if half_widths else 0
    return TrainingField(
        image,
        half_widths,
        smallest // 2,
        core,
        labels == 0,
        lambda found: match(labels, found, THRESHOLDS),
    )


def box_field(image: NDArray[np.float32], annotation: BoxAnnotation) -> TrainingField:
    """Return a field of ``y x`` float32 whose objects are boxes, of whatever class."""
    core, outside = np.zeros(image.shape, np.bool_), np.ones(image.shape, np.bool_)
    found = [(box.x0, box.y0, box.x1, box.y1) for box in annotation.boxes]
    corners = np.array(found, np.float64).reshape(-1, 4)
    sides = corners[:, 2:] - corners[:, :2]
    for box, side in zip(corners, sides, strict=True):
        core[_inside(box + np.tile(side / 4, 2) * (1, 1, -1, -1))] = True
        outside[_inside(box)] = False
    truth = _boxes(corners)
    return TrainingField(
        image,
        (sides.min(axis=1) / 2).tolist(),
        # A rod that lies askew fills about a fourth of its box.
        int(sides.prod(axis=1).min() / 4) if len(sides) else 0,
        core,
        outside,
        lambda found: _box_counts(truth, _boxes(corners_of(found))),
    )


def _inside(box: NDArray[np.float64]) -> tuple[slice, slice]:
    left, top, right, bottom = (round(float(value)) for value in box)
    return slice(top, bottom), slice(left, right)


def _boxes(corners: NDArray[np.float64]) -> BoxSet:
    return BoxSet(corners, np.zeros(len(corners), np.int64), np.ones(len(corners)))


def _box_counts(truth: BoxSet, found: BoxSet) -> InstanceCounts:
    matches = match_boxes([truth], [found], 1, THRESHOLDS)
    counts = np.array([matches.counts(each, 0.0)[0, 0] for each in THRESHOLDS])
    tp, fp, fn = (tuple(column.tolist()) for column in counts.T)
    return InstanceCounts(THRESHOLDS, tp, fp, fn, (0.0,) * len(THRESHOLDS))
