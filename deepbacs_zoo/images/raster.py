"""Read PNG and JPEG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import COLORS, Decoded
from deepbacs_zoo.images.options import ReadOptions
from deepbacs_zoo.images.order import in_image_order
from deepbacs_zoo.images.palettes import as_image, as_labels

__all__ = ["read_jpeg", "read_png"]

_PNG_HEAD: Final = 8
_BITS, _COLOR_TYPE, _PALETTE, _GREY = 8, 9, 3, 0


def read_png(path: Path, options: ReadOptions) -> Decoded:
    """Read a PNG file without its transparency; see `read_image` for errors."""
    import imagecodecs

    data = path.read_bytes()
    chunks = dict(_chunks(data))
    header = chunks[b"IHDR"]
    indexed = header[_COLOR_TYPE] == _PALETTE
    array = np.asarray(imagecodecs.png_decode(_bare(data, as_grey=indexed)))
    if not indexed:
        if array.ndim == 3 and array.shape[2] % 2 == 0:
            array = array[..., :-1]  # an even number ends with alpha
        return _picture(array)
    colors = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, len(COLORS))
    # Grey of fewer bits is spread over all of 8.
    numbers = in_image_order(array // (255 // (2 ** header[_BITS] - 1)), "yx")
    if options.indices:
        array, rgb, findings = as_labels(numbers, colors, str(path))
    else:
        array, rgb, findings = as_image(numbers, colors, str(path), imagej=False)
    return Decoded(array, names=COLORS if rgb else (), rgb=rgb, findings=findings)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the parts of a PNG file, each with its name.

    Raises
    ------
    ValueError
        The file ends early, or a part is not what was written.
    """
    place, name = _PNG_HEAD, b""
    while name != b"IEND":
        if place + 12 > len(data):
            raise ValueError(f"it ends after {len(data)} bytes")
        (length,) = struct.unpack(">I", data[place : place + 4])
        end = place + 12 + length
        if end > len(data):
            raise ValueError(f"it ends after {len(data)} bytes")
        (checksum,) = struct.unpack(">I", data[end - 4 : end])
        if zlib.crc32(data[place + 4 : end - 4]) != checksum:
            raise ValueError("a part of it is not what was written")
        name = data[place + 4 : place + 8]
        yield name, data[place + 8 : end - 4]
        place = end


def _bare(data: bytes, *, as_grey: bool) -> bytes:
    """Return a PNG file with its samples alone.

    The decoder applies a palette, and prints warnings about profiles and transparency.

    Parameters
    ----------
    data
        The file.
    as_grey
        Call the numbers of a palette grey.
    """
    written = [data[:_PNG_HEAD]]
    for name, content in _chunks(data):
        if name == b"IHDR" and as_grey:
            grey = content[:_COLOR_TYPE] + bytes([_GREY]) + content[_COLOR_TYPE + 1 :]
            written += _chunk(name, grey)
        elif name in {b"IHDR", b"IDAT", b"IEND"}:
            written += _chunk(name, content)
    return b"".join(written)


def _chunk(name: bytes, content: bytes) -> tuple[bytes, ...]:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)), name, content, struct.pack(">I", checksum)


def read_jpeg(path: Path, _: ReadOptions) -> Decoded:
    """Read a JPEG file; see `read_image` for errors."""
    import imagecodecs

    data = path.read_bytes()
    if data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
        # The decoder would fill the rest of a picture without its end mark with grey.
        raise ValueError("the picture does not end")
    array = np.asarray(imagecodecs.jpeg8_decode(data))
    if array.ndim == 3 and array.shape[2] != len(COLORS):
        raise DataError(
            path,
            "it is a picture for printing (CMYK)",
            value=f"{array.shape[2]} channels",
            allowed="grey or RGB pictures",
            hint="save the microscope's own file as TIFF",
        )
    return _picture(array)


def _picture(array: NDArray[Any]) -> Decoded:
    """Return decoded rows, columns and perhaps colors."""
    rgb = array.ndim == 3 and array.shape[2] == len(COLORS)
    ordered = in_image_order(array, "yxc"[: array.ndim])
    return Decoded(ordered, names=COLORS if rgb else (), rgb=rgb)
