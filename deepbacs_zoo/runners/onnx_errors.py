"""The complaints of ONNX Runtime in one sentence each; they are known by their words alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import DeepbacsZooError, PackageError, UnsupportedError
from deepbacs_zoo.runners.base import first_line, out_of_memory
from deepbacs_zoo.runners.file_kinds import kind_of
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["computing_error", "is_memory", "loading_error", "message_of"]

Cause = tuple[str, str, str]
"""The fault, the value found and what was allowed."""

_OPERATOR: Final = "the graph has an operator that ONNX Runtime does not know"
_KNOWN: Final = "operators of ONNX and of ONNX Runtime"


def _operator(match: re.Match[str]) -> Cause:
    found = match.groupdict()
    domain = found.get("domain") or ""
    opset = f", opset {found['opset']}" if found.get("opset") else ""
    return _OPERATOR, (f"{domain}:" if domain else "") + found["name"] + opset, _KNOWN


_CAUSES: Final[Mapping[str, Callable[[re.Match[str]], Cause]]] = {
    r"Unsupported model IR version: (\d+), max supported IR version: (\d+)": lambda m: (
        "the graph is newer than this ONNX Runtime",
        f"IR version {m[1]}",
        f"IR version {m[2]} or older",
    ),
    r"Opset (\d+) is under development.* for domain (\S+) is till opset (\d+)": lambda m: (
        "the graph is newer than this ONNX Runtime",
        f"opset {m[1]} of {m[2]}",
        f"opset {m[3]} or older",
    ),
    r"(?P<domain>[\w.-]+):(?P<name>\w+)\(-?\d+\) is not a registered function/op": _operator,
    r"In Node, \(\".*?\", (?P<name>\w+), \"(?P<domain>[^\"]*)\".* No opset import for domain": (
        _operator
    ),
    r"No Op registered for (?P<name>\w+) with domain_version of (?P<opset>\d+)": _operator,
    r"Could not find an implementation for (\w+)\((\d+)\)": lambda m: (
        "ONNX Runtime cannot compute an operator of the graph in its type of numbers",
        f"{m[1]}, opset {m[2]}",
        "operators on float32, or those that this device has on another type",
    ),
    r"(?:MLDataType for: |Type ')(tensor\(\w+\))(?: is not|' of input)": lambda m: (
        "the graph has a type of numbers that ONNX Runtime cannot take here",
        m[1],
        "float32, and the other types that its operators take",
    ),
}
"""What a newer engine, or another one, could run."""


def loading_error(
    package: Package, weights: Weights, error: BaseException, version: str
) -> DeepbacsZooError:
    """Return the error of a graph that was refused.

    Parameters
    ----------
    package, weights
        The package, and which of its weights.
    error
        The engine's exception.
    version
        The engine's version.
    """
    if is_memory(error):
        return out_of_memory("ONNX Runtime", {})
    place = f"{package.path}/{weights.file.path}"
    text = _plain(error)
    cause = next(
        (build(match) for words, build in _CAUSES.items() if (match := re.search(words, text))),
        None,
    )
    if cause is not None:
        what, value, allowed = cause
        newer = "update onnxruntime" if "newer" in what else "ask its authors for another export"
        return UnsupportedError(
            place,
            what,
            value=value,
            allowed=f"{allowed} (onnxruntime {version})",
            hint=newer,
        )
    kind = kind_of(package.file_path(weights.file))
    return PackageError(
        place,
        "ONNX Runtime cannot load this graph" if kind is None else "it is no ONNX graph",
        value=message_of(error) if kind is None else kind,
        allowed=f"an ONNX file that onnxruntime {version} reads",
        hint="get the package again",
    )


def computing_error(error: BaseException) -> PackageError:
    """Return the error of a graph that failed while it ran."""
    return PackageError(
        "onnx weights",
        "ONNX Runtime cannot compute this graph on the given tensors",
        value=message_of(error),
        allowed="sizes, types and operators that the package's description promises",
        hint="run: deepbacs-zoo validate PACKAGE",
    )


def message_of(error: BaseException) -> str:
    """Return the engine's own cause, shortened."""
    return first_line(RuntimeError(_plain(error)))


def _plain(error: BaseException) -> str:
    # The cause stands behind a number, a kind, the file name, and sometimes a C++ signature.
    text = " ".join(str(error).split()).removeprefix("[ONNXRuntimeError] : ")
    what = text.lstrip("0123456789 :")
    if what.partition(" : ")[2].startswith("Load model from "):
        what = what.partition(" failed:")[2]
    return re.sub(r"^\S*/onnxruntime/\S+ .*?\) (?=[A-Z])", "", what)


def is_memory(error: BaseException) -> bool:
    """Return whether the engine ran out of memory."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(
        sign in text
        for sign in ("failed to allocate", "bad_alloc", "out of memory", "bad allocation")
    )
