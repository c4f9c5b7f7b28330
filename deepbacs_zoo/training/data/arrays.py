"""Arrays of images and targets: padded, changed alike, and in the dtypes of the losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks import Target

__all__ = ["mapped", "padded", "typed"]

Array = NDArray[Any]


def padded(image: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Mirror the last two axes of float32 at their ends up to a size; larger arrays stay."""
    missing = [(0, 0)] * (image.ndim - 2) + [
        (0, max(0, requested - found))
        for requested, found in zip((height, width), image.shape[-2:], strict=True)
    ]
    return np.pad(image, missing, mode="symmetric") if any(map(any, missing)) else image


def mapped(change: Callable[[Array], Array], target: Target) -> Target:
    """Change every array of a target, whatever its axes and dtype."""
    if isinstance(target, Mapping):
        return {name: change(array) for name, array in target.items()}
    return change(target)


def typed(array: Array) -> Array:
    """Return an array of any axes in a dtype of PyTorch's losses: float32, int64 for integers."""
    return np.ascontiguousarray(array, np.float32 if array.dtype.kind == "f" else np.int64)
