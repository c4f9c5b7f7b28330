"""Read TIFF (ImageJ hyperstack, OME-TIFF, plain), PNG and JPEG into named axes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import tifffile
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError, HostError, UsageError
from deepbacs_zoo.images.channels import choose_channel
from deepbacs_zoo.images.image import Decoded, Image
from deepbacs_zoo.images.options import AS_IT_IS, ReadOptions
from deepbacs_zoo.images.raster import read_jpeg, read_png
from deepbacs_zoo.images.tiff.read import read_tiff

__all__ = ["IMAGE_SUFFIXES", "read_image"]

IMAGE_SUFFIXES: Final = frozenset({".tif", ".tiff", ".png", ".jpg", ".jpeg"})
"""Suffixes, in lower case, of the files that can be read."""

# What tifffile and imagecodecs raise for files that are cut off or not what their name says.
_DAMAGED: Final = (
    tifffile.TiffFileError,
    ValueError,
    OSError,
    RuntimeError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    struct.error,
    zlib.error,
    EOFError,
)


def read_image(  # long: half is its text
    path: str | Path, options: ReadOptions = AS_IT_IS, *, finite: bool = True
) -> Image:
    """Read an image, as what its first bytes say it is.

    There are published images with the suffix of another kind.

    TIFF pages without any statement about their axis are slices (z); of a file with several images
    the first is read.  Colour pictures keep their red, green and blue as three channels, without
    transparency.  Booleans become uint8 0 and 1, float16 becomes float32; every other real data
    type stays as it is.

    Parameters
    ----------
    path
        A ``.tif``, ``.tiff``, ``.png``, ``.jpg`` or ``.jpeg`` file.
    options
        The part of the file that is read.
    finite
        False takes values that are not numbers, too: a network may give some.

    Returns
    -------
    Image
        Dimensions ``t z c y x``; the coordinate ``c`` holds the names of channels where the file
        states them, and ``red green blue`` for colour pictures.

    Raises
    ------
    UsageError
        There is no such file, or it is of another kind, or it has no such channel.
    DataError
        The file is damaged, empty, complex, or holds values that are not finite.
    HostError
        The file may not be read, or the image does not fit into memory.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        raise UsageError(
            path,
            "no such image file",
            allowed=f"a file that ends with {', '.join(sorted(IMAGE_SUFFIXES))}",
            hint="check the path",
        )
    if suffix not in IMAGE_SUFFIXES:
        raise UsageError(
            path,
            "not a kind of image that can be read",
            value=suffix or "no suffix",
            allowed=", ".join(sorted(IMAGE_SUFFIXES)),
            hint="save it as TIFF, in ImageJ with File > Save As > Tiff",
        )
    try:
        reader = _reader(path)
        if reader is not read_tiff:
            options.check_series(1, path)
        decoded = reader(path, options)
    except (DataError, HostError, UsageError):
        raise
    except (PermissionError, MemoryError) as error:
        raise _refused(path, error) from error
    except _DAMAGED as error:
        raise DataError(
            path,
            "the file is cut off or damaged",
            value=str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
            allowed="a complete TIFF, PNG or JPEG file",
            hint="copy it again from its source",
        ) from error
    array = _checked(decoded.array, path, finite)
    names = decoded.names
    coordinates = {"c": list(names)} if len(names) == array.shape[2] else {}
    data = xr.DataArray(array, coords=coordinates, dims=tuple(IMAGE_AXES))
    image = Image(data, decoded.calibration, path, decoded.rgb, findings=decoded.findings)
    return choose_channel(image, options.channel, str(path))


def _reader(path: Path) -> Callable[[Path, ReadOptions], Decoded]:
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith(b"\x89PNG"):
        return read_png
    return read_jpeg if begin.startswith(b"\xff\xd8") else read_tiff


def _refused(path: Path, error: Exception) -> HostError:
    if isinstance(error, PermissionError):
        return HostError(
            path,
            "the file may not be read",
            value=error.strerror,
            allowed="a file that its user may read",
            hint="change its permissions",
        )
    return HostError(
        path,
        "the image does not fit into memory",
        value=str(error) or "out of memory",
        allowed="an image smaller than the memory of this computer",
        hint="if the image is not that large the file is damaged, copy it again from its source",
    )


def _checked(array: NDArray[np.generic], path: Path, finite: bool) -> NDArray[np.generic]:
    if array.size == 0 or array.dtype.kind not in "buif":
        raise DataError(
            path,
            "it holds no numbers that an image could have",
            value=f"{array.dtype} {'x'.join(map(str, array.shape))}",
            allowed="integers or real numbers, at least one pixel",
            hint="save it as 8-bit, 16-bit or 32-bit TIFF",
        )
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    if array.dtype.kind == "f":
        bad = array.size - int(np.count_nonzero(np.isfinite(array)))
        if bad and finite:
            raise DataError(
                path,
                "some pixels are not a number or infinite",
                value=f"{bad} of {array.size}",
                allowed="finite numbers",
                hint="replace them, in ImageJ with Process > Math > NaN Background or Macro",
            )
        if array.dtype == np.float16:
            return array.astype(np.float32)
    # Machine byte order: what follows (buffers for engines) takes no other.
    return array.astype(array.dtype.newbyteorder("="), copy=False)
