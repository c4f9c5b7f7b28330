"""Boxes as a truth that training can cut, turn and enlarge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.annotations.boxes.types import VISIBLE, boxes_inside
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks.ground_truth.labels import Margins, Window

__all__ = ["BoxTruth"]

_SMALLEST: Final = 2.0


@dataclass(frozen=True)
class BoxTruth:
    """The boxes of an image.

    Parameters
    ----------
    boxes
        In image pixels.
    shape
        Rows and columns of the image.
    """

    boxes: tuple[Box, ...]
    shape: tuple[int, int]
    counted: ClassVar[str] = "objects"

    @property
    def content(self) -> BoxTruth:
        """Boxes mean nothing without the size of their image, so the content is the whole."""
        return self

    @property
    def count(self) -> int:
        """Number of boxes."""
        return len(self.boxes)

    def require_classes(self, path: Path, classes: Sequence[str]) -> None:
        """Refuse boxes of a class that no training image has.

        Raises
        ------
        DataError
            There is one; ``path`` is its file.
        """
        for box in self.boxes:
            if box.name not in classes:
                raise DataError(
                    path,
                    "a box has a class that no training image has",
                    value=box.name,
                    allowed=", ".join(classes),
                    hint="correct its name, label more of them, or train with another "
                    + Option("seed"),
                )

    @property
    def extents(self) -> NDArray[np.float64]:
        """The boxes, ``object, end, axis`` float64, in pixels."""
        corners = [[[box.y0, box.x0], [box.y1, box.x1]] for box in self.boxes]
        return np.array(corners, np.float64).reshape(-1, 2, 2)

    def foreground_mask(self) -> NDArray[np.bool_]:
        """Return the centers of boxes, ``y x`` bool: small boxes get as many patches as large."""
        found = np.zeros(self.shape, np.bool_)
        rows, columns = self.shape
        for box in self.boxes:
            row, column = int((box.y0 + box.y1) / 2), int((box.x0 + box.x1) / 2)
            found[min(row, rows - 1), min(column, columns - 1)] = True
        return found

    def padded(self, height: int, width: int) -> BoxTruth:
        """Mirror the ends up to a size; a box that touches the end grows over it."""
        rows, columns = self.shape
        boxes = _transposed(_mirrored_to(self.boxes, rows, height))
        boxes = _transposed(_mirrored_to(boxes, columns, width))
        return BoxTruth(boxes, (max(rows, height), max(columns, width)))

    def margins(self, window: Window, multiple: int) -> Margins:
        """Return none: a box that a patch cuts is learned as far as it is seen."""
        return Margins()

    def cut(self, window: Window) -> BoxTruth:
        """Return the boxes in a window, cut at its edges, without those mostly outside."""
        size = window.height, window.width
        found = boxes_inside(self.boxes, (window.y, window.x), size, window.scale)
        return BoxTruth(found, size)

    def part(self, window: Window) -> BoxTruth:
        """Return the boxes in a window, as :meth:`cut`."""
        return self.cut(window)

    def rotated(self, turns: int, mirrored: bool) -> BoxTruth:
        """Return them turned against the clock by quarters, and mirrored."""
        boxes, (rows, columns) = self.boxes, self.shape
        for _ in range(turns % 4):
            boxes = tuple(Box(b.y0, columns - b.x1, b.y1, columns - b.x0, b.name) for b in boxes)
            rows, columns = columns, rows
        if mirrored:
            boxes = tuple(replace(b, x0=columns - b.x1, x1=columns - b.x0) for b in boxes)
        return BoxTruth(boxes, (rows, columns))


def _mirrored_to(boxes: tuple[Box, ...], size: int, requested: int) -> tuple[Box, ...]:
    """Mirror at the lower end, again and again if that is needed."""
    while size < requested:
        longer = min(2 * size, requested)
        boxes = _mirrored_below(boxes, float(size), float(longer))
        size = longer
    return boxes


def _mirrored_below(boxes: Iterable[Box], end: float, size: float) -> tuple[Box, ...]:
    """Add the mirror images of boxes below ``end``; boxes that reach it grow over it."""
    found = []
    for box in boxes:
        if box.y1 >= end:
            found.append(replace(box, y1=min(2 * end - box.y0, size)))
            continue
        found.append(box)
        mirror = replace(box, y0=2 * end - box.y1, y1=min(2 * end - box.y0, size))
        if mirror.height >= max(_SMALLEST, VISIBLE * box.height):
            found.append(mirror)
    return tuple(found)


def _transposed(boxes: Iterable[Box]) -> tuple[Box, ...]:
    return tuple(Box(box.y0, box.x0, box.y1, box.x1, box.name) for box in boxes)
