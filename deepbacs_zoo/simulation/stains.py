"""Fluorophores in a cell: in its volume, its envelope, its nucleoids or the ring of its division.

A cell is a body of revolution, so that its extent along the optical axis at a distance ``d`` from
its center line is ``2 sqrt(r² - d²)``, of which each layer holds a part.  The mean over the side of
a pixel is taken in closed form, across the edge of the cell, which keeps edges and thin membranes
free of steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from deepbacs_zoo.simulation.cells import Cell, Floats, Positions, part_of, radius_at

__all__ = ["LAYERS", "STAINS", "Layering", "Stain"]

LAYERS: Final = (0.075, 0.25, 0.425)
"""Distance in micrometers from the middle of the cells at which each layer is taken to lie: half of
it above, half below."""
_LIMITS: Final = (0.15, 0.35, math.inf)
_ENVELOPE: Final = 0.03
"""Thickness in micrometers of a stained envelope."""
_RING: Final = 0.05
"""Thickness of an FtsZ ring, and standard deviation of its extent along the cell (micrometers)."""
_DIFFUSE: Final = 0.03
"""Density of FtsZ in the cytoplasm, as a share of that in the ring."""
_LONGEST: Final = 1.2
"""Length in micrometers of a center line above which a cell may have a ring, or two nucleoids."""


@dataclass(frozen=True)
class Layering:
    """Sampling of a density.

    Parameters
    ----------
    pixel_size
        Side of a pixel in micrometers.
    limits
        Distance from the middle of the cells at which each layer ends, in micrometers.
    """

    pixel_size: float
    limits: tuple[float, ...] = _LIMITS

    def extents(self, radius: Floats | np.float32, distance: Floats) -> Floats:
        """Return the extent of a body along the optical axis in each layer, the mean over a pixel.

        Parameters
        ----------
        radius, distance
            float32 in micrometers, of shapes that broadcast to ``position``.

        Returns
        -------
        ndarray
            ``layer position`` float32, in micrometers.
        """
        half = np.float32(self.pixel_size / 2)
        far, near = distance + half, np.maximum(distance - half, 0)
        width = far - near
        far, near = np.minimum(far, radius), np.minimum(near, radius)
        square = radius * radius
        reached = []
        for limit in self.limits:
            if math.isinf(limit):
                reached.append(_area(far, square) - _area(near, square))
                continue
            # Within `flat` of the center line the body reaches beyond the layer.
            flat = np.sqrt(np.maximum(square - np.float32(limit**2), 0))
            within = np.float32(limit) * (np.minimum(far, flat) - np.minimum(near, flat))
            outside = _area(np.maximum(far, flat), square) - _area(np.maximum(near, flat), square)
            reached.append(within + outside)
        extents: Floats = np.diff(np.stack(reached), axis=0, prepend=np.float32(0))
        extents *= 2 / width
        return extents

    def shells(self, radius: Floats | np.float32, thickness: float, distance: Floats) -> Floats:
        """Return the extent of a hollow body, axes layer and position, float32 in micrometers.

        The radius is that of its outside; ``thickness`` and the rest as for `extents`.
        """
        inner = np.maximum(radius - np.float32(thickness), np.float32(0))
        return self.extents(radius, distance) - self.extents(inner, distance)


def _area(distance: Floats, square: Floats | np.float32) -> Floats:
    """Return the integral of ``sqrt(square - t²)`` for ``t`` from 0 to a distance."""
    root = np.sqrt(np.maximum(square - distance * distance, 0))
    area: Floats = (distance * root + square * np.arctan2(distance, root)) * np.float32(0.5)
    return area


Density = Callable[[Cell, Positions, Layering], Floats]
"""Density ``layer position`` at positions in a body."""
Stain = Callable[[Cell, np.random.Generator], Iterator[tuple[Cell, Density]]]
"""The bodies of a cell that hold fluorophores, with the density in each."""


def _volume(body: Cell, at: Positions, layering: Layering) -> Floats:
    return layering.extents(radius_at(body, at.along), at.distance)


def _disk(at: Positions, width: float, layering: Layering) -> Floats:
    """Return the share of a disk of some width, across the middle of a cell, at each position."""
    sigma = max(width, layering.pixel_size) / 2
    height = width / (sigma * math.sqrt(2 * math.pi))
    share: Floats = np.float32(height) * np.exp(np.float32(-0.5 / sigma**2) * at.ahead**2)
    return share


def _envelope(body: Cell, at: Positions, layering: Layering) -> Floats:
    drawn = layering.shells(radius_at(body, at.along), _ENVELOPE, at.distance)
    if body.septum:
        radius = np.float32(body.radius)
        septum = layering.shells(radius, body.radius * body.septum, at.distance)
        drawn += septum * _disk(at, 2 * _ENVELOPE, layering)
    return drawn


def _ring(body: Cell, at: Positions, layering: Layering) -> Floats:
    radius = np.float32(body.radius * max(1.0 - body.progress, 0.1))
    ring = layering.shells(radius, _RING, at.distance) * _disk(at, 2 * _RING, layering)
    return ring + np.float32(_DIFFUSE) * _volume(body, at, layering)


def _cytoplasm(cell: Cell, rng: np.random.Generator) -> Iterator[tuple[Cell, Density]]:
    del rng
    yield cell, _volume


def _membrane(cell: Cell, rng: np.random.Generator) -> Iterator[tuple[Cell, Density]]:
    del rng
    yield cell, _envelope


def _ftsz(cell: Cell, rng: np.random.Generator) -> Iterator[tuple[Cell, Density]]:
    del rng
    has_ring = cell.length > _LONGEST or cell.progress > 0
    yield cell, _ring if has_ring else _volume_of_little


def _volume_of_little(body: Cell, at: Positions, layering: Layering) -> Floats:
    return np.float32(_DIFFUSE) * _volume(body, at, layering)


def _nucleoids(cell: Cell, rng: np.random.Generator) -> Iterator[tuple[Cell, Density]]:
    """Yield one nucleoid, or two in a long cell or one that divides, with lumps along them."""
    length, radius = cell.length * rng.uniform(0.75, 0.9), cell.radius * rng.uniform(0.6, 0.72)
    ends = [(-length / 2, length / 2)]
    if length > _LONGEST or cell.progress > 0.3:
        gap = min(radius + rng.uniform(0.1, 0.25), length / 2)
        ends = [(-length / 2, -gap), (gap, length / 2)]
    for low, high in ends:
        waves = rng.uniform(0.5, 0.9, 2), rng.uniform(0, 2 * math.pi, 2)
        yield part_of(cell, low, high, radius), _lumps(*waves)


def _lumps(periods: np.ndarray, phases: np.ndarray) -> Density:
    """Return the density of a nucleoid that is lumpy along the cell and across it."""

    def density(body: Cell, at: Positions, layering: Layering) -> Floats:
        along, across = (
            np.sin(np.float32(2 * math.pi / period) * position + np.float32(phase))
            for position, period, phase in zip(
                (at.ahead, at.distance), periods, phases, strict=True
            )
        )
        lumpy: Floats = 1 + np.float32(0.3) * (along + across)
        return _volume(body, at, layering) * lumpy

    return density


STAINS: Final[Mapping[str, Stain]] = MappingProxyType(
    {
        "cytoplasm": _cytoplasm,
        "membrane": _membrane,
        "nucleoid": _nucleoids,
        "ftsz": _ftsz,
    }
)
"""Stains by name."""
