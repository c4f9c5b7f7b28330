"""A target image as ground truth: its bright or dark structures stand for objects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks.ground_truth.labels import Margins, Window

__all__ = ["TargetImage"]

_BLOCK: Final = 16
"""Side of the blocks that stand for objects, in pixels."""
_PERCENTILES: Final = (0.1, 50.0, 99.9)


@dataclass(frozen=True, eq=False)
class TargetImage:
    """A target image.

    Parameters
    ----------
    content
        ``c y x`` float32, in the units of its file.
    factor
        Its rows for each of the image.
    """

    content: NDArray[np.float32]
    factor: int = 1
    counted: ClassVar[str] = "blocks with a structure"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the image."""
        _, height, width = self.content.shape
        return height // self.factor, width // self.factor

    @property
    def count(self) -> int:
        """Number of blocks of 16 by 16 pixels of the image that show a structure."""
        return len(self.extents)

    @property
    def extents(self) -> NDArray[np.float64]:
        """Rectangles of the blocks that show a structure: ``object, end, axis`` float64."""
        return self._blocks

    def foreground_mask(self) -> NDArray[np.bool_]:
        """Return ``y x`` bool: pixels of the image that are far from the median in any channel.

        Farther than half of the way from the median to the percentile 0.1 or 99.9, whichever is
        farther.  Nothing in a constant image.
        """
        found = np.zeros(self.content.shape[1:], np.bool_)
        for channel in self.content:
            low, middle, high = np.percentile(channel, _PERCENTILES)
            reach = max(high - middle, middle - low)
            if reach > 0:
                found |= np.abs(channel - middle) > reach / 2
        height, width = self.shape
        blocks = found.reshape(height, self.factor, width, self.factor)
        return np.asarray(blocks.any((1, 3)))

    def padded(self, height: int, width: int) -> TargetImage:
        """Mirror the ends up to a size."""
        missing = [
            (0, max(0, expected - found) * self.factor)
            for expected, found in zip((height, width), self.shape, strict=True)
        ]
        if not any(map(any, missing)):
            return self
        return self._of(np.pad(self.content, [(0, 0), *missing], mode="symmetric"))

    def margins(self, window: Window, multiple: int) -> Margins:
        """Return none: a pixel of the target needs no other one."""
        return Margins()

    def cut(self, window: Window) -> TargetImage:
        """Return a window of whole pixels.

        Raises
        ------
        ValueError
            The window is enlarged or reduced, or reaches beyond the image.
        """
        rows, columns = (
            slice(int(start) * self.factor, (int(start) + length) * self.factor)
            for start, length in ((window.y, window.height), (window.x, window.width))
        )
        found = self._of(self.content[:, rows, columns])
        if window.scale != 1 or found.shape != (window.height, window.width):
            raise ValueError(f"a target image has no such window: {window}")
        return found

    def part(self, window: Window) -> TargetImage:
        """Return a window as an image of its own."""
        return self._of(np.ascontiguousarray(self.cut(window).content))

    def rotated(self, turns: int, mirrored: bool) -> TargetImage:
        """Return it turned and mirrored."""
        turned = np.rot90(self.content, turns, (1, 2))
        return self._of(np.ascontiguousarray(turned[:, :, ::-1] if mirrored else turned))

    def _of(self, content: NDArray[np.float32]) -> TargetImage:
        return TargetImage(content, self.factor)

    @cached_property
    def _blocks(self) -> NDArray[np.float64]:
        mask = self.foreground_mask()
        found = [
            ((row, column), (min(row + _BLOCK, len(mask)), min(column + _BLOCK, mask.shape[1])))
            for row in range(0, len(mask), _BLOCK)
            for column in range(0, mask.shape[1], _BLOCK)
            if mask[row : row + _BLOCK, column : column + _BLOCK].any()
        ]
        return np.array(found, np.float64).reshape(-1, 2, 2)
