"""IR version and opset of an ONNX file, read without onnx or onnxruntime.

An ONNX file is a protocol buffer: a sequence of fields, each a number with its wire type and a
value.  Of ``ModelProto`` only field 1 (``ir_version``) and field 8 (``opset_import``: field 1
domain, field 2 version) are read; the graph, field 7, is jumped over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from deepbacs_zoo.errors import PackageError

__all__ = ["OnnxHeader", "read_onnx_header"]

_STANDARD: Final = frozenset({"", "ai.onnx"})
"""Names of ONNX's own set of operators."""
_VARINT: Final = 0
_BYTES: Final = 2
_FIXED: Final = {1: 8, 5: 4}
_LARGEST_KEPT: Final = 4096


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
    """

    ir_version: int
    opset: int
    foreign: tuple[str, ...] = ()


def read_onnx_header(path: Path) -> OnnxHeader:
    """Read the header of an ONNX file.

    Raises
    ------
    PackageError
        The file is no ONNX model.
    """
    try:
        with path.open("rb") as stream:
            ir_version, opsets = _versions(stream, path.stat().st_size)
    except ValueError as error:
        raise _no_model(path, str(error)) from error
    if not ir_version:
        raise _no_model(path, "no IR version")
    own = max((opsets[name] for name in _STANDARD if name in opsets), default=0)
    return OnnxHeader(ir_version, own, tuple(sorted(opsets.keys() - _STANDARD)))


def _versions(stream: IO[bytes], size: int) -> tuple[int, dict[str, int]]:
    """Return the IR version, 0 where there is none, and the opset of each domain."""
    ir_version, opsets = 0, {}
    for number, value in _fields(stream, size):
        if number == 1 and isinstance(value, int):
            ir_version = value
        elif number == 8 and isinstance(value, bytes):
            domain, version = _opset(value)
            opsets[domain] = version
    return ir_version, opsets


def _opset(message: bytes) -> tuple[str, int]:
    domain, version = "", 0
    for number, value in _fields(BytesIO(message), len(message)):
        if number == 1 and isinstance(value, bytes):
            domain = value.decode("utf-8", "replace")
        elif number == 2 and isinstance(value, int):
            version = value
    return domain, version


def _fields(stream: IO[bytes], size: int) -> Iterator[tuple[int, int | bytes | None]]:
    """Yield number and value of each field; ``None`` for values that were jumped over."""
    while stream.tell() < size:
        key = _varint(stream)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            yield number, _varint(stream)
        elif wire == _BYTES:
            length = _varint(stream)
            if stream.tell() + length > size:
                raise ValueError("it is cut off")
            if length > _LARGEST_KEPT:
                stream.seek(length, 1)
                yield number, None
            else:
                yield number, stream.read(length)
        elif wire in _FIXED:
            stream.seek(_FIXED[wire], 1)
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
