"""An image in memory: five named axes, and the size of its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.findings import Finding

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = [
    "COLORS",
    "WHOLE",
    "Block",
    "Calibration",
    "Decoded",
    "Image",
    "ImagejMetadata",
    "place_of",
    "stem_of",
]

Block = Mapping[str, slice]
"""Slices by axis; an axis that is not named is whole."""
WHOLE: Final[Block] = MappingProxyType({})
COLORS: Final = ("red", "green", "blue")
"""Names of the channels of an RGB image."""


@dataclass(frozen=True)
class Calibration:
    """Size of a pixel and time between frames.

    Parameters
    ----------
    x, y, z
        Size of one pixel in ``unit``; ``None`` where it is not known.
    unit
        ``µm``, into which all units of length are converted, or ``pixel`` when nothing is known.
    frame_interval
        Seconds between frames; ``None`` where it is not known.
    """

    x: float | None = None
    y: float | None = None
    z: float | None = None
    unit: str = "pixel"
    frame_interval: float | None = None


@dataclass(frozen=True, eq=False)
class ImagejMetadata:
    """Labels of planes, look-up tables and outlines, which ImageJ keeps with an image.

    Parameters
    ----------
    slice_labels
        One text for each plane, in the order ``t z c``, or ``t z`` of an RGB image; empty without.
    luts
        Look-up tables, each ``3 256`` uint8 (red, green and blue of each brightness): one for each
        channel, or one for all; empty: gray.
    ranges
        With ``luts`` the values of each channel that are shown as the first and the last color;
        empty: as ImageJ chooses.
    roi
        The selection; ``None`` without.
    overlay
        Outlines drawn on the image.
    """

    slice_labels: tuple[str, ...] = ()
    luts: tuple[NDArray[np.uint8], ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    roi: ImagejRoi | None = None
    overlay: tuple[ImagejRoi, ...] = ()


@dataclass(frozen=True, eq=False)
class Decoded:
    """Pixels of a file, not checked yet.

    Parameters
    ----------
    array
        Pixels ``t z c y x`` of the file's data type.
    calibration
        Size of a pixel.
    names
        Names of the channels; empty where they are not known.
    rgb
        Whether the channels are red, green and blue.
    findings
        Observations of the reader.
    """

    array: NDArray[Any]
    calibration: Calibration = Calibration()
    names: tuple[str, ...] = ()
    rgb: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class Image:
    """An image as read from a file.

    Parameters
    ----------
    data
        Always the five dimensions ``t z c y x`` in this order, those that the file lacks of size
        1; the data type of the file.  The coordinate ``c``, where there is one, names the channels.
    calibration
        Size of its pixels.
    path
        The file that it was read from, ``None`` for an image made in memory.
    rgb
        Whether the channels are the red, green and blue of one colour picture.
    imagej
        What else ImageJ keeps with it; gateways to ImageJ fill and read it, files do not.
    findings
        Observations of its reader: what was left out of the file, or taken as something else.
    """

    data: xr.DataArray
    calibration: Calibration = Calibration()
    path: Path | None = None
    rgb: bool = False
    imagej: ImagejMetadata = ImagejMetadata()
    findings: tuple[Finding, ...] = ()

    @property
    def axes(self) -> str:
        """``tzcyx``."""
        return IMAGE_AXES

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of ``t z c y x`` in pixels."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The data type of its values."""
        return self.data.dtype

    def read(self, block: Block = WHOLE) -> NDArray[Any]:
        """Return a block ``t z c y x``; an axis that is not named is whole."""
        values: NDArray[Any] = self.data.isel(block).values
        return values

    @property
    def stem(self) -> str:
        """The file's name without its suffix (both of ``.ome.tif``)."""
        return "image" if self.path is None else stem_of(self.path)


def stem_of(path: Path) -> str:
    """Return a file's name without its suffix, or without both of ``.ome.tif``."""
    return path.stem[:-4] if path.stem.lower().endswith(".ome") else path.stem


def place_of(image: Image, name: str) -> str:
    """Return what to call an image in a message: its file, or the input it was given for."""
    return f"input '{name}'" if image.path is None else str(image.path)
