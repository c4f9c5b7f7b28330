"""Fields of a protocol buffer, the form of ONNX files, read without the packages onnx and protobuf.

A message is a sequence of fields, each a number with its wire type and a value.  Values that are
bytes (texts, arrays, messages) are given by their place, so that weights of gigabytes are passed
over.  Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

__all__ = ["Span", "fields"]

_VARINT: Final = 0
_BYTES: Final = 2
_FIXED: Final = {1: 8, 5: 4}
_LONGEST_TEXT: Final = 4096


@dataclass(frozen=True)
class Span:
    """The bytes of a value: where they begin in the file, and where they end."""

    start: int
    end: int

    def read(self, stream: IO[bytes]) -> bytes:
        """Return the bytes, no more than a text needs: names and paths are read, arrays are not."""
        stream.seek(self.start)
        return stream.read(min(self.end - self.start, _LONGEST_TEXT))


def fields(stream: IO[bytes], message: Span) -> Iterator[tuple[int, int | Span]]:
    """Yield number and value of each field of a message; numbers of fixed length are left out.

    Raises
    ------
    ValueError
        It is no protocol buffer, or cut off.
    """
    position = message.start
    while position < message.end:
        stream.seek(position)
        key = _varint(stream)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value: int | Span | None = _varint(stream)
            position = stream.tell()
        elif wire == _BYTES:
            length = _varint(stream)
            value = Span(stream.tell(), stream.tell() + length)
            position = value.end
        elif wire in _FIXED:
            value = None
            position = stream.tell() + _FIXED[wire]
        else:
            raise ValueError(f"wire type {wire}")
        if position > message.end:
            raise ValueError("it is cut off")
        if value is not None:
            yield number, value


def _varint(stream: IO[bytes]) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = stream.read(1)
        if not byte:
            raise ValueError("it is cut off")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("a number of more than ten bytes")
