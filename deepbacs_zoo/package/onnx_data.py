"""Files that an ONNX graph keeps its weights in, found without the package onnx.

A tensor names its file in ``TensorProto.external_data``; tensors stand among the initializers of a
graph and in attributes of nodes, also of graphs inside (branches, loops) and of local functions.
Specification: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final

from deepbacs_zoo.package.protobuf import Span, fields

__all__ = ["external_locations"]

_DEEPEST: Final = 64

_Table = Mapping[str, Mapping[int, str]]

# Kinds of messages, and which of their fields hold which kind.
_MESSAGES: Final[_Table] = MappingProxyType(
    {
        "model": {7: "graph", 25: "function"},
        "function": {7: "node"},
        "graph": {1: "node", 5: "tensor", 15: "sparse"},
        "node": {5: "attribute"},
        "attribute": {
            5: "tensor",
            6: "graph",
            10: "tensor",
            11: "graph",
            22: "sparse",
            23: "sparse",
        },
        "sparse": {1: "tensor", 2: "tensor"},
        "tensor": {13: "entry"},
    }
)


def external_locations(path: Path) -> tuple[str, ...]:
    """Return the locations that a graph names, as it writes them, each once.

    None are found in a file that is no ONNX graph: the engine that loads it says what is wrong.
    """
    try:
        with path.open("rb") as stream:
            found = list(_locations(stream, Span(0, path.stat().st_size), "model", 0))
    except ValueError:
        return ()
    return tuple(dict.fromkeys(found))


def _locations(stream: IO[bytes], message: Span, kind: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise ValueError("messages inside messages without end")
    inside = _MESSAGES[kind]
    for number, value in fields(stream, message):
        child = inside.get(number)
        if child is None or not isinstance(value, Span):
            continue
        if child == "entry":
            yield from _location(stream, value)
        else:
            yield from _locations(stream, value, child, depth + 1)


def _location(stream: IO[bytes], entry: Span) -> Iterator[str]:
    """Yield the value of a pair of texts whose key is ``location``."""
    texts = {
        number: value.read(stream).decode("utf-8", "surrogateescape")
        for number, value in fields(stream, entry)
        if isinstance(value, Span)
    }
    if texts.get(1) == "location":
        yield texts.get(2, "")
