"""Ground truth of an image, in a form that training can cut, rotate and enlarge.

Label images are here, boxes in `box_truth`.  A target is made from a cut of the truth that
is larger than the patch wherever an object reaches out of it, so that whole objects are seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.read import closed

__all__ = ["Field", "GroundTruth", "Labels", "Margins", "Window"]


@dataclass(frozen=True)
class Margins:
    """Pixels of a cut beyond a patch, on each side."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def rotated(self, turns: int, mirrored: bool) -> Margins:
        """Return them after ``numpy.rot90(…, turns)`` and, if mirrored, left and right changed."""
        sides = [self.top, self.left, self.bottom, self.right]
        # A quarter turn against the clock brings the right side to the top.
        top, left, bottom, right = sides[-turns % 4 :] + sides[: -turns % 4]
        return Margins(top, right, bottom, left) if mirrored else Margins(top, left, bottom, right)


@dataclass(frozen=True)
class Window:
    """A rectangle of an image, sampled every ``scale`` pixels.

    Parameters
    ----------
    y, x
        Its upper left corner in image pixels; pixel (0, 0) covers [0, 1) by [0, 1).
    height, width
        Pixels of the cut.
    scale
        Image pixels per pixel of the cut.
    """

    y: float
    x: float
    height: int
    width: int
    scale: float = 1.0

    def grown(self, margins: Margins) -> Window:
        """Return the window with margins around it."""
        return Window(
            self.y - margins.top * self.scale,
            self.x - margins.left * self.scale,
            self.height + margins.top + margins.bottom,
            self.width + margins.left + margins.right,
            self.scale,
        )

    def rows(self) -> NDArray[np.float64]:
        """Return where the centers of the rows lie, axis ``y``, float64, in image pixels."""
        return np.asarray(self.y + (np.arange(self.height) + 0.5) * self.scale, np.float64)

    def columns(self) -> NDArray[np.float64]:
        """Return where the centers of the columns lie, axis ``x``, float64, in image pixels."""
        return np.asarray(self.x + (np.arange(self.width) + 0.5) * self.scale, np.float64)


class GroundTruth(Protocol):
    """The annotation of an image."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the image."""

    @property
    def content(self) -> Any:  # noqa: ANN401 - each kind has its own
        """Argument of ``make_target`` of its methods."""

    @property
    def count(self) -> int:
        """Number of objects."""

    @property
    def counted(self) -> str:
        """Word for what is counted, in the plural."""

    @property
    def extents(self) -> NDArray[np.float64]:
        """Rectangles around the objects: ``object, end, axis`` float64, in pixels, y before x.

        The ends are where the first pixel begins and where the last one ends.
        """

    def foreground_mask(self) -> NDArray[np.bool_]:
        """Return ``y x`` bool, where objects are."""

    def padded(self, height: int, width: int) -> GroundTruth:
        """Return it for the image mirrored at its ends up to a size."""

    def margins(self, window: Window, multiple: int) -> Margins:
        """Return how much around a window decides about the target inside, in pixels of the cut.

        Each is rounded up to a ``multiple``.
        """

    def cut(self, window: Window) -> GroundTruth:
        """Return what a window shows."""

    def part(self, window: Window) -> GroundTruth:
        """Return what a window shows, as that of an image of its own."""

    def rotated(self, turns: int, mirrored: bool) -> GroundTruth:
        """Return it after ``numpy.rot90(…, turns)`` and, if mirrored, left and right changed."""


@dataclass(frozen=True, eq=False)
class Field:
    """An image with its ground truth.

    Parameters
    ----------
    image
        ``c y x`` float32, after the task's steps, whose statistics are those of the whole image.
    truth
        Its annotation, from which the task makes targets.
    """

    image: NDArray[np.float32]
    truth: GroundTruth


@dataclass(frozen=True, eq=False)
class Labels:
    """A label image.

    Parameters
    ----------
    content
        ``y x`` int32, 0 background.
    """

    content: NDArray[np.int32]
    counted: ClassVar[str] = "objects"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        height, width = self.content.shape
        return height, width

    @property
    def count(self) -> int:
        """Number of labels."""
        return int(np.unique(self.content[self.content > 0]).size)

    @property
    def extents(self) -> NDArray[np.float64]:
        """Rectangles around the labels, ``object, end, axis`` float64, in pixels."""
        return self._corners.astype(np.float64)

    def foreground_mask(self) -> NDArray[np.bool_]:
        """Return ``y x`` bool, where labels are."""
        return np.asarray(self.content > 0)

    def padded(self, height: int, width: int) -> Labels:
        """Mirror the ends up to a size."""
        missing = [
            (0, max(0, requested - found))
            for requested, found in zip((height, width), self.shape, strict=True)
        ]
        if not any(map(any, missing)):
            return self
        return Labels(np.pad(self.content, missing, mode="symmetric"))

    def margins(self, window: Window, multiple: int) -> Margins:
        """Return what lets every object in the window be seen whole, with a pixel around it."""
        scale = window.scale
        low = np.array([window.y, window.x])
        high = low + np.array([window.height, window.width]) * scale
        seen = np.all((self._first < high) & (self._last > low), axis=1)
        if not seen.any():
            return Margins()
        before = low - np.maximum(self._first[seen].min(axis=0) - 1, 0)
        after = np.minimum(self._last[seen].max(axis=0) + 1, self.shape) - high
        sides = (
            multiple * max(0, math.ceil(side / scale / multiple - 1e-9))
            for side in (*before, *after)
        )
        return Margins(*sides)

    def cut(self, window: Window) -> Labels:
        """Return a window by nearest neighbours; beyond the image there is background."""
        rows, columns = (
            np.floor(places).astype(np.intp) for places in (window.rows(), window.columns())
        )
        (height, width), source = self.shape, self.content
        inside = tuple(
            (places >= 0) & (places < size) for places, size in ((rows, height), (columns, width))
        )
        found = np.zeros((window.height, window.width), np.int32)
        found[np.ix_(*inside)] = source[np.ix_(rows[inside[0]], columns[inside[1]])]
        return Labels(found)

    def part(self, window: Window) -> Labels:
        """Return a window with labels 1 to n."""
        return Labels(closed(self.cut(window).content)[0])

    def rotated(self, turns: int, mirrored: bool) -> Labels:
        """Return it turned and mirrored."""
        turned = np.rot90(self.content, turns)
        return Labels(np.ascontiguousarray(turned[:, ::-1] if mirrored else turned))

    @cached_property
    def _first(self) -> NDArray[np.int64]:
        return self._corners[:, 0]

    @cached_property
    def _last(self) -> NDArray[np.int64]:
        return self._corners[:, 1]

    @cached_property
    def _corners(self) -> NDArray[np.int64]:
        """First and one behind the last row and column of every object: ``object, end, axis``."""
        from scipy.ndimage import find_objects

        places = [place for place in find_objects(self.content) if place is not None]
        corners = [[[axis.start for axis in p], [axis.stop for axis in p]] for p in places]
        return np.array(corners, np.int64).reshape(-1, 2, 2)
