"""NumPy's ``.npy`` files, read without trust: no pickles, no allocation before the size is checked.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

NumPy's own reader is not used: on a damaged header it raises errors of many kinds, and it allocates
what a header promises before it looks for the data.
"""

from __future__ import annotations

import ast
import math
import re
from typing import Any, Final

import numpy as np

from deepbacs_zoo.errors import IntegrityError

__all__ = ["parse_npy"]

_MAGIC: Final = b"\x93NUMPY"
# Length of the length, by version of the format.
_LENGTHS: Final = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}
_LONGEST_HEADER: Final = 10_000
_PLAIN: Final = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248])|\?")


def parse_npy(data: bytes, where: str) -> np.ndarray[Any, Any]:
    """Return the array of a ``.npy`` file in native byte order, C-contiguous and writable.

    Its axes and dtype are those of the file.

    Parameters
    ----------
    data
        The whole file.
    where
        The file as named to the user.

    Raises
    ------
    IntegrityError
        No such file, a version of the format unknown here, a type other than numbers and truth
        values, or another length than the header states.
    """
    shape, fortran, descr, start = _header(data, where)
    if not isinstance(descr, str) or not _PLAIN.fullmatch(descr):
        raise _damaged(where, "the NumPy file does not hold plain numbers", repr(descr)[:80])
    dtype = np.dtype(descr)
    expected = math.prod(shape) * dtype.itemsize
    if len(data) - start != expected:
        found = f"{len(data) - start} bytes of data for shape {shape} of {dtype}"
        raise _damaged(where, "the NumPy file is cut off or damaged", found)
    flat = np.frombuffer(data, dtype=dtype, offset=start, count=math.prod(shape))
    try:
        array = flat.reshape(shape, order="F" if fortran else "C")
    except (ValueError, OverflowError) as error:
        # Without data a shape may state sizes that no computer counts.
        raise _damaged(where, "the NumPy file is damaged", f"shape {str(shape)[:80]}") from error
    return np.array(array, dtype=dtype.newbyteorder("="), order="C")


def _header(data: bytes, where: str) -> tuple[tuple[int, ...], bool, object, int]:
    """Return shape, whether in Fortran order, type as stated, and where the data begin."""
    width = _LENGTHS.get(data[6:8])
    if not data.startswith(_MAGIC) or width is None:
        raise _damaged(where, "this is not a NumPy file", data[:8])
    length = int.from_bytes(data[8 : 8 + width], "little")
    start = 8 + width + length
    if length > _LONGEST_HEADER or len(data) < start:
        raise _damaged(where, "the NumPy file is cut off or damaged", f"header of {length} bytes")
    try:
        header = ast.literal_eval(data[8 + width : start].decode("utf-8").strip())
        shape, fortran, descr = header["shape"], header["fortran_order"], header["descr"]
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise _damaged(where, "the NumPy file is damaged", type(error).__name__) from error
    if not _is_shape(shape) or not isinstance(fortran, bool):
        raise _damaged(where, "the NumPy file is damaged", f"shape {str(shape)[:80]}")
    return shape, fortran, descr, start


def _is_shape(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) <= 32  # as many dimensions as NumPy 1 allows
        and all(isinstance(size, int) and not isinstance(size, bool) for size in value)
        and all(size >= 0 for size in value)
    )


def _damaged(where: str, what: str, value: object) -> IntegrityError:
    return IntegrityError(
        where,
        what,
        value=value,
        allowed="an .npy file of numbers, as numpy.save writes it",
        hint="get the package again",
    )
