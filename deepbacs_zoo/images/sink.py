"""Images that are written block by block: into an array, or into a TIFF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from deepbacs_zoo.images.image import Block, Calibration
from deepbacs_zoo.images.write import write_tiff

__all__ = ["ArraySink", "Sink", "TiffSink"]


class Sink(Protocol):
    """An image of which blocks can be written."""

    @property
    def axes(self) -> str:
        """Its axes in their order."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes in pixels."""

    def write(self, block: Block, array: NDArray[Any]) -> None:
        """Write an array, in the order of :attr:`axes`, at a place.

        Parameters
        ----------
        block
            Slices by axis; an axis that is not named is whole.
        array
            Of the block's shape, of a dtype that can be cast to the sink's.
        """

    def close(self) -> None:
        """Finish: all blocks are written."""


class ArraySink:
    """An array in memory.

    Parameters
    ----------
    axes, shape, dtype
        Those of the array.

    Attributes
    ----------
    array
        The array; blocks that were not written are undefined.
    """

    def __init__(self, axes: str, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self.axes = axes
        self.array: NDArray[Any] = np.empty(shape, dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes in pixels."""
        return self.array.shape

    def write(self, block: Block, array: NDArray[Any]) -> None:
        """Write an array at a place; see :meth:`Sink.write`."""
        self.array[tuple(block.get(axis, slice(None)) for axis in self.axes)] = array

    def close(self) -> None:
        """Do nothing: the array is complete."""


class TiffSink(ArraySink):
    """A calibrated hyperstack of ImageJ, which is one piece and therefore written when closed.

    Parameters
    ----------
    path
        The file; it appears at its place when the sink is closed.
    axes
        Some of ``t z c y x`` in any order.
    shape
        The sizes of the axes.
    dtype
        uint8, uint16 or float32.
    calibration
        Size of the pixels.
    """

    def __init__(
        self,
        path: Path,
        axes: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        calibration: Calibration,
    ) -> None:
        super().__init__(axes, shape, dtype)
        self._path, self._calibration = path, calibration

    def close(self) -> None:
        """Write the file.

        Raises
        ------
        HostError
            The folder or the disk refuses; nothing is left.
        """
        write_tiff(self._path, self.array, self.axes, self._calibration)
