"""The format of ROI files, read as class ``ij.io.RoiDecoder`` of ImageJ 1.54p reads it.

Big-endian: 64 bytes of header, coordinates, 64 bytes of second header, the name in UTF-16.  What
a field means depends on the version in the header.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images.rois.curves import (
    ellipse,
    flatten,
    path_segments,
    rotated_rectangle,
    rounded_rectangle,
)
from deepbacs_zoo.images.rois.roi import Bounds, Position, Roi
from deepbacs_zoo.images.rois.splines import spline

__all__ = ["read_roi"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_HEADER: Final = 64
_TYPES: Final = (
    "polygon",
    "rectangle",
    "oval",
    "line",
    "freehand line",
    "segmented line",
    "nothing",
    "freehand",
    "traced",
    "angle",
    "point",
)
_CLOSED: Final = frozenset({"polygon", "freehand", "traced", "ellipse", "rotated rectangle"})
_LINES: Final = frozenset({"line", "freehand line", "segmented line", "angle"})
_SUBTYPES: Final = {
    (1, "rectangle"): ("text", 218),
    (2, "line"): ("arrow", 0),
    (4, "rectangle"): ("image", 221),
}
"""What is laid over images by its subtype and type, and the version since when."""
_TURNED: Final = {3: ("ellipse", ellipse), 5: ("rotated rectangle", rotated_rectangle)}
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_SPLINE: Final = 1
_SUB_PIXEL: Final = 128
_UNSIGNED: Final = -5000
"""Numbers of 16 bits below this are meant without a sign."""
_FARTHEST: Final = 2.0**31
_LONGEST: Final = 99999
"""Pixels of the longest side of a rectangle."""


def read_roi(data: bytes, name: str = "") -> Roi:
    """Read a ROI.

    Parameters
    ----------
    data
        The content of a ``.roi`` file, or of one ROI in a TIFF file of ImageJ.
    name
        Its name; else the one inside.

    Raises
    ------
    ValueError
        The data are no ROI, or damaged.
    """
    if data[:2] != b"Io":
        raise ValueError("this is no ROI of ImageJ")
    decoder = _Decoder(data)
    return replace(decoder.roi(name), properties=decoder.properties())


class _Decoder:
    """Fields of a file, each where and as ImageJ reads it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._version = self._short(4)
        self._top, self._left, self._bottom, self._right = map(self._short, (8, 10, 12, 14))
        self._subtype = self._short(48)
        self._options = self._short(50)
        self._sub_pixel = bool(self._options & _SUB_PIXEL) and self._version >= 222

    def roi(self, name: str) -> Roi:
        number = self._data[6]
        if number >= len(_TYPES) or _TYPES[number] == "nothing":
            raise ValueError(f"a ROI of the type {number}, which ImageJ does not have")
        kind, length = _TYPES[number], self._int(36)
        name, position = name or self._name(), self._position()
        if length > 0 and kind == "rectangle":
            parts = flatten(path_segments(self._floats(_HEADER, length)))
            return Roi(name, "composite", _bounds(parts), parts, position=position)
        note, since = _SUBTYPES.get((self._subtype, kind), ("", 0))
        if note and self._version >= since:
            return Roi(name, note, self._frame(), position=position)
        if kind == "line":
            x1, y1, x2, y2 = self._four()
            return Roi(name, kind, _bounds([np.array([[x1, y1], [x2, y2]])]), position=position)
        if kind in ("rectangle", "oval"):
            return self._framed(name, kind, position)
        return self._pointed(name, kind, position)

    def _framed(self, name: str, kind: str, position: Position) -> Roi:
        x0, y0, x1, y1 = bounds = self._frame()
        left, top = int(x0), int(y0)
        width, height = (min(max(math.ceil(side), 1), _LONGEST) for side in (x1 - x0, y1 - y0))
        if kind == "oval":
            return Roi(name, kind, bounds, oval=(left, top, width, height), position=position)
        arc = self._short(54)
        if arc > 0:
            parts = flatten(rounded_rectangle(left, top, width, height, arc))
            return Roi(name, "rounded rectangle", bounds, parts, position=position)
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        return Roi(name, kind, bounds, [corners + np.array((left, top))], position=position)

    def _frame(self) -> Bounds:
        """Return the box of a rectangle or an oval."""
        if self._sub_pixel and self._version >= 223:
            left, top, width, height = self._four()
            return left, top, left + width, top + height
        return self._left, self._top, self._right, self._bottom

    def _pointed(self, name: str, kind: str, position: Position) -> Roi:
        """Return a ROI that has corners of its own, or an ellipse or a turned rectangle."""
        whole, single = self._corners()
        base = (whole if single is None else single).min(axis=0)
        turned = _TURNED.get(self._subtype) if kind == "freehand" else None
        if turned is not None:
            kind, make = turned
            single = make(*self._four(), *self._floats(52, 1).tolist())
            if not single.size:
                return Roi(name, kind, self._frame(), position=position)
            base = np.floor(single.min(axis=0))  # others are relative to their bounds
        relative = whole - base if single is None else single - base
        if self._options & _SPLINE and self._version >= 218 and kind in _CLOSED:
            single = spline(relative, kind, is_whole=single is None) + base.astype(np.float32)
            base = single.min(axis=0)
            relative = single - base
        corners = relative.astype(np.float64) + base
        parts = [corners] if kind in _CLOSED else []
        return Roi(name, kind, _bounds([corners]), parts, position=position)

    def _corners(self) -> tuple[NDArray[np.int64], Singles | None]:
        """Return the corners in whole pixels, and those with fractions, if there are any."""
        (count,) = self._unpack(">H", 16)
        count = count or self._int(18)
        if count <= 0:
            raise ValueError("a ROI without a point")
        words = self._array(">i2", _HEADER, 2 * count).astype(np.int64)
        words = np.maximum(np.where(words < _UNSIGNED, words + 2**16, words), 0)
        whole = words.reshape(2, -1).T + np.array((self._left, self._top))
        if not self._sub_pixel:
            return whole, None
        return whole, self._floats(_HEADER + 4 * count, 2 * count).reshape(2, -1).T

    def _position(self) -> Position:
        second, index = self._int(60), max(self._int(56), 0)
        if 0 < second <= len(self._data) - 36:
            c, z, t = (max(self._int(second + at), 0) for at in (4, 8, 12))
            if c or z or t:
                return Position(0, c, z, t)
        return Position(index)

    def properties(self) -> Mapping[str, str]:
        """Return the properties of the ROI, which are lines of ``java.util.Properties``."""
        lines = self._text(40).splitlines() if self._version >= 224 else []
        pairs = [line.split(": ", 1) for line in lines if ": " in line]
        # Characters beyond 16 bits are two of 16.
        return {
            key: _ESCAPED.sub(_character, value)
            .encode("utf-16", "surrogatepass")
            .decode("utf-16", "replace")
            for key, value in pairs
        }

    def _name(self) -> str:
        return self._text(16)

    def _text(self, at: int) -> str:
        """Return the text whose place and length stand in the second header."""
        second = self._int(60)
        if not 0 < second <= len(self._data) - at - 8:
            return ""
        begin, length = self._int(second + at), self._int(second + at + 4)
        text = self._data[begin : begin + 2 * length] if begin > 0 and length > 0 else b""
        return text.decode("utf-16-be", "replace") if len(text) == 2 * length else ""

    def _four(self) -> tuple[float, float, float, float]:
        """Return the ends of a line, or the place and the size of a box with fractions."""
        a, b, c, d = (float(value) for value in self._floats(18, 4))
        return a, b, c, d

    def _short(self, at: int) -> int:
        value = int(self._unpack(">h", at)[0])
        return value + 2**16 if value < _UNSIGNED else value

    def _int(self, at: int) -> int:
        return int(self._unpack(">i", at)[0])

    def _floats(self, at: int, count: int) -> Singles:
        found = self._array(">f4", at, count).astype(np.float32)
        if not (np.abs(found) <= _FARTHEST).all():
            raise ValueError("a ROI with coordinates that no image has")
        return found

    def _unpack(self, fields: str, at: int) -> tuple[Any, ...]:
        if at < 0 or at + struct.calcsize(fields) > len(self._data):
            raise ValueError("a ROI that is cut off")
        return struct.unpack_from(fields, self._data, at)

    def _array(self, dtype: str, at: int, count: int) -> NDArray[Any]:
        if at + np.dtype(dtype).itemsize * count > len(self._data):
            raise ValueError("a ROI that is cut off")
        return np.frombuffer(self._data, dtype, count, at)


def _character(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16)) if escaped[1] else escaped[2]


def _bounds(parts: Sequence[Floats]) -> Bounds:
    if not parts:
        return 0, 0, 0, 0
    corners = np.concatenate(parts)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)
