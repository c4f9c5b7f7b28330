"""Images that are read block by block: the protocol, and its implementation for TIFF files.

An :class:`Image` in memory is a source, too.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images.image import WHOLE, Block, Calibration, Image
from deepbacs_zoo.images.options import AS_IT_IS, ReadOptions
from deepbacs_zoo.images.read import read_image

__all__ = ["ImageSource", "TiffSource", "load_source"]


@runtime_checkable
class ImageSource(Protocol):
    """An image of which blocks can be read."""

    @property
    def axes(self) -> str:
        """Its axes, some of ``t z c y x`` in any order."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes in pixels."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data type of its values."""

    @property
    def calibration(self) -> Calibration:
        """Size of its pixels."""

    @property
    def path(self) -> Path | None:
        """The file that results are named after; ``None`` without one."""

    @property
    def rgb(self) -> bool:
        """True if the channels are the red, green and blue of one color image."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Observations of its reader."""

    def read(self, block: Block = WHOLE) -> NDArray[Any]:
        """Return a block in the order of :attr:`axes`, of :attr:`dtype`.

        Raises
        ------
        DataError
            The file is damaged.
        """


class TiffSource:
    """A TIFF, PNG or JPEG file; it is opened at the first use, and then decoded whole.

    Parameters
    ----------
    path
        The file.
    options
        The part of the file that is read.
    """

    axes: Final = "tzcyx"

    def __init__(self, path: str | Path, options: ReadOptions = AS_IT_IS) -> None:
        self.path, self._options = Path(path), options

    @cached_property
    def _image(self) -> Image:
        return read_image(self.path, self._options)

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of ``t z c y x`` in pixels."""
        return self._image.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data type of the file."""
        return self._image.dtype

    @property
    def calibration(self) -> Calibration:
        """Size of a pixel as the file states it."""
        return self._image.calibration

    @property
    def rgb(self) -> bool:
        """True if the channels are the red, green and blue of one color image."""
        return self._image.rgb

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Observations of the file's reader."""
        return self._image.findings

    def read(self, block: Block = WHOLE) -> NDArray[Any]:
        """Return a block ``t z c y x`` of the file's data type."""
        return self._image.read(block)


def load_source(source: ImageSource) -> Image:
    """Return a source as an image in memory; an image is returned as it is.

    Statistics of preprocessing and decoding need all pixels of a position, so that prediction
    reads whole images for now.
    """
    if isinstance(source, Image):
        return source
    data = xr.DataArray(source.read(), dims=tuple(source.axes))
    missing = {axis: 1 for axis in "tzcyx" if axis not in source.axes}
    data = data.expand_dims(missing).transpose(*"tzcyx")
    return Image(data, source.calibration, source.path, source.rgb, findings=source.findings)
