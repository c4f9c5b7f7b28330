"""The kind of a weights file by its first bytes: people give one kind for another."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

__all__ = ["MISSING", "SAFETENSORS", "SAVED", "SCRIPT", "kind_of"]

EMPTY: Final = "an empty file"
WEB_PAGE: Final = "a web page"
POINTER: Final = "a pointer of Git LFS, not the file itself"
DAMAGED: Final = "a zip that is cut off or damaged"
MISSING: Final = frozenset({EMPTY, WEB_PAGE, POINTER, DAMAGED})
"""What stands where the file should be, after a download that went wrong."""
SCRIPT: Final = "a TorchScript file"
SAVED: Final = "a file of torch.save"
SAFETENSORS: Final = "a safetensors file"
_HEAD: Final = 512
_STARTS: Final = {
    b"\x89HDF\r\n\x1a\n": "an HDF5 file, as Keras writes it",
    b"version https://git-lfs": POINTER,
    b"\x80\x02": SAVED,
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\x93NUMPY": "a NumPy array",
}
_TEXTS: Final = {
    b"<!doctype html": WEB_PAGE,
    b"<html": WEB_PAGE,
    b"<?xml": "an XML file, as OpenVINO writes it",
    b"{": "a JSON file",
}
_MEMBERS: Final[dict[str, Callable[[str], bool]]] = {
    # In this order: TorchScript has the data.pkl of torch.save too.
    SCRIPT: lambda name: name.endswith("/constants.pkl"),
    "a program of torch.export": lambda name: name.endswith(
        ("archive_format", "serialized_exported_program.json")
    ),
    SAVED: lambda name: name.endswith("/data.pkl"),
    "a Keras file": lambda name: name == "model.weights.h5",
    "a SavedModel of TensorFlow": lambda name: name.endswith("saved_model.pb"),
    "a file of NumPy arrays": lambda name: name.endswith(".npy"),
    "a package": lambda name: name.endswith("rdf.yaml"),
}


def kind_of(path: Path) -> str | None:
    """Return the kind of a file in words, ``None`` if it is of none of the known ones."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        return EMPTY
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    return SAFETENSORS if _is_safetensors(head, path) else _kind_by_start(head)


def _is_safetensors(head: bytes, path: Path) -> bool:
    """Return whether a file begins with the length of a header in JSON."""
    return head[8:9] == b"{" and 0 < int.from_bytes(head[:8], "little") < path.stat().st_size


def _kind_by_start(head: bytes) -> str | None:
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite file"
    found = next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)
    text = head.lstrip().lower()
    return found or next((kind for start, kind in _TEXTS.items() if text.startswith(start)), None)


def _kind_of_zip(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return DAMAGED
    kinds = (kind for kind, fits in _MEMBERS.items() if any(map(fits, names)))
    return next(kinds, "a zip of other files")
