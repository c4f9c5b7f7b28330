"""Measure objects: area, length, width, position and orientation, in calibrated units.

All follow from integer sums over an object's pixels (number, first and second moments), so that
another language gives the same table.  Length and width are the axes of the ellipse with the same
second moments: with the central moments ``m = sum((p - center)**2) / n + 1/12`` the axes are
``4 * sqrt(eigenvalue)`` (Haralick and Shapiro, Computer and Robot Vision I, 1992, appendix A).
1/12 is the moment of one square pixel, which scikit-image's regionprops leaves out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images import Calibration

__all__ = ["ObjectRow", "measure_objects"]


@dataclass(frozen=True)
class ObjectRow:
    """One object; the fields are the columns of the table.

    Parameters
    ----------
    label
        Its number in the label image.
    t, z
        Its frame and slice, counted from 0.
    area
        In ``unit``².
    length, width
        Axes of the ellipse with the same second moments, in ``unit``.
    x, y
        Centroid in ``unit``; the center of the first pixel is at half a pixel.
    angle
        Of the long axis, in degrees counterclockwise from the x axis, 0 to 180.
    pixels
        Number of pixels.
    unit
        ``µm`` or ``pixel``.
    """

    label: int
    t: int
    z: int
    area: float
    length: float
    width: float
    x: float
    y: float
    angle: float
    pixels: int
    unit: str


def measure_objects(labels: NDArray[np.integer], calibration: Calibration) -> list[ObjectRow]:
    """Return one row for each label of a plane, in the order of the numbers.

    Parameters
    ----------
    labels
        ``y x``, integers, 0 is background.
    calibration
        Size of a pixel; pixels where it is not known.
    """
    known = calibration.x is not None and calibration.y is not None
    dx = calibration.x if known and calibration.x else 1.0
    dy = calibration.y if known and calibration.y else 1.0
    unit = calibration.unit if known else "pixel"
    rows, columns = np.nonzero(labels)
    numbers = labels[rows, columns].astype(np.int64)
    n = np.bincount(numbers)
    # Sums below 2**53 are exact in float64: an object of a million pixels in a 65536² image is.
    sums = {
        name: np.bincount(numbers, weights=values)
        for name, values in {
            "x": columns,
            "y": rows,
            "xx": columns.astype(np.float64) ** 2,
            "yy": rows.astype(np.float64) ** 2,
            "xy": columns.astype(np.float64) * rows,
        }.items()
    }
    found: list[ObjectRow] = []
    for label in np.flatnonzero(n):
        if label == 0:
            continue
        count = int(n[label])
        x, y = float(sums["x"][label]) / count, float(sums["y"][label]) / count
        xx = (float(sums["xx"][label]) / count - x * x + 1 / 12) * dx * dx
        yy = (float(sums["yy"][label]) / count - y * y + 1 / 12) * dy * dy
        xy = (float(sums["xy"][label]) / count - x * y) * dx * dy
        length, width, angle = _ellipse(xx, yy, xy)
        found.append(
            ObjectRow(
                label=int(label),
                t=0,
                z=0,
                area=count * dx * dy,
                length=length,
                width=width,
                x=(x + 0.5) * dx,
                y=(y + 0.5) * dy,
                angle=angle,
                pixels=count,
                unit=unit,
            )
        )
    return found


def _ellipse(xx: float, yy: float, xy: float) -> tuple[float, float, float]:
    """Return both axes and the angle of the ellipse with these central moments."""
    # Products and no powers, which are not rounded the same in every language.
    middle, half = (xx + yy) / 2, (xx - yy) / 2
    spread = math.sqrt(half * half + xy * xy)
    long, short = 4 * math.sqrt(middle + spread), 4 * math.sqrt(max(middle - spread, 0.0))
    # The y axis of an image points down, angles are counted as if it pointed up.
    angle = math.degrees(0.5 * math.atan2(-2 * xy, xx - yy)) % 180.0 if spread else 0.0
    return long, short, angle
