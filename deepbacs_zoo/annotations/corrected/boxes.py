"""Boxes that were predicted, compared with what they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.corrected.changes import Changes, about_changes, count_unknown
from deepbacs_zoo.annotations.predicted import ROI_SET, Row, read_roi_name
from deepbacs_zoo.metrics.boxes import box_iou

if TYPE_CHECKING:
    from deepbacs_zoo.annotations.boxes.types import Box
    from deepbacs_zoo.findings import Finding
    from deepbacs_zoo.images.rois import Roi

__all__ = ["about_boxes"]

_SAME: Final = 0.5
"""IoU from which a box is another outline of one that was predicted."""
_NEAR: Final = 0.05
"""Pixels by which an edge differs from that of the table, which has six digits."""

Plane = tuple[int, int]


def about_boxes(
    path: Path,
    rows: Sequence[Row] | None,
    rois: Sequence[Roi],
    planes: Mapping[Plane, Sequence[Box]],
) -> tuple[Finding, ...]:
    """Say what was corrected of boxes that began as a prediction, as far as it is known.

    Parameters
    ----------
    path
        The ROI set.
    rows
        The table of the prediction, if there is one.
    rois
        Those of the set.
    planes
        The boxes by frame and slice.

    Returns
    -------
    tuple of Finding
        One, and none of boxes that are no prediction by the name of their file.
    """
    size = None if rows is None else _pixel_size(rows, rois)
    if rows is None or size is None:
        return (count_unknown(path, len(rois)),) if path.name.endswith(ROI_SET) else ()
    found = Changes()
    for plane, boxes in planes.items():
        found += _compare([row for row in rows if (row["t"], row["z"]) == plane], size, boxes)
    return (about_changes(path, found, classes=True),)


def _pixel_size(rows: Sequence[Row], rois: Iterable[Roi]) -> tuple[float, float] | None:
    """Return height and width of a pixel: of ROIs of the same number most have the same size."""
    if all(row["unit"] == "pixel" for row in rows):
        return 1.0, 1.0
    named = {
        (int(row["t"]), int(row["z"]), int(row["label"])): (row["height"], row["width"])
        for row in rows
    }
    ratios = []
    for roi in rois:
        name, (left, top, right, bottom) = read_roi_name(roi.name), roi.bounds
        stated = None if name is None else named.get((name.t, name.z, name.number))
        if stated is not None and right > left and bottom > top:
            ratios.append((stated[0] / (bottom - top), stated[1] / (right - left)))
    if not ratios:
        return None
    height, width = np.median(np.array(ratios), axis=0)
    return float(height), float(width)


def _compare(rows: Sequence[Row], size: tuple[float, float], boxes: Sequence[Box]) -> Changes:
    """Count what changed on a plane."""
    before = np.array(
        [(row["x"], row["y"], row["x"] + row["width"], row["y"] + row["height"]) for row in rows]
    ).reshape(-1, 4) / (*size[::-1], *size[::-1])
    after = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes]).reshape(-1, 4)
    alike = np.array([[row["class"] == box.name for box in boxes] for row in rows], np.bool_)
    alike = alike.reshape(len(rows), len(boxes))
    distance = np.abs(before[:, None] - after[None]).max(axis=2)
    kept = _assigned(np.where(alike & (distance <= _NEAR), 1.0, 0.0))
    left = np.setdiff1d(np.arange(len(rows)), kept[:, 0])
    new = np.setdiff1d(np.arange(len(boxes)), kept[:, 1])
    iou, alike = box_iou(before[left], after[new]), alike[np.ix_(left, new)]
    # Of two boxes that overlap it alike, that of its class is the same one.
    places = _assigned(np.where(iou >= _SAME, iou + alike, 0.0))
    renamed = int(np.count_nonzero(~alike[tuple(places.T)]))
    return Changes(
        kept=len(kept),
        removed=len(left) - len(places),
        added=len(new) - len(places),
        redrawn=len(places) - renamed,
        renamed=renamed,
    )


def _assigned(gain: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return rows and columns, ``n 2``, of the pairs whose gain is above 0 and largest together."""
    from scipy.optimize import linear_sum_assignment

    chosen = np.stack(linear_sum_assignment(gain, maximize=True), axis=1)
    places: NDArray[np.int64] = chosen[gain[tuple(chosen.T)] > 0]
    return places
