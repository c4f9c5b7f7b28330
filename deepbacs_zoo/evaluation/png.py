"""The few lines that an eight-bit PNG takes.

Pillow would do it too; without it the bytes depend on nothing but zlib, so that two runs write the
same file, and this subpackage needs no picture library.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["encode_png"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# PNG's number for what a pixel is, by its count of values.
_COLOR_TYPE: Final = {1: 0, 3: 2}


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG file.

    Parameters
    ----------
    pixels
        uint8: ``y x`` grey, or ``y x 3`` red green blue.

    Returns
    -------
    bytes
        The file, as the PNG specification (ISO/IEC 15948) lays it out: header, data, end.
    """
    height, width = pixels.shape[:2]
    values = pixels.reshape(height, -1)
    kind = _COLOR_TYPE[values.shape[1] // width]
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    # Each row starts with its filter: 2 (difference to the row above) suits photographs, and 0
    # (as it is) drawings of few colours.
    rows = np.zeros((2, height, 1 + values.shape[1]), np.uint8)
    rows[0, :, 1:] = values
    rows[1, :, 0] = 2
    rows[1, :, 1:] = np.diff(values, axis=0, prepend=np.zeros((1, values.shape[1]), np.uint8))
    data = min((zlib.compress(each.tobytes(), 9) for each in rows), key=len)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
