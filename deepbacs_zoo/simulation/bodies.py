"""Rigid bodies that are moved until none overlap: cells while they are placed.

Overlap is measured exactly from points on the center line of one cell, at most three quarters of a
radius apart, to the center line of the other, which finds the depth of a contact to 1 % of a width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from deepbacs_zoo.simulation.cells import spine_points
from deepbacs_zoo.simulation.species import Sizes

__all__ = ["GAP", "Bodies", "overlaps", "push_apart", "without_overlap"]

GAP: Final = 0.02
"""Micrometers between cells in contact: the outermost layers, which no stain shows."""
_TOLERANCE: Final = 0.015
_REACH: Final = 0.3
"""Micrometers that cells may move before neighbors are looked for again."""
_STEPS_PER_SEARCH: Final = 6

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(eq=False)
class Bodies:
    """Cells while they are moved; one row for each in every array.

    Parameters
    ----------
    centers
        ``cell 2`` float64: y and x in micrometers.
    angles
        float64, as in `Cell`.
    sizes
        Their sizes.
    groups
        int64, the number of their colony.
    """

    centers: Numbers
    angles: Numbers
    sizes: Sizes
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.angles)

    def keep(self, chosen: NDArray[np.bool_]) -> Bodies:
        """Return some of them, chosen by a bool for each: axes ``n``."""
        sizes = Sizes(*(values[chosen] for values in vars(self.sizes).values()))
        return Bodies(self.centers[chosen], self.angles[chosen], sizes, self.groups[chosen])

    def joined(self, other: Bodies) -> Bodies:
        """Return these and others."""
        pairs = zip(vars(self.sizes).values(), vars(other.sizes).values(), strict=True)
        return Bodies(
            np.concatenate([self.centers, other.centers]),
            np.concatenate([self.angles, other.angles]),
            Sizes(*(np.concatenate(pair) for pair in pairs)),
            np.concatenate([self.groups, other.groups]),
        )

    def spines(self) -> Numbers:
        """Return points on the center lines, axes cell, point and 2, float64 in micrometers."""
        sizes = self.sizes
        gaps = sizes.length.max(initial=0.0) / (0.75 * sizes.radius.min(initial=1.0))
        return spine_points(
            self.centers, self.angles, sizes.length, sizes.curvature, math.ceil(gaps) + 1
        )


@dataclass(frozen=True, eq=False)
class _Contacts:
    """Overlaps, each of a point of ``first`` with the center line of ``second``.

    Points are ``contact 2`` float64; ``away`` points from the second to the first.
    """

    first: Indices
    second: Indices
    point: Numbers
    closest: Numbers
    away: Numbers
    depth: Numbers


def overlaps(bodies: Bodies, first: Indices, second: Indices) -> _Contacts:
    """Return how deep points of some cells lie in others, measured for pairs of cells.

    Parameters
    ----------
    bodies
        The cells.
    first, second
        Of each pair the cell whose points are taken, and the one whose center line is: integers
        of one axis, places in ``bodies``.
    """
    spines = bodies.spines()
    n_points = spines.shape[1]
    points = spines[first].reshape(-1, 2)
    first, second = np.repeat(first, n_points), np.repeat(second, n_points)
    closest = _closest(bodies, points, second)
    apart = points - closest
    distance = np.maximum(np.hypot(apart[:, 0], apart[:, 1]), 1e-9)
    depth = bodies.sizes.radius[first] + bodies.sizes.radius[second] + GAP - distance
    deep = depth > 0.0
    away = apart[deep] / distance[deep, None]
    return _Contacts(first[deep], second[deep], points[deep], closest[deep], away, depth[deep])


def _closest(bodies: Bodies, points: Numbers, cells: Indices) -> Numbers:
    """Return for each point ``point 2`` the closest point of the center line of its cell."""
    sizes = bodies.sizes
    centers, half, bend = bodies.centers[cells], sizes.length[cells] / 2, sizes.curvature[cells]
    cosine, sine = np.cos(bodies.angles[cells]), np.sin(bodies.angles[cells])
    dy, dx = (points - centers).T
    u, v = dx * cosine + dy * sine, dy * cosine - dx * sine
    if not sizes.curvature.any():
        along = np.clip(u, -half, half)
        return np.stack([centers[:, 0] + along * sine, centers[:, 1] + along * cosine], axis=1)
    bend = np.where(np.abs(bend) < 1e-6, 1e-6, bend)
    turn, sign = 1.0 / bend, np.sign(bend)
    theta = np.arctan2(u * sign, np.abs(turn) - v * sign)
    theta = np.clip(theta * turn, -half, half) * bend
    u, v = turn * np.sin(theta), turn * (1.0 - np.cos(theta))
    y, x = centers[:, 0] + u * sine + v * cosine, centers[:, 1] + u * cosine - v * sine
    return np.stack([y, x], axis=1)


def _neighbors(bodies: Bodies) -> tuple[Indices, Indices]:
    """Return all pairs of cells that could touch, each both ways round."""
    reach = bodies.sizes.length / 2 + bodies.sizes.radius
    pairs = cKDTree(bodies.centers).query_pairs(
        2.0 * reach.max(initial=0.0) + _REACH, output_type="ndarray"
    )
    apart = bodies.centers[pairs[:, 0]] - bodies.centers[pairs[:, 1]]
    pairs = pairs[np.hypot(apart[:, 0], apart[:, 1]) < reach[pairs].sum(axis=1) + _REACH]
    return np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])


def push_apart(bodies: Bodies, steps: int) -> None:
    """Move and turn cells until none overlap, or for a number of steps."""
    for step in range(steps):
        if step % _STEPS_PER_SEARCH == 0:
            pairs = _neighbors(bodies)
        contacts = overlaps(bodies, *pairs)
        if not (contacts.depth > _TOLERANCE).any():
            return
        _move(bodies, contacts)


def _move(bodies: Bodies, contacts: _Contacts) -> None:
    """Move both cells of each contact half of its depth, and turn them by the torque."""
    count = len(bodies)
    push = 0.5 * contacts.depth[:, None] * contacts.away
    who = np.concatenate([contacts.first, contacts.second])
    force = np.concatenate([push, -push])
    lever = np.concatenate([contacts.point, contacts.closest]) - bodies.centers[who]
    number = np.bincount(who, minlength=count)
    moved = np.stack([np.bincount(who, force[:, axis], count) for axis in (0, 1)], axis=1)
    # Many contacts share the work; the root of their number still converges, and sooner.
    bodies.centers += moved / np.maximum(np.sqrt(number), 1.0)[:, None]
    # Angles count from x towards y: a turn moves a point by the angle times (x, -y).
    torque = np.bincount(who, lever[:, 1] * force[:, 0] - lever[:, 0] * force[:, 1], count)
    inertia = np.bincount(who, (lever**2).sum(axis=1), count)
    bodies.angles += torque / (inertia + bodies.sizes.radius**2)


def without_overlap(bodies: Bodies) -> Bodies:
    """Return the cells without those that still overlap others, most of their contacts first."""
    contacts = overlaps(bodies, *_neighbors(bodies))
    deep = contacts.depth > GAP
    pairs = np.stack([contacts.first[deep], contacts.second[deep]], axis=1)
    kept = np.ones(len(bodies), bool)
    while len(pairs):
        worst = np.bincount(pairs.ravel()).argmax()
        kept[worst] = False
        pairs = pairs[(pairs != worst).all(axis=1)]
    return bodies.keep(kept)
