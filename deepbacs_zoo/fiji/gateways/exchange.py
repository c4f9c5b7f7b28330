"""Images between Python and ImageJ: what is said about them, and their pixels in one row.

Pixels stand in the order t z c y x, which is that of ImageJ's planes (channels fastest, then
slices, then frames), in the byte order of this computer.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.fiji.gateways.metadata import metadata_from, plain_metadata
from deepbacs_zoo.fiji.gateways.numbers import blocks_of, stored_dtype
from deepbacs_zoo.images import Calibration, Image, ImageLike, image_of

__all__ = [
    "Header",
    "Outgoing",
    "as_image",
    "map_pixels",
    "outgoing",
    "titled",
    "write_pixels",
]

_SIGNED: Final = 2**15
_COLORS: Final = 3


@dataclass(frozen=True)
class Header:
    """Title, type, shape and pixel sizes of an image, and what ImageJ keeps beside.

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
        Whether the channels are the colors of one picture.
    sizes
        Micrometers of a pixel along z, y and x, and seconds between frames; NaN if not known.
    metadata
        Labels of planes, look-up tables, outlines: see `metadata.plain_metadata`.
    """

    title: str
    dtype: str
    shape: tuple[int, ...]
    rgb: bool
    sizes: tuple[float, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Header:
        """Return a header from Java's answer."""
        shape, sizes = tuple(map(int, plain["shape"])), tuple(map(float, plain["sizes"]))
        names = ("title", "dtype", "shape", "rgb", "sizes")
        rest = {name: value for name, value in plain.items() if name not in names}
        title, dtype = str(plain["title"]), str(plain["dtype"])
        return cls(title, dtype, shape, bool(plain["rgb"]), sizes, rest)

    def plain(self) -> dict[str, Any]:
        """Return it as Java reads it from JSON."""
        names = ("title", "dtype", "shape", "rgb", "sizes")
        return {**{name: getattr(self, name) for name in names}, **self.metadata}

    @property
    def stored(self) -> np.dtype[Any]:
        """Type of the numbers as they pass."""
        return np.dtype("uint16" if self.dtype == "int16" else self.dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels."""
        return math.prod(self.shape) * self.stored.itemsize


@dataclass(frozen=True, eq=False)
class Outgoing:
    """An image on its way to ImageJ.

    Parameters
    ----------
    header
        What is said about it.
    array
        Its values ``t z c y x`` as they were given: any dtype and order in memory.
    """

    header: Header
    array: NDArray[Any]

    def blocks(self) -> Iterable[NDArray[Any]]:
        """Give values ``t z c y x`` in the header's dtype, in pieces; see `numbers.blocks_of`."""
        return blocks_of(self.array, self.header.stored)

    def pixels(self) -> NDArray[Any]:
        """Return the values in the header's dtype, axes ``t z c y x``, in an array of their own."""
        return np.array(self.array, self.header.stored, order="C")


def outgoing(images: Mapping[str, ImageLike]) -> tuple[Outgoing, ...]:
    """Describe images for ImageJ.

    Parameters
    ----------
    images
        By title: images, arrays with named axes, or ``y x``; of any dtype.

    Raises
    ------
    DataError
        One has numbers that ImageJ cannot hold, axes that are not known, no pixels, or no title.
    """
    return tuple(_outgoing(title, image) for title, image in images.items())


def _outgoing(title: str, given: ImageLike) -> Outgoing:
    where = f"image '{title}'"
    if not title:
        raise DataError(
            where,
            "it has no title",
            allowed="a title by which a macro selects it",
            hint="give each image a name of one or more characters",
        )
    if not isinstance(given, Image | xr.DataArray | np.ndarray):
        raise DataError(
            where,
            "this is no image",
            value=type(given).__name__,
            allowed="an Image, an xarray.DataArray, or a NumPy array y x",
            hint="use numpy.asarray, or image_of with the axes, or from_java for a Java object",
        )
    image = given if isinstance(given, Image) else image_of(given, where=where)
    array = image.data.transpose(*IMAGE_AXES).values
    if 0 in array.shape:
        raise DataError(
            where,
            "it has no pixels",
            value=" x ".join(map(str, array.shape)),
            allowed="at least one pixel along each of t z c y x",
            hint="look where the image was cut",
        )
    stored = stored_dtype(array, where)
    rgb = image.rgb and stored == np.uint8 and array.shape[2] == _COLORS
    sizes = _sizes(image.calibration, where)
    metadata = plain_metadata(image, rgb, where)
    return Outgoing(Header(title, stored.name, array.shape, rgb, sizes, metadata), array)


def _sizes(known: Calibration, where: str) -> tuple[float, ...]:
    lengths = (known.z, known.y, known.x) if known.unit == "µm" else (None, None, None)
    z, y, x = lengths
    if (x is None) != (y is None) or (z is not None and x is None):
        raise DataError(
            where,
            "the size of its pixels is known along some of its axes only",
            value=f"x {x}, y {y}, z {z}",
            allowed="x and y, both or none, and z with them",
            hint="give the sizes along x and y, or leave out that along z",
        )
    return tuple(math.nan if size is None else size for size in (*lengths, known.frame_interval))


def write_pixels(file: BinaryIO, images: Iterable[Outgoing]) -> None:
    """Write the pixels of images one after the other."""
    for image in images:
        for block in image.blocks():
            block.tofile(file)


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
    names, metadata = metadata_from(header.metadata, header.shape, header.rgb)
    coordinates = {"c": list(names)} if names else None
    data = xr.DataArray(pixels, dims=tuple(IMAGE_AXES), coords=coordinates)
    return Image(data, calibration, rgb=header.rgb, imagej=metadata)


def titled(images: Iterable[tuple[Header, Image]]) -> dict[str, Image]:
    """Return images by title; of those with the same, the later ones get a number."""
    found: dict[str, Image] = {}
    for header, image in images:
        title, number = header.title, 2
        while title in found:
            title, number = f"{header.title} ({number})", number + 1
        found[title] = image
    return found
