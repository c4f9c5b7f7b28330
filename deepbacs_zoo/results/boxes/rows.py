"""Boxes as rows of a table in calibrated units, and how many there are of each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deepbacs_zoo.decoding.anchor_boxes import DetectedBox
from deepbacs_zoo.images import Calibration

__all__ = ["BoxRow", "ClassCount", "count_boxes", "list_boxes"]


@dataclass(frozen=True)
class BoxRow:
    """One box; the fields but the last are the columns of the table.

    Parameters
    ----------
    label
        Its number at its position: 1 is the one with the highest score.
    t, z
        Its frame and slice, counted from 0.
    name
        Its class.
    score
        Objectness times class probability, 0 to 1.
    x, y
        Its upper left corner in ``unit``; that of the image is 0, 0.
    width, height
        In ``unit``.
    unit
        ``µm`` or ``pixel``.
    pixels
        Its edges ``x0 y0 x1 y1`` in pixels of the image; the first pixel covers 0 to 1.
    """

    label: int
    t: int
    z: int
    name: str
    score: float
    x: float
    y: float
    width: float
    height: float
    unit: str
    pixels: tuple[float, float, float, float]


@dataclass(frozen=True)
class ClassCount:
    """The number of boxes of a class at a position; the fields are columns of a table."""

    t: int
    z: int
    name: str
    count: int


def list_boxes(
    found: Sequence[DetectedBox],
    classes: Sequence[str],
    calibration: Calibration,
    *,
    t: int,
    z: int,
) -> list[BoxRow]:
    """Return one row for each box of a plane, in their order.

    Parameters
    ----------
    found
        Boxes of the plane, by score.
    classes
        Names of the classes.
    calibration
        Size of a pixel; pixels where it is not known.
    t, z
        The plane's frame and slice.
    """
    known = calibration.x is not None and calibration.y is not None
    dx = calibration.x if known and calibration.x else 1.0
    dy = calibration.y if known and calibration.y else 1.0
    return [
        BoxRow(
            label=label,
            t=t,
            z=z,
            name=classes[box.class_index],
            score=box.score,
            x=box.x0 * dx,
            y=box.y0 * dy,
            width=(box.x1 - box.x0) * dx,
            height=(box.y1 - box.y0) * dy,
            unit=calibration.unit if known else "pixel",
            pixels=(box.x0, box.y0, box.x1, box.y1),
        )
        for label, box in enumerate(found, start=1)
    ]


def count_boxes(
    boxes: Sequence[BoxRow], classes: Sequence[str], frames: int, slices: int
) -> tuple[ClassCount, ...]:
    """Return one row for each class at each position, also of those that have no box."""
    counts = Counter((row.t, row.z, row.name) for row in boxes)
    return tuple(
        ClassCount(t, z, name, counts[t, z, name])
        for t in range(frames)
        for z in range(slices)
        for name in classes
    )
