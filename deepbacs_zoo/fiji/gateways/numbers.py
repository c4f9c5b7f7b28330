"""Numbers of any type as those that ImageJ has: uint8, uint16 and float32.

============================  ==========================================================
given                         in ImageJ
============================  ==========================================================
uint8, uint16, float32        as they are, whatever their byte order
bool                          uint8, 0 and 1
other integers                uint8 or uint16 if all values fit, else float32 if that holds
                              each of them exactly (all up to 16,777,216 it does)
float16, float64              float32: rounded, and refused where a number would be infinite
============================  ==========================================================

Nothing else passes, and the array that was given stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError

__all__ = ["blocks_of", "stored_dtype"]

_NATIVE: Final = ("uint8", "uint16", "float32")
_ALLOWED: Final = "uint8, uint16, float32, or bool, integers and floats that these can hold"
_EXACT: Final = 2**24
# What is looked at at a time stays in the processor's cache.
_BLOCK: Final = 2**18


def stored_dtype(array: NDArray[Any], where: str) -> np.dtype[Any]:
    """Return the type that an array's numbers have in ImageJ.

    Parameters
    ----------
    array
        Values along any axes, of any dtype; at least one.
    where
        Its name in messages.

    Raises
    ------
    DataError
        ImageJ has no type for them; the message names the value that does not fit.
    """
    dtype = array.dtype
    if dtype.newbyteorder("=").name in _NATIVE:
        return dtype.newbyteorder("=")
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    if dtype.kind in "iu":
        return _of_integers(array, where)
    if dtype.kind == "f":
        _check_range(array, where)
        return np.dtype(np.float32)
    raise DataError(
        where,
        "ImageJ has no images of such numbers",
        value=dtype,
        allowed=_ALLOWED,
        hint="hand over their real part, or another plain number of each pixel",
    )


def _of_integers(array: NDArray[Any], where: str) -> np.dtype[Any]:
    low, high = int(array.min()), int(array.max())
    for plain in (np.uint8, np.uint16):
        if low >= 0 and high <= np.iinfo(plain).max:
            return np.dtype(plain)
    if max(-low, high) > _EXACT:
        for block in _pieces(array):
            wrong = _inexact(block)
            if wrong is not None:
                raise DataError(
                    where,
                    "ImageJ's numbers cannot hold this value exactly",
                    value=f"{wrong}, {array.dtype}",
                    allowed=_ALLOWED,
                    hint="take an offset off, number labels from 1, or use array.astype('float32') "
                    "if rounding is meant",
                )
    return np.dtype(np.float32)


def _inexact(block: NDArray[Any]) -> int | None:
    """Return the first integer that float32 does not hold, ``None`` without one."""
    rounded = block.astype(np.float32)
    with np.errstate(invalid="ignore"):  # beyond the largest integer
        wrong = rounded.astype(block.dtype) != block
    # The largest integers are rounded to a power of two that their type does not hold.
    wrong |= rounded >= np.float32(np.iinfo(block.dtype).max)
    return int(block[wrong][0]) if wrong.any() else None


def _check_range(array: NDArray[Any], where: str) -> None:
    if array.dtype.itemsize <= 4:
        return
    limit = float(np.finfo(np.float32).max)
    for block in _pieces(array):
        wrong = np.isfinite(block) & (np.abs(block) > limit)
        if wrong.any():
            raise DataError(
                where,
                "ImageJ's numbers would make this value infinite",
                value=f"{block[wrong][0]:g}, {array.dtype}",
                allowed=f"numbers up to {limit:g}",
                hint="scale the image",
            )


def _pieces(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Walk through an array's values in the order of memory."""
    return iter(
        np.nditer(array, ["external_loop", "buffered"], ["readonly"], order="K", buffersize=_BLOCK)
    )


def blocks_of(array: NDArray[Any], dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    """Give an array's values of a type from `stored_dtype`, in C order and in pieces.

    Each is one row, of native byte order and in one piece of memory, which may be that of the array
    and may be used again for the next one.

    Parameters
    ----------
    array
        Axes ``t z c y x``, any dtype.
    dtype
        uint8, uint16 or float32.
    """
    if array.dtype == dtype and array.flags.c_contiguous:
        yield array.reshape(-1)
        return
    buffer: NDArray[Any] | None = None
    for index in np.ndindex(*array.shape[:-2]):
        plane = array[index]
        if buffer is None:
            buffer = np.empty(plane.shape, dtype)
        np.copyto(buffer, plane, casting="unsafe")
        yield buffer.reshape(-1)
