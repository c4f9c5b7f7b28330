"""IR version, opset and number types of an ONNX file, read without onnx or onnxruntime.

Of ``ModelProto`` field 1 (``ir_version``) and field 8 (``opset_import``: field 1 domain, field 2
version) are read, and of its graph (field 7) the types (field 2) of the initializers (field 5);
everything else is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.protobuf import Span, fields

__all__ = ["OnnxHeader", "read_onnx_header"]

_STANDARD: Final = frozenset({"", "ai.onnx"})
"""Names of ONNX's own set of operators."""
_HALF: Final = {10: "float16", 16: "bfloat16"}
"""Types of half precision by their number in ``TensorProto.DataType``."""


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
    found: dict[int, list[int | Span | None]] = {}
    for number, value in fields(stream, Span(0, path.stat().st_size)):
        found.setdefault(number, []).append(value)
    versions = [value for value in found.get(1, ()) if isinstance(value, int)]
    ir_version = versions[-1] if versions else 0
    if not ir_version:
        raise _no_model(path, "no IR version")
    opsets = dict(_opset(stream, span) for span in found.get(8, ()) if isinstance(span, Span))
    graphs = (_half(stream, span) for span in found.get(7, ()) if isinstance(span, Span))
    half = next(filter(None, graphs), "")
    own = max((opsets[name] for name in _STANDARD if name in opsets), default=0)
    return OnnxHeader(ir_version, own, tuple(sorted(opsets.keys() - _STANDARD)), half)


def _opset(stream: IO[bytes], span: Span) -> tuple[str, int]:
    domain, version = "", 0
    for number, value in fields(stream, span):
        if number == 1 and isinstance(value, Span):
            domain = value.read(stream).decode("utf-8", "replace")
        elif number == 2 and isinstance(value, int):
            version = value
    return domain, version


def _half(stream: IO[bytes], span: Span) -> str:
    """Return the type of the first initializer of a graph in half precision."""
    for number, tensor in fields(stream, span):
        if number == 5 and isinstance(tensor, Span):
            for field, value in fields(stream, tensor):
                if field == 2 and value in _HALF:
                    return _HALF[value]
    return ""


def _no_model(path: Path, found: str) -> PackageError:
    return PackageError(
        path.name,
        "the file is no ONNX model",
        value=found,
        allowed="a protocol buffer of type ModelProto",
        hint="export the weights again",
    )
