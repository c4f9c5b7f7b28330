"""An image to image result: its tensors are all that there is, and all its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images import Calibration
from deepbacs_zoo.results.overlay import canvas
from deepbacs_zoo.results.types import NoObjects, Result

__all__ = ["FILES", "content", "draw", "read", "table", "writers"]

FILES: Final = ()


def content(
    settings: object,
    found: object,
    size: Mapping[str, int],
    seen: Mapping[str, int],
    calibration: Calibration,
) -> NoObjects:
    """Return that there are no objects."""
    return NoObjects()


def writers(found: NoObjects, result: Result) -> dict[str, Callable[[Path], None]]:
    """Return nothing to write beside the tensors."""
    return {}


def read(paths: Sequence[Path], calibration: Calibration) -> NoObjects:
    """Return that there are no objects."""
    return NoObjects()


def table(found: NoObjects) -> str:
    """Return no table."""
    return ""


def draw(preview: NDArray[np.generic], found: NoObjects) -> NDArray[np.uint8]:
    """Return the preview, ``y x`` or ``y x 3`` of any type, as ``y x 3`` uint8."""
    return canvas(preview)
