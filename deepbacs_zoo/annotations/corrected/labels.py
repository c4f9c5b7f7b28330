"""Label images and outlines that were predicted, compared with what they are now.

The table of the prediction has the number of pixels and the middle of each object.  A file whose
objects are those of the table, under whatever numbers, was not edited.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.corrected.changes import (
    Changes,
    about_changes,
    count_unknown,
    edited_file,
)
from deepbacs_zoo.annotations.predicted import ROI_SET, Row
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.metrics.overlaps import assigned, overlaps

if TYPE_CHECKING:
    from deepbacs_zoo.findings import Finding

__all__ = ["Settled", "compare", "settle"]

Labels = NDArray[np.int32]
"""``t z y x``, 0 is background; numbers hold for one plane."""
_SAME: Final = 0.5
"""IoU from which an object is another outline of one that was predicted."""
_ROUNDED: Final = 2e-5
"""Share by which a coordinate differs from that of the table, which has six digits."""
_NEAR: Final = 0.01
"""Pixels by which it differs where it is small."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """The objects of a table.

    Parameters
    ----------
    rows
        Its rows.
    size
        Height and width of a pixel, in the unit of the table.
    """

    rows: Sequence[Row]
    size: tuple[float, float]

    @classmethod
    def of(cls, rows: Sequence[Row], aspect: float) -> Predicted:
        """Return those of a table; ``aspect`` is the height of a pixel over its width."""
        areas = [row["area"] / row["pixels"] for row in rows]
        width = math.sqrt(float(np.median(areas)) / aspect) if areas else 1.0
        return cls(rows, (width * aspect, width))

    def known_in(self, labels: Labels) -> dict[int, tuple[int, int, int]]:
        """Return frame, slice and label of each row, by its index, whose object is as it was.

        Labels are ``t z y x`` int32.
        """
        objects: dict[tuple[float, ...], list[tuple[int, float, float]]] = {}
        for t, z in np.ndindex(*labels.shape[:2]):
            for label, pixels, y, x in _measured(labels[t, z]):
                objects.setdefault((t, z, pixels), []).append((label, y, x))
        found = {}
        for index, row in enumerate(self.rows):
            y, x = self._middle(row)
            alike = objects.get((row["t"], row["z"], row["pixels"]), [])
            for each in alike:
                if _close(each[1], y) and _close(each[2], x):
                    alike.remove(each)
                    found[index] = (int(row["t"]), int(row["z"]), each[0])
                    break
        return found

    def is_in(self, labels: Labels) -> bool:
        """Return whether the objects (``t z y x`` int32) are these and no others."""
        count = sum(np.unique(plane[plane > 0]).size for each in labels for plane in each)
        return len(self.rows) == count == len(self.known_in(labels))

    def drawn(self, labels: Labels) -> Labels:
        """Return the objects as far as they are known: as they are, else as ellipses.

        Parameters
        ----------
        labels
            Those of today, ``t z y x`` int32, as the result.
        """
        known, before = self.known_in(labels), np.zeros_like(labels)
        for t, z in np.ndindex(*labels.shape[:2]):
            plane = labels[t, z]
            numbers = np.zeros(int(plane.max()) + 1, np.int32)
            for index, place in known.items():
                if place[:2] == (t, z):
                    numbers[place[2]] = index + 1
            before[t, z] = numbers[plane]
            for index, row in enumerate(self.rows):
                if index not in known and (row["t"], row["z"]) == (t, z):
                    self._draw(row, before[t, z], index + 1)
        return before

    def _middle(self, row: Row) -> tuple[float, float]:
        """Return the row and the column of the middle, from 0."""
        return row["y"] / self.size[0] - 0.5, row["x"] / self.size[1] - 0.5

    def _draw(self, row: Row, plane: NDArray[np.int32], number: int) -> None:
        """Fill the free pixels of ``y x`` in the ellipse of the same length, width and angle."""
        middle, reach = self._middle(row), row["length"] / 2
        spans = [
            np.arange(max(math.floor(at - reach / size), 0), min(math.ceil(at + reach / size), end))
            for at, size, end in zip(middle, self.size, plane.shape, strict=True)
        ]
        down = ((spans[0] - middle[0]) * self.size[0])[:, None]
        across = ((spans[1] - middle[1]) * self.size[1])[None, :]
        angle = math.radians(row["angle"])  # counted upward, rows go down
        along = (across * math.cos(angle) - down * math.sin(angle)) / (row["length"] / 2)
        across_it = (across * math.sin(angle) + down * math.cos(angle)) / (row["width"] / 2)
        window = plane[np.ix_(*spans)]
        window[(along**2 + across_it**2 <= 1) & (window == 0)] = number
        plane[np.ix_(*spans)] = window


@dataclass(frozen=True, eq=False)
class Settled:
    """The annotation that is taken.

    Parameters
    ----------
    path
        Its file.
    labels
        Its objects, ``t z y x`` int32.
    findings
        What is said about its corrections.
    """

    path: Path
    labels: Labels
    findings: tuple[Finding, ...] = ()


def settle(
    target: Path,
    other: Path | None,
    rows: Sequence[Row] | None,
    read: Callable[[Path], Labels],
    aspect: float = 1.0,
) -> Settled:
    """Take the one of two files that was edited, and count what was corrected.

    Parameters
    ----------
    target
        The annotation.
    other
        The file of the same prediction that holds the same objects otherwise, if there is one.
    rows
        The table of the prediction, if there is one.
    read
        Reads a file as labels, ``t z y x`` int32.
    aspect
        The height of a pixel over its width.

    Raises
    ------
    DataError
        Both files were edited, and differ; or nothing says which one was.
    """
    labels = read(target)
    predicted = None if rows is None else Predicted.of(rows, aspect)
    if other is not None:
        second = read(other)
        if not _alike(labels, second):
            return _edited((target, labels), (other, second), predicted)
    if predicted is not None:
        found = compare(predicted.drawn(labels), labels)
        return Settled(target, labels, (about_changes(target, found),))
    if target.name.endswith(ROI_SET):
        return Settled(target, labels, (count_unknown(target, _count(labels)),))
    return Settled(target, labels)


def _edited(
    one: tuple[Path, Labels], other: tuple[Path, Labels], predicted: Predicted | None
) -> Settled:
    if predicted is None:
        raise _undecided(one[0], other[0], "the table of the prediction is not there")
    for (path, labels), (beside, before) in ((one, other), (other, one)):
        if predicted.is_in(before):
            found = about_changes(path, compare(before, labels))
            return Settled(path, labels, (edited_file(path, beside), found))
    raise _undecided(one[0], other[0], "both were edited")


def _undecided(one: Path, other: Path, value: str) -> DataError:
    return DataError(
        one,
        f"it holds other objects than {other.name}, and nothing says which of the two counts",
        value=value,
        allowed="one of the two edited, the other as it was predicted",
        hint="take the one that does not count away",
    )


def compare(before: Labels, after: Labels) -> Changes:
    """Count what changed between two label images, ``t z y x`` int32, plane by plane.

    The numbers of the objects do not matter.
    """
    found = Changes()
    for t, z in np.ndindex(*after.shape[:2]):
        met = overlaps(before[t, z], after[t, z])
        same = assigned(met, _SAME)
        kept = int(np.count_nonzero(met.iou[same] == 1))
        found += Changes(
            kept=kept,
            removed=met.true.size - same.size,
            added=met.found.size - same.size,
            redrawn=same.size - kept,
        )
    return found


def _alike(one: Labels, other: Labels) -> bool:
    """Return whether two label images hold the same objects, under whatever numbers."""
    if one.shape != other.shape:
        return False
    found = compare(one, other)
    return not (found.removed or found.added or found.redrawn)


def _count(labels: Labels) -> int:
    return compare(np.zeros_like(labels), labels).added


def _measured(plane: Labels) -> list[tuple[int, int, float, float]]:
    """Return label, pixels and middle (row, column) of each object of ``y x``."""
    rows, columns = np.nonzero(plane)
    numbers = plane[rows, columns]
    pixels = np.bincount(numbers)
    down, across = (np.bincount(numbers, weights=each) for each in (rows, columns))
    return [
        (int(label), int(pixels[label]), down[label] / pixels[label], across[label] / pixels[label])
        for label in np.flatnonzero(pixels)
    ]


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR + _ROUNDED * abs(other)
