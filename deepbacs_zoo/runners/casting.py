"""Tensors in the type of number that a network takes, and its outputs in one that NumPy has.

A description knows no half precision, and graphs have it; so a tensor is cast where the network
takes it, if nothing but digits is lost.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import DataError, PackageError
from deepbacs_zoo.runners.base import Array

__all__ = ["BFLOAT16", "HALF_MAX", "cast", "from_bfloat16", "to_bfloat16", "widened"]

BFLOAT16: Final = "bfloat16"
"""The type of 16 bits with the range of float32, which NumPy does not have."""
HALF_MAX: Final = 65504.0
"""The largest number of float16."""


def cast(tensor_id: str, array: Array, dtype: str) -> Array:
    """Return an array in the type that a network takes.

    Parameters
    ----------
    tensor_id
        The input, for messages.
    array
        Any axes, any type of number.
    dtype
        NumPy's name of a type, or ``bfloat16``, for which float32 is returned.

    Raises
    ------
    PackageError
        The network takes whole numbers, and these have fractions or are beyond its type.
    DataError
        The network takes float16, and these are beyond it.
    """
    target = np.dtype("float32" if dtype == BFLOAT16 else dtype)
    if array.dtype == target:
        return array
    if target.kind in "uib":
        return _whole(tensor_id, array, target)
    with np.errstate(over="ignore"):
        found = array.astype(target)
    if target == np.float16 and bool((np.isinf(found) & np.isfinite(array)).any()):
        raise DataError(
            f"input '{tensor_id}'",
            "after preprocessing it holds values beyond the network's half precision",
            value=_range(array),
            allowed=f"-{HALF_MAX:g} to {HALF_MAX:g} (float16)",
            hint="give an image with smaller values, or ask the package's authors for weights in "
            "float32",
        )
    return found


def _whole(tensor_id: str, array: Array, target: np.dtype[Any]) -> Array:
    limits = None if target.kind == "b" else np.iinfo(target)
    least, most = (0, 1) if limits is None else (int(limits.min), int(limits.max))
    fits = array.dtype.kind != "f" or bool((array == np.rint(array)).all())
    if fits and array.size:
        fits = bool(array.min() >= least) and bool(array.max() <= most)
    if not fits:
        raise PackageError(
            f"input '{tensor_id}'",
            "the network takes whole numbers, and the package's preprocessing gives others",
            value=f"{array.dtype}, {_range(array)}",
            allowed=f"whole numbers from {least} to {most} ({target})",
            hint="export the network with inputs of float32, or end the preprocessing with "
            f"ensure_dtype to {target} (format 0.5)",
        )
    return array.astype(target)


def _range(array: Array) -> str:
    least, most = array.min(initial=np.inf), array.max(initial=-np.inf)
    return f"{float(least):g} to {float(most):g}"


def widened(array: Array) -> Array:
    """Return an output with half precision as float32, any other as it is."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def to_bfloat16(array: Array) -> npt.NDArray[np.uint16]:
    """Return the bits of bfloat16, to the nearest and half to even, of float32 of any axes."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32)
    rounded = (bits + (0x7FFF + ((bits >> 16) & 1))) >> 16
    return np.where(np.isnan(array), 0x7FC0, rounded).astype(np.uint16)


def from_bfloat16(bits: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """Return the float32 that bits of bfloat16 stand for; axes stay."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
