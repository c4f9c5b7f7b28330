"""Labels in files of NumPy: an array, or the ``_seg.npy`` of Cellpose.

Cellpose saves a dictionary by pickle, which may run foreign code when it is read as NumPy does it.
Here nothing is called but what stands in `_KNOWN`: arrays are kept as the bytes that they were
saved as, and only those of ``masks`` become an array.
"""

from __future__ import annotations

import pickle
import pickletools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError

__all__ = ["read_npy"]

Pickled: TypeAlias = Any
"""A value of a pickle: numbers, texts, lists, dictionaries and `_Kept`."""
_LARGEST: Final = 2**32
_MOST_MEMO: Final = 2**20
"""Places for values that are used again; a file that asks for more wants memory, not labels."""
_WHOLE_NUMBERS: Final = re.compile(r"[|<>=]?(b1|[iu][1248]|f[48])")
_FIELD: Final = "masks"


class _Refused(pickle.UnpicklingError):
    """The file asks for something that is neither an array nor a plain container."""


class _Kept:
    """An array, data type or number as it was saved, not built."""

    def __init__(self, *arguments: Pickled) -> None:
        self.arguments: tuple[Any, ...] = arguments
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: Pickled) -> None:
        self.state = state if isinstance(state, tuple) else (state,)


def _bytes_of(text: str, encoding: str = "latin1") -> bytes:
    return text.encode("latin1")


def _joined(*parts: Pickled) -> str:
    return "/".join(map(str, parts))


_OF_NUMPY: Final = frozenset(
    {("multiarray", "_reconstruct"), ("multiarray", "scalar"), ("numeric", "_frombuffer")}
)
_KNOWN: Final[Mapping[tuple[str, str], Callable[..., Any]]] = {
    ("numpy", "ndarray"): _Kept,
    ("numpy", "dtype"): _Kept,
    **{
        (f"numpy.{core}.{module}", name): _Kept
        for core in ("core", "_core")
        for module, name in _OF_NUMPY
    },
    ("_codecs", "encode"): _bytes_of,
    ("collections", "OrderedDict"): dict,
    **{("builtins", kind.__name__): kind for kind in (set, frozenset)},
    **{
        ("pathlib", name): _joined
        for name in ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")
    },
}
"""What a file may call, and what is called in its place."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        known = _KNOWN.get((module, name))
        if known is None:
            raise _Refused(f"it would call {module}.{name}")
        return known


def read_npy(path: Path) -> NDArray[np.generic]:
    """Read the labels of a ``.npy`` file.

    Parameters
    ----------
    path
        An array, or a dictionary of Cellpose, of which the field ``masks`` is taken.

    Returns
    -------
    numpy.ndarray
        ``y x``, or with slices or frames before; integers, booleans or floats.

    Raises
    ------
    DataError
        The file is damaged, is neither, or would run foreign code.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > _LARGEST:
                raise ValueError(f"over {_LARGEST} bytes")
            values = _array(file)
    except _Refused as error:
        raise DataError(
            path,
            "it holds more than arrays and plain values, which is not read since it may run "
            "foreign code",
            value=str(error),
            allowed="an array, or the _seg.npy of Cellpose",
            hint="save the masks in Cellpose as PNG or TIFF",
        ) from error
    except _DAMAGED as error:
        raise _unreadable(path, error) from error
    if not _WHOLE_NUMBERS.fullmatch(values.dtype.str):
        raise _unreadable(path, f"values of the type {values.dtype}")
    while values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    return values


_DAMAGED: Final = (
    pickle.UnpicklingError,
    ValueError,
    OSError,
    EOFError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    ImportError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def _array(file: IO[bytes]) -> NDArray[np.generic]:
    version = npy_format.read_magic(file)
    read = {
        (1, 0): npy_format.read_array_header_1_0,
        (2, 0): npy_format.read_array_header_2_0,
    }[version]
    shape, _, dtype = read(file)
    if not dtype.hasobject:
        file.seek(0)
        plain: NDArray[np.generic] = np.load(file, allow_pickle=False)
        return plain
    if shape != ():
        raise ValueError("a list of objects")
    return _masks(_content(file))


def _content(file: IO[bytes]) -> Pickled:
    """Return what was pickled."""
    start = file.tell()
    for operation, argument, _ in pickletools.genops(file):
        if "PUT" in operation.name and int(argument or 0) > _MOST_MEMO:
            raise ValueError("it asks for more memory than labels need")
    file.seek(start)
    return _Unpickler(file, encoding="latin1").load()


def _masks(content: Pickled) -> NDArray[np.generic]:
    fields = _first(content)
    if not isinstance(fields, dict):
        raise ValueError("an object that is no dictionary")
    masks = fields.get(_FIELD)
    if not isinstance(masks, _Kept):
        named = ", ".join(str(name)[:20] for name in list(fields)[:8])
        raise ValueError(f"no field '{_FIELD}' among {named or 'none'}")
    return _built(masks)


def _first(content: Pickled) -> Pickled:
    """Return the one object in an array of objects."""
    while isinstance(content, _Kept):
        items = content.state[-1] if content.state else None
        if not isinstance(items, list) or len(items) != 1:
            return None
        content = items[0]
    return content


def _built(kept: _Kept) -> NDArray[np.generic]:
    """Return an array of the bytes that it was saved as."""
    if len(kept.state) == 5:  # version, shape, type, order of the axes, bytes
        _, shape, dtype, fortran, data = kept.state
        order: Any = "F" if fortran else "C"
    else:  # of protocol 5: bytes, type, shape, order of the axes
        data, dtype, shape, order = kept.arguments
    name, (_, endian, *_) = str(dtype.arguments[0]), dtype.state or ("", "|")
    text = f"{endian}{name}"
    if not _WHOLE_NUMBERS.fullmatch(text) or not isinstance(data, bytes | bytearray):
        raise ValueError(f"masks of the type {name[:20]}")
    flat: NDArray[Any] = np.frombuffer(data, np.dtype(text))
    return np.reshape(flat, shape, order=order)


def _unreadable(path: Path, found: Exception | str) -> DataError:
    text = str(found) or type(found).__name__
    return DataError(
        path,
        "its labels cannot be read",
        value=text.splitlines()[0][:160],
        allowed="an array of whole numbers, or the _seg.npy of Cellpose",
        hint="save the masks in Cellpose as PNG or TIFF",
    )
