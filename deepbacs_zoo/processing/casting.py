"""Casts that give the same numbers on every computer, and never a number for NaN."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.processing.tensor import Array

__all__ = ["cast", "refuse_nan"]

_HALF: Final = 2.0**63


def cast(array: Array, dtype: np.dtype[Any]) -> Array:
    """Cast an array of any axes to another dtype; the array itself where it has that already.

    From float to integer the fraction is cut off (towards zero).  A number beyond the integer type
    wraps: modulo two to its number of bits.  C leaves that open and processors differ, so it is
    done over 64 bits here; bioimageio.core gives the same on the usual ones.

    Raises
    ------
    DataError
        A number that is no number, infinite or beyond 64 bits would become an integer, or NaN a
        truth value.
    """
    if array.dtype.kind != "f" or dtype.kind == "f":
        return array.astype(dtype, copy=False)
    if dtype.kind == "b":
        refuse_nan(array, "ensure_dtype")
        return array.astype(dtype)
    return _to_integers(array, dtype) if array.size else array.astype(dtype)


def _to_integers(array: Array, dtype: np.dtype[Any]) -> Array:
    """Cast an array of fractions that is not empty."""
    above = 2 * _HALF if dtype == np.uint64 else _HALF
    if not (array.min() >= -_HALF and array.max() < above):
        raise DataError(
            "processing step ensure_dtype",
            "a tensor holds NaN, infinity or a number beyond 64 bits, which no integer can stand "
            "for",
            value=f"{array.min()} to {array.max()}",
            allowed=f"numbers of the type {dtype}",
            hint="look for the cause in the image or the network's output",
        )
    if dtype == np.uint64 and array.max() >= _HALF:
        small = array < _HALF
        signed = np.where(small, array, 0).astype(np.int64)
        return np.where(small, signed.astype(dtype), np.maximum(array, 0).astype(dtype))
    return array.astype(np.int64).astype(dtype, copy=False)


def refuse_nan(array: Array, name: str) -> None:
    """Raise where an operation would turn NaN of an array (any axes and dtype) into a number."""
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise DataError(
            f"processing step {name}",
            "a tensor holds NaN",
            value=f"{np.count_nonzero(np.isnan(array))} of {array.size} values",
            allowed="numbers",
            hint="look for the cause in the image or the network's output",
        )
