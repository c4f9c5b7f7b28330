"""Read golden vectors of decoding, whatever the kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from deepbacs_zoo.package.zoo_config import Decoding, read_decoding

FOLDER = Path(__file__).parent


def golden(kind: str) -> list[dict[str, Any]]:
    """The entries of a kind of decoding."""
    return json.loads((FOLDER / f"{kind}.json").read_text("utf-8"))


def tensor_of(entry: dict[str, Any]) -> np.ndarray:
    """The tensor of an entry; numbers that JSON does not have stand as text."""
    return np.array([float(value) for value in entry["tensor"]], np.float32).reshape(entry["shape"])


def size_of(entry: dict[str, Any]) -> tuple[int, int] | None:
    """Height and width of the image, where the tensor does not say them."""
    return tuple(entry["size"]) if entry["size"] else None


def settings_of(kind: str, settings: dict[str, Any]) -> Decoding:
    """Settings from the fields of the ``decode`` block."""
    found = read_decoding({"decode": {"kind": kind, **settings}})
    assert found is not None
    return found
