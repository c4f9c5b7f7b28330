"""Cells on a grid of pixels: their numbers, and the density of a stain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.simulation.cells import Cell, Floats, positions_in, radius_at
from deepbacs_zoo.simulation.stains import STAINS, Layering

__all__ = ["Grid", "draw_labels", "draw_stain", "draw_thickness"]


@dataclass(frozen=True)
class Grid:
    """Pixels of an image and of a margin around it.

    Parameters
    ----------
    shape
        Rows and columns, those of the margin counted.
    pixel_size
        Side of a pixel in micrometers.
    margin
        Pixels around the image.
    """

    shape: tuple[int, int]
    pixel_size: float
    margin: int = 0

    def window(self, cell: Cell) -> tuple[tuple[slice, slice], Floats, Floats] | None:
        """Return the pixels that a cell could cover, and their y and x in micrometers.

        Returns
        -------
        tuple or None
            Slices of rows and columns, float32 y of shape ``(n, 1)`` and x of shape ``(1, n)``;
            ``None`` for a cell outside of the grid.
        """
        y0, y1, x0, x1 = cell.bounds
        sides = []
        for low, high, size in ((y0, y1, self.shape[0]), (x0, x1, self.shape[1])):
            first = max(int(low / self.pixel_size) + self.margin - 2, 0)
            last = min(int(high / self.pixel_size) + self.margin + 3, size)
            if first >= last:
                return None
            sides.append(slice(first, last))
        y, x = (
            ((np.arange(side.start, side.stop) + 0.5 - self.margin) * self.pixel_size).astype("f4")
            for side in sides
        )
        return (sides[0], sides[1]), y[:, None], x[None, :]


def draw_labels(cells: Iterable[Cell], grid: Grid) -> NDArray[np.int32]:
    """Return the label image ``y x`` int32 of cells, 0 is background.

    Parameters
    ----------
    cells
        The cells, numbered from 1 in their order.
    grid
        The pixels; one belongs to the cell in which its center lies.
    """
    labels = np.zeros(grid.shape, np.int32)
    deepest = np.zeros(grid.shape, np.float32)
    for number, cell in enumerate(cells, 1):
        window = grid.window(cell)
        if window is None:
            continue
        at = positions_in(cell, *window[1:])
        depth = radius_at(cell, at.along) - at.distance
        # Cells in contact may share a pixel's breadth: it belongs to the one that covers more.
        mine = depth > deepest[window[0]]
        labels[window[0]][mine] = number
        deepest[window[0]][mine] = depth[mine]
    return labels


def draw_stain(name: str, cells: Iterable[Cell], grid: Grid, rng: np.random.Generator) -> Floats:
    """Return the fluorophores of a stain, projected along the optical axis.

    Parameters
    ----------
    name
        One of `STAINS`.
    cells
        The cells.
    grid
        The pixels.
    rng
        Source of random numbers, for the texture of nucleoids.

    Returns
    -------
    ndarray
        ``layer y x`` float32: micrometers of stained volume above and below each pixel.
    """
    return _draw(name, cells, grid, rng, Layering(grid.pixel_size))


def draw_thickness(cells: Iterable[Cell], grid: Grid) -> Floats:
    """Return the thickness of cells ``y x`` float32 in micrometers.

    Parameters
    ----------
    cells
        The cells.
    grid
        The pixels.
    """
    alike = (replace(cell, brightness=1.0) for cell in cells)
    whole = Layering(grid.pixel_size, (math.inf,))
    thickness: Floats = _draw("cytoplasm", alike, grid, np.random.default_rng(0), whole)[0]
    return thickness


def _draw(
    name: str, cells: Iterable[Cell], grid: Grid, rng: np.random.Generator, layering: Layering
) -> Floats:
    drawn = np.zeros((len(layering.limits), *grid.shape), np.float32)
    for cell in cells:
        for body, density in STAINS[name](cell, rng):
            window = grid.window(body)
            if window is None:
                continue
            at = positions_in(body, *window[1:])
            inside = at.distance < np.float32(body.radius + grid.pixel_size)
            values = density(body, at.where(inside), layering)
            drawn[(slice(None), *window[0])][:, inside] += np.float32(cell.brightness) * values
    return drawn
