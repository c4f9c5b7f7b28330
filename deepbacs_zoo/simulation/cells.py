"""Shapes of bacteria: bodies of revolution about a straight or bent center line.

Lengths are in micrometers.  Positions count from the upper left corner of the image, so that the
center of pixel ``i`` lies at ``(i + 0.5) * pixel_size``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cell", "Floats", "Positions", "part_of", "positions_in", "radius_at", "spine_points"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Cell:
    """A bacterium that lies flat: a rod, a curved rod or a coccus.

    Parameters
    ----------
    y, x
        Middle of its center line, in micrometers.
    angle
        Direction of the center line there, in radians from the x axis towards the y axis.
    length
        Length of the center line; that of the whole cell is larger by twice the radius.
    radius
        Half of its width, and radius of its poles.
    curvature
        One over the radius of the circle that the center line is a part of; 0 is straight.
    constriction
        Progress of a division, 0 to 1: the radius in the middle is less by this share.
    septum
        Share of the cross section in the middle that the new septum has closed.
    brightness
        Fluorophores per volume or surface, relative to other cells.
    group
        Number of the chain or colony that it belongs to.
    """

    y: float
    x: float
    angle: float = 0.0
    length: float = 2.0
    radius: float = 0.5
    curvature: float = 0.0
    constriction: float = 0.0
    septum: float = 0.0
    brightness: float = 1.0
    group: int = 0

    @property
    def progress(self) -> float:
        """The progress of its division, 0 to 1."""
        return max(self.constriction, self.septum)

    @property
    def area(self) -> float:
        """The area of its projection in square micrometers, of a cell without constriction."""
        return math.pi * self.radius**2 + 2.0 * self.radius * self.length

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Lower and upper limits ``y0 y1 x0 x1`` between which it lies."""
        points = spine_points(
            np.array([[self.y, self.x]]),
            np.array([self.angle]),
            np.array([self.length]),
            np.array([self.curvature]),
            9 if self.curvature else 2,
        )[0]
        # A chord of a bent center line lies inside of it; an eighth of it is short.
        low, high = points.min(axis=0) - self.radius, points.max(axis=0) + self.radius
        return float(low[0]), float(high[0]), float(low[1]), float(high[1])


@dataclass(frozen=True, eq=False)
class Positions:
    """Pixels by a cell's own coordinates; arrays are float32 of one shape.

    Parameters
    ----------
    along
        Position of the closest point of the center line, in micrometers from its middle.
    distance
        Distance from that point, in micrometers.
    ahead
        As ``along``, and beyond the ends of the center line further on.
    """

    along: Floats
    distance: Floats
    ahead: Floats

    def where(self, chosen: NDArray[np.bool_]) -> Positions:
        """Return positions by a bool for each, on one axis instead of their axes before."""
        return Positions(self.along[chosen], self.distance[chosen], self.ahead[chosen])


def part_of(cell: Cell, low: float, high: float, radius: float) -> Cell:
    """Return a body within a cell, about a part of its center line.

    Parameters
    ----------
    cell
        The cell.
    low, high
        Ends of the part, in micrometers from the middle.
    radius
        Radius of the body.
    """
    middle = (low + high) / 2
    doubled = spine_points(
        np.array([[cell.y, cell.x]]),
        np.array([cell.angle]),
        np.array([2 * middle]),
        np.array([cell.curvature]),
        2,
    )
    y, x = doubled[0, 1]
    angle = cell.angle + cell.curvature * middle
    return Cell(float(y), float(x), angle, high - low, radius, cell.curvature)


def positions_in(cell: Cell, y: Floats, x: Floats) -> Positions:
    """Return points in the coordinates of a cell.

    Parameters
    ----------
    cell
        The cell.
    y, x
        float32 coordinates in micrometers, the shape of each free as long as they broadcast.
    """
    cosine, sine = np.float32(math.cos(cell.angle)), np.float32(math.sin(cell.angle))
    dy, dx = y - np.float32(cell.y), x - np.float32(cell.x)
    u, v = dx * cosine + dy * sine, dy * cosine - dx * sine
    half = np.float32(cell.length / 2)
    if not cell.curvature:
        along = np.clip(u, -half, half)
        return Positions(along, np.hypot(u - along, v), u)
    turn = np.float32(1.0 / cell.curvature)
    # The angle at the center of curvature, from the middle of the center line.
    theta = np.arctan2(u * np.sign(turn), np.abs(turn) - v * np.sign(turn))
    ahead = theta * turn
    along = np.clip(ahead, -half, half)
    theta = along / turn
    distance = np.hypot(u - turn * np.sin(theta), v - turn * (1 - np.cos(theta)))
    return Positions(along, distance, ahead)


def radius_at(cell: Cell, along: Floats) -> Floats | np.float32:
    """Return the radius of a cell along its center line.

    The new poles of a dividing cell are parts of spheres of its own radius, which meet in the
    middle.

    Parameters
    ----------
    cell
        The cell.
    along
        float32, any shape: positions on the center line in micrometers from its middle.

    Returns
    -------
    ndarray or float32
        One number, where the radius is the same everywhere.
    """
    if not cell.constriction:
        return np.float32(cell.radius)
    poles = np.float32(cell.radius * math.sqrt(1.0 - (1.0 - cell.constriction) ** 2))
    inside = np.maximum(poles - np.abs(along), 0)
    radii: Floats = np.sqrt(np.maximum(np.float32(cell.radius**2) - inside * inside, 0))
    return radii


def spine_points(
    centers: NDArray[np.float64],
    angles: NDArray[np.float64],
    lengths: NDArray[np.float64],
    curvatures: NDArray[np.float64],
    count: int,
) -> NDArray[np.float64]:
    """Return points at equal distances on the center lines of many cells.

    Parameters
    ----------
    centers
        float64 with the axes cell and 2: y and x in micrometers.
    angles, lengths, curvatures
        One float64 for each cell, as in `Cell`.
    count
        Number of points on each.

    Returns
    -------
    ndarray
        float64 with the axes cell, point and 2: y and x in micrometers.
    """
    share = np.linspace(-0.5, 0.5, count) if count > 1 else np.zeros(1)
    along = share * lengths[:, None]
    theta = along * curvatures[:, None]
    # sin(theta) / curvature and (1 - cos(theta)) / curvature, which stay finite for straight cells
    u = along * np.sinc(theta / np.pi)
    v = along * np.sinc(theta / (2 * np.pi)) * np.sin(theta / 2)
    cosine, sine = np.cos(angles)[:, None], np.sin(angles)[:, None]
    return np.stack(
        [centers[:, :1] + u * sine + v * cosine, centers[:, 1:] + u * cosine - v * sine], axis=-1
    )
