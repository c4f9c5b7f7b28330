"""IR version, opset and number types of an ONNX file, read without onnx or onnxruntime.

An ONNX file is a protocol buffer: a sequence of fields, each a number with its wire type and a
value.  Of ``ModelProto`` field 1 (``ir_version``) and field 8 (``opset_import``: field 1 domain,
field 2 version) are read, and of its graph (field 7) the types (field 2) of the initializers (field
5); everything else is jumped over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from deepbacs_zoo.errors import PackageError

__all__ = ["OnnxHeader", "read_onnx_header"]

_STANDARD: Final = frozenset({"", "ai.onnx"})
"""Names of ONNX's own set of operators."""
_VARINT: Final = 0
_BYTES: Final = 2
_FIXED: Final = {1: 8, 5: 4}
_HALF: Final = {10: "float16", 16: "bfloat16"}
"""Types of half precision by their number in ``TensorProto.DataType``."""
_Span = tuple[int, int]
"""The bytes of a message: where it begins and where it ends."""


@dataclass(frozen=True)
class OnnxHeader:
    """IR version and opset: they decide whether a runtime can load the file.

    Parameters
    ----------
    ir_version
        Version of the file format.
    opset
        Version of ONNX's own operators; 0 when the file uses none.
    foreign
        Other operator domains.
    half
        ``float16`` or ``bfloat16`` where weights are stored so, else an empty text.
    """

    ir_version: int
    opset: int
    foreign: tuple[str, ...] = ()
    half: str = ""


def read_onnx_header(path: Path) -> OnnxHeader:
    """Read the header of an ONNX file.

    Raises
    ------
    PackageError
        The file is no ONNX model.
    """
    try:
        with path.open("rb") as stream:
            return _header(stream, path)
    except ValueError as error:
        raise _no_model(path, str(error)) from error


def _header(stream: IO[bytes], path: Path) -> OnnxHeader:
    ir_version, opsets, half = 0, dict[str, int](), ""
    for number, value in _fields(stream, (0, path.stat().st_size)):
        if number == 1 and isinstance(value, int):
            ir_version = value
        elif number == 7 and isinstance(value, tuple):
            half = half or _half(stream, value)
        elif number == 8 and isinstance(value, tuple):
            domain, version = _opset(stream, value)
            opsets[domain] = version
    if not ir_version:
        raise _no_model(path, "no IR version")
    own = max((opsets[name] for name in _STANDARD if name in opsets), default=0)
    return OnnxHeader(ir_version, own, tuple(sorted(opsets.keys() - _STANDARD)), half)


def _opset(stream: IO[bytes], span: _Span) -> tuple[str, int]:
    domain, version = "", 0
    for number, value in _fields(stream, span):
        if number == 1 and isinstance(value, tuple):
            domain = stream.read(value[1] - value[0]).decode("utf-8", "replace")
        elif number == 2 and isinstance(value, int):
            version = value
    return domain, version


def _half(stream: IO[bytes], span: _Span) -> str:
    """Return the type of the first initializer of a graph in half precision."""
    for number, tensor in _fields(stream, span):
        if number == 5 and isinstance(tensor, tuple):
            for field, value in _fields(stream, tensor):
                if field == 2 and value in _HALF:
                    return _HALF[value]
    return ""


def _fields(stream: IO[bytes], span: _Span) -> Iterator[tuple[int, int | _Span | None]]:
    """Yield number and value of each field of a message; of bytes where they begin and end.

    The stream may be read from in between: it stands at the beginning of such bytes.
    """
    place, end = span
    while place < end:
        stream.seek(place)
        key = _varint(stream)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value = _varint(stream)
            place = stream.tell()
            yield number, value
        elif wire == _BYTES:
            length = _varint(stream)
            begin, place = stream.tell(), stream.tell() + length
            if place > end:
                raise ValueError("it is cut off")
            yield number, (begin, place)
        elif wire in _FIXED:
            place = stream.tell() + _FIXED[wire]
            yield number, None
        else:
            raise ValueError(f"wire type {wire}")


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


def _no_model(path: Path, found: str) -> PackageError:
    return PackageError(
        path.name,
        "the file is no ONNX model",
        value=found,
        allowed="a protocol buffer of type ModelProto",
        hint="export the weights again",
    )
