"""Curves of ROIs as polygons: ellipses, turned rectangles, and paths with Bezier curves.

Java computes them in doubles and keeps single precision; so is it done here, since a rounded
coordinate decides which side of an edge the center of a pixel is on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ellipse", "flatten", "path_segments", "rotated_rectangle", "rounded_rectangle"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Segment = tuple[int, Sequence[float]]
MOVE: Final = 0
LINE: Final = 1
CLOSE: Final = 4
_COORDINATES: Final = {MOVE: 2, LINE: 2, 2: 4, 3: 6, CLOSE: 0}
"""Coordinates of a segment by its type; 2 and 3 are quadratic and cubic Bezier curves."""
_FLATNESS: Final = 0.01
"""Pixels that a polygon may be away from its curve."""
_DEEPEST: Final = 10
_MOST: Final = 10**6
_VERTICES: Final = 72


def path_segments(values: Singles) -> Sequence[Segment]:
    """Return the segments of a path.

    Parameters
    ----------
    values
        float32, for each segment its type and then its coordinates ``x y``.

    Raises
    ------
    ValueError
        There is no such type, or the path does not begin with a point.
    """
    found: list[Segment] = []
    at = 0
    while at < values.size:
        kind = int(values[at]) if math.isfinite(values[at]) else -1
        if kind not in _COORDINATES or (not found and kind != MOVE):
            raise ValueError(f"a path with the segment {values[at]:g}")
        end = at + 1 + _COORDINATES[kind]
        if end > values.size:
            break
        found.append((kind, [float(value) for value in values[at + 1 : end]]))
        at = end
    return found


def rounded_rectangle(left: int, top: int, width: int, height: int, arc: int) -> Sequence[Segment]:
    """Return the path of a rectangle with corners of the given diameter."""
    across, down = min(width, arc), min(height, arc)
    angle = math.pi / 4
    a, b = 1 - math.cos(angle), math.tan(angle)
    c = math.sqrt(1 + b * b) - 1 + a
    away = (1 - 4 / 3 * a * b / c) / 2  # of the control points from the corner, in diameters
    right, bottom = left + width, top + height

    def arc_of(*points: tuple[float, float, float, float]) -> list[float]:
        """Return points: a corner, and the diameters that they are away from it."""
        return [value for x, u, y, v in points for value in (x + u * across, y + v * down)]

    corners = (
        ((left, 0, bottom, -1), (left, 1, bottom, 0)),
        ((right, -1, bottom, 0), (right, 0, bottom, -1)),
        ((right, 0, top, 1), (right, -1, top, 0)),
        ((left, 1, top, 0), (left, 0, top, 1)),
    )
    found: list[Segment] = [(MOVE, arc_of((left, 0, top, 0.5)))]
    for (x1, u1, y1, v1), (x2, u2, y2, v2) in corners:
        found.append((LINE, arc_of((x1, u1 / 2, y1, v1 / 2))))
        begin, end = (x1, u1 * away, y1, v1 * away), (x2, u2 * away, y2, v2 * away)
        found.append((3, arc_of(begin, end, (x2, u2 / 2, y2, v2 / 2))))
    return [*found, (CLOSE, ())]


def flatten(path: Sequence[Segment]) -> list[Floats]:
    """Return the polygons of a path: ``n 2`` float64, x and y in pixels.

    Raises
    ------
    ValueError
        It has more points than any outline.
    """
    corners = np.array([value for _, values in path for value in values]).reshape(-1, 2)
    if not corners.size:
        return []
    origin = np.floor(corners.min(axis=0))
    parts: list[list[tuple[float, float]]] = [[]]
    begin = here = (0.0, 0.0)
    count = 0
    for kind, values in path:
        points = _relative(values, origin)
        if kind in (MOVE, CLOSE):
            parts.append(points)
            begin = points[0] if points else begin
            here = begin
            continue
        flat = list(_flat([here, *points], 0))
        parts[-1].extend(flat)
        count += len(flat)
        if count > _MOST:
            raise ValueError(f"a path of more than {_MOST} points")
        here = points[-1]
    return [np.array(part, np.float32).astype(np.float64) + origin for part in parts if part]


def _relative(values: Sequence[float], origin: Floats) -> list[tuple[float, float]]:
    """Return points relative to the bounds of their path, rounded to single precision."""
    points = (np.reshape(values, (-1, 2)) - origin).astype(np.float32)
    return [(float(x), float(y)) for x, y in points]


def _flat(curve: list[tuple[float, float]], depth: int) -> Iterator[tuple[float, float]]:
    """Halve a Bezier curve until its control points lie on its chord, and give the ends."""
    begin, *controls, end = curve
    if depth == _DEEPEST or all(_distance(begin, end, each) < _FLATNESS**2 for each in controls):
        yield end
        return
    left, right = [begin], [end]
    while len(curve) > 1:
        curve = [((x1 + x2) / 2, (y1 + y2) / 2) for (x1, y1), (x2, y2) in pairwise(curve)]
        left.append(curve[0])
        right.insert(0, curve[-1])
    yield from _flat(left, depth + 1)
    yield from _flat(right, depth + 1)


def _distance(
    begin: tuple[float, float], end: tuple[float, float], point: tuple[float, float]
) -> float:
    """Return the square of the distance of a point from a segment."""
    x, y = end[0] - begin[0], end[1] - begin[1]
    px, py = point[0] - begin[0], point[1] - begin[1]
    along = px * x + py * y
    if along > 0:
        px, py = x - px, y - py
        along = px * x + py * y
    projected = along * along / (x * x + y * y) if along > 0 else 0.0
    return max(px * px + py * py - projected, 0.0)


def ellipse(x1: float, y1: float, x2: float, y2: float, ratio: float) -> Singles:
    """Return the corners of an ellipse: ``n 2`` float32, x and y in pixels.

    Parameters
    ----------
    x1, y1, x2, y2
        The ends of its major axis.
    ratio
        Minor by major axis, 0 to 1.
    """
    major = math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
    turn = math.atan2(y2 - y1, x2 - x1)
    angles = np.arange(_VERTICES) * 360.0 / _VERTICES / 180.0 * np.pi
    across = np.cos(angles) * major / 2
    down = np.sin(angles) * (major * min(max(ratio, 0.0), 1.0)) / 2
    radius, direction = np.hypot(across, down), np.arctan2(down, across) + turn
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    circle = np.stack((np.cos(direction), np.sin(direction)), axis=1)
    corners: Singles = (middle + circle * radius[:, None]).astype(np.float32)
    return corners


def rotated_rectangle(x1: float, y1: float, x2: float, y2: float, width: float) -> Singles:
    """Return the corners of a rectangle along a line: ``n 2`` float32, x and y in pixels."""
    length = math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
    if length == 0:
        return np.zeros((0, 2), np.float32)
    u, v = 0.5 * width * (y2 - y1) / length, -0.5 * width * (x2 - x1) / length
    corners = [(x1 + u, y1 + v), (x2 + u, y2 + v), (x2 - u, y2 - v), (x1 - u, y1 - v)]
    return np.array(corners, np.float32)
