"""NumPy's ``.npy`` files, read without trust: no pickles, no allocation before the size is checked.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.lib import format as npy

from deepbacs_zoo.errors import IntegrityError

__all__ = ["parse_npy"]

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def parse_npy(data: bytes, where: str) -> np.ndarray[Any, Any]:
    """Return the array of a ``.npy`` file in native byte order, C-contiguous and writable.

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
    stream = io.BytesIO(data)
    try:
        read_header = _HEADERS[npy.read_magic(stream)]
        shape, fortran, dtype = read_header(stream)
    except (ValueError, KeyError, EOFError, OSError) as error:
        raise _damaged(where, "this is not a NumPy file", str(error).splitlines()[0]) from error
    if dtype.kind not in "biuf":
        raise _damaged(where, "the NumPy file does not hold plain numbers", dtype)
    content = data[stream.tell() :]
    expected = math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        found = f"{len(content)} bytes of data for shape {shape} of {dtype}"
        raise _damaged(where, "the NumPy file is cut off or damaged", found)
    flat = np.frombuffer(content, dtype=dtype)
    array = flat.reshape(shape, order="F" if fortran else "C")
    return np.array(array, dtype=dtype.newbyteorder("="), order="C")


def _damaged(where: str, what: str, value: object) -> IntegrityError:
    return IntegrityError(
        where,
        what,
        value=value,
        allowed="an .npy file of numbers, as numpy.save writes it",
        hint="get the package again",
    )
