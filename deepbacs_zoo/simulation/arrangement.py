"""Places of cells: alone, in chains and in colonies that grew from one cell, without overlap.

A colony is made as it grows: a cell divides, its daughters lie in line, and all are pushed apart.
Then colonies and single cells are put at random into the field, the large ones first, each where
it touches no other (random sequential adsorption).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.simulation.bodies import GAP, Bodies, push_apart, without_overlap
from deepbacs_zoo.simulation.cells import Cell
from deepbacs_zoo.simulation.species import Arrangement, Species, draw_sizes

__all__ = ["place_cells"]

_STEPS_OF_A_GENERATION: Final = 6
_STEPS_BETWEEN: Final = 4
_STEPS_AT_THE_END: Final = 60
_FAR: Final = 1000.0
"""Micrometers between colonies while they grow, too far to touch."""
_TRIES: Final = 60
_RASTER: Final = 0.1
"""Side in micrometers of the pixels by which free places are found."""
_MARGIN: Final = 10.0
"""Micrometers around the field over which colonies may reach."""


def place_cells(
    species: Species,
    arrangement: Arrangement,
    extent: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[Cell, ...]:
    """Return cells in a field, which may reach over its edges, and do not overlap.

    Parameters
    ----------
    species
        Sizes of the cells.
    arrangement
        Density and grouping.
    extent
        Height and width of the field in micrometers.
    rng
        Source of random numbers.
    """
    count = max(round(rng.uniform(*arrangement.density) * extent[0] * extent[1] / 100.0), 1)
    generations = _draw_groups(arrangement, count, rng)
    n_groups = len(generations)
    bodies = Bodies(
        np.stack([np.arange(n_groups) * _FAR, np.zeros(n_groups)], axis=1),
        rng.uniform(-math.pi, math.pi, n_groups),
        draw_sizes(species, n_groups, rng),
        np.arange(n_groups),
    )
    for generation in range(int(generations.max(initial=0))):
        bodies = _divide(bodies, generations[bodies.groups] > generation, species, arrangement, rng)
        for _ in range(_STEPS_OF_A_GENERATION if arrangement.cohesion else 1):
            _draw_together(bodies, arrangement.cohesion)
            push_apart(bodies, _STEPS_BETWEEN)
    push_apart(bodies, _STEPS_AT_THE_END)
    return _as_cells(_scatter(without_overlap(bodies), extent, rng))


def _draw_groups(
    arrangement: Arrangement, count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the number of divisions of each group, 0 for single cells; most divisions first."""
    low, high = arrangement.generations
    drawn = rng.integers(low, high, count, endpoint=True)
    in_colonies = round(count * arrangement.colonies)
    colonies = drawn[np.cumsum(2**drawn) <= max(in_colonies, 2**low if in_colonies else 0)]
    single = np.zeros(max(count - int((2**colonies).sum()), 0), np.int64)
    return np.concatenate([np.sort(colonies)[::-1], single])


def _divide(
    bodies: Bodies,
    dividing: NDArray[np.bool_],
    species: Species,
    arrangement: Arrangement,
    rng: np.random.Generator,
) -> Bodies:
    """Put two new cells in line in the place of each that divides."""
    parents = bodies.keep(dividing)
    sizes = draw_sizes(species, 2 * len(parents), rng)
    angles = np.tile(parents.angles, 2)
    if species.length[0] < 2.0 * species.width[1]:
        angles += np.pi / 2  # cocci divide in planes at right angles, one after the other
    step = np.repeat([-1.0, 1.0], len(parents)) * (sizes.length / 2.0 + sizes.radius)
    centers = np.tile(parents.centers, (2, 1)) + step[:, None] * np.stack(
        [np.sin(angles), np.cos(angles)], axis=1
    )
    angles += rng.normal(0.0, arrangement.disorder, len(angles))
    return bodies.keep(~dividing).joined(Bodies(centers, angles, sizes, np.tile(parents.groups, 2)))


def _draw_together(bodies: Bodies, share: float) -> None:
    """Move cells a share of the way to the middle of their group."""
    sizes = np.maximum(np.bincount(bodies.groups), 1)
    for axis in (0, 1):
        middle = np.bincount(bodies.groups, bodies.centers[:, axis]) / sizes
        bodies.centers[:, axis] += share * (middle[bodies.groups] - bodies.centers[:, axis])


def _scatter(bodies: Bodies, extent: tuple[float, float], rng: np.random.Generator) -> Bodies:
    """Put groups, in the order of their numbers, where they touch none of those before."""
    reach = 2.0 * bodies.sizes.radius.max(initial=0.0) + GAP + 2.0 * _RASTER
    taken = np.zeros([math.ceil((side + 2.0 * _MARGIN) / _RASTER) for side in extent], bool)
    limits = np.array(taken.shape) - 1
    steps = np.arange(-math.ceil(reach / _RASTER), math.ceil(reach / _RASTER) + 1)
    around = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    around = around[(around**2).sum(axis=1) * _RASTER**2 <= reach**2]
    spines = bodies.spines()
    kept = np.zeros(len(bodies), bool)
    for number in np.unique(bodies.groups):
        members = bodies.groups == number
        middle = bodies.centers[members].mean(axis=0)
        points = spines[members].reshape(-1, 2) - middle + _MARGIN
        for _ in range(_TRIES):
            place = rng.random(2) * extent
            at = ((points + place) / _RASTER).astype(np.intp).clip(0, limits)
            if not taken[at[:, 0], at[:, 1]].any():
                stamped = (at[:, None] + around).reshape(-1, 2).clip(0, limits)
                taken[stamped[:, 0], stamped[:, 1]] = True
                bodies.centers[members] += place - middle
                kept |= members
                break
    return bodies.keep(kept)


def _as_cells(bodies: Bodies) -> tuple[Cell, ...]:
    sizes = bodies.sizes
    return tuple(
        Cell(
            y=float(bodies.centers[i, 0]),
            x=float(bodies.centers[i, 1]),
            angle=float(bodies.angles[i]),
            length=float(sizes.length[i]),
            radius=float(sizes.radius[i]),
            curvature=float(sizes.curvature[i]),
            constriction=float(sizes.constriction[i]),
            septum=float(sizes.septum[i]),
            group=int(bodies.groups[i]),
        )
        for i in range(len(bodies))
    )
