"""Images between Python and ImageJ: what is said about them, and their pixels in one row.

Pixels stand in the order t z c y x, which is that of ImageJ's planes (channels fastest, then
slices, then frames), in the byte order of this computer.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import Calibration, Image

__all__ = ["Header", "as_image", "headers_of", "map_pixels", "pixels_of", "titled", "write_pixels"]

_DTYPES: Final = ("uint8", "uint16", "float32")
_SIGNED: Final = 2**15
_COLOURS: Final = 3


@dataclass(frozen=True)
class Header:
    """Title, type, shape and pixel sizes of an image.

    Parameters
    ----------
    title
        Its title in ImageJ.
    dtype
        ``uint8``, ``uint16`` or ``float32``; from ImageJ also ``int16``, in its form: shifted by
        32768, so that all values are positive.
    shape
        Sizes along t z c y x.
    rgb
        Whether the channels are the colours of one picture.
    sizes
        Micrometers of a pixel along z, y and x, and seconds between frames; NaN if not known.
    """

    title: str
    dtype: str
    shape: tuple[int, ...]
    rgb: bool
    sizes: tuple[float, ...]

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Header:
        """Return a header from the worker's answer."""
        shape, sizes = tuple(map(int, plain["shape"])), tuple(map(float, plain["sizes"]))
        return cls(str(plain["title"]), str(plain["dtype"]), shape, bool(plain["rgb"]), sizes)

    @property
    def stored(self) -> np.dtype[Any]:
        """Type of the numbers as they pass."""
        return np.dtype("uint16" if self.dtype == "int16" else self.dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels."""
        return math.prod(self.shape) * self.stored.itemsize


def headers_of(images: Mapping[str, Image]) -> tuple[Header, ...]:
    """Describe images for ImageJ.

    Raises
    ------
    DataError
        One has numbers of another type, no pixels, or no title.
    """
    return tuple(_header(title, image) for title, image in images.items())


def _header(title: str, image: Image) -> Header:
    dtype = image.data.dtype.newbyteorder("=").name
    shape = tuple(image.data.sizes[axis] for axis in IMAGE_AXES)
    if not title or dtype not in _DTYPES or 0 in shape:
        raise DataError(
            f"image '{title}'",
            "ImageJ has no such image",
            value=f"{image.data.dtype}, {' x '.join(map(str, shape))}",
            allowed=f"an image with a title and pixels, of type {', '.join(_DTYPES)}",
            hint="convert it with image.data.astype",
        )
    known = image.calibration
    lengths = (known.z, known.y, known.x) if known.unit == "µm" else (None, None, None)
    rgb = image.rgb and dtype == "uint8" and image.data.sizes["c"] == _COLOURS
    sizes = (math.nan if size is None else size for size in (*lengths, known.frame_interval))
    return Header(title, dtype, shape, rgb, tuple(sizes))


def pixels_of(image: Image) -> NDArray[Any]:
    """Return an image's pixels in one piece, axes ``t z c y x``, dtype in native byte order."""
    values = image.data.transpose(*IMAGE_AXES).values
    return np.ascontiguousarray(values, values.dtype.newbyteorder("="))


def write_pixels(file: BinaryIO, images: Iterable[Image]) -> None:
    """Write the pixels of images one after the other."""
    for image in images:
        pixels_of(image).tofile(file)


def map_pixels(path: Path, headers: Sequence[Header]) -> list[NDArray[Any]]:
    """Return the pixels of images in a file, which stay in the file until they are looked at.

    Axes are ``t z c y x``, the dtype is that of the header.  The file may be deleted afterwards
    where the system lets one delete a file that is in use.
    """
    arrays: list[NDArray[Any]] = []
    offset = 0
    with path.open("rb") as file:
        # Copy on write: the arrays can be changed, the file does not.
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    for header in headers:
        count = math.prod(header.shape)
        array = np.frombuffer(whole, header.stored, count, offset)
        arrays.append(array.reshape(header.shape))
        offset += header.nbytes
    return arrays


def as_image(header: Header, pixels: NDArray[Any]) -> Image:
    """Return the image with these pixels (``t z c y x``); int16 becomes float32."""
    if header.dtype == "int16":
        pixels = pixels.astype(np.float32) - np.float32(_SIGNED)
    z, y, x, interval = (None if math.isnan(size) else size for size in header.sizes)
    unit = "pixel" if x is None or y is None else "µm"
    calibration = Calibration(x, y, z, unit, interval)
    return Image(xr.DataArray(pixels, dims=tuple(IMAGE_AXES)), calibration, rgb=header.rgb)


def titled(images: Iterable[tuple[Header, Image]]) -> dict[str, Image]:
    """Return images by title; of those with the same, the later ones get a number."""
    found: dict[str, Image] = {}
    for header, image in images:
        title, number = header.title, 2
        while title in found:
            title, number = f"{header.title} ({number})", number + 1
        found[title] = image
    return found
