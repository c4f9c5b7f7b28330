"""Boxes of cells and of microcolonies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepbacs_zoo.annotations.boxes.types import VISIBLE, Box

if TYPE_CHECKING:
    from deepbacs_zoo.simulation.cells import Cell

__all__ = ["COLONY", "boxes_of"]

COLONY: Final = 4
"""Cells from which on a group is a microcolony."""
_DIVIDING: Final = 0.25
"""Progress of its division from which on a cell is called dividing: it is seen to narrow."""


def boxes_of(
    labels: NDArray[np.int32], cells: tuple[Cell, ...], pixel_size: float
) -> tuple[Box, ...]:
    """Return boxes of single cells and of microcolonies, of which enough is in the image.

    Parameters
    ----------
    labels
        ``y x`` int32, the numbers of cells from 1.
    cells
        The cells.
    pixel_size
        Side of a pixel in micrometers.
    """
    places = ndimage.find_objects(labels, len(cells))
    sizes = np.bincount(labels.ravel(), minlength=len(cells) + 1)[1:] * pixel_size**2
    groups: dict[int, list[int]] = {}
    for number, cell in enumerate(cells):
        groups.setdefault(cell.group, []).append(number)
    boxes = []
    for members in groups.values():
        is_colony = len(members) >= COLONY
        for numbers in [members] if is_colony else [[number] for number in members]:
            area = sum(cells[number].area for number in numbers)
            if sizes[numbers].sum() < VISIBLE * area:
                continue
            seen = [places[number] for number in numbers if places[number] is not None]
            name = "dividing" if cells[numbers[0]].progress >= _DIVIDING else "rod"
            boxes.append(
                Box(
                    min(float(x.start) for _, x in seen),
                    min(float(y.start) for y, _ in seen),
                    max(float(x.stop) for _, x in seen),
                    max(float(y.stop) for y, _ in seen),
                    "microcolony" if is_colony else name,
                )
            )
    return tuple(boxes)
