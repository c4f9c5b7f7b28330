"""Read TIFF (ImageJ hyperstack, OME-TIFF, plain), PNG and JPEG into named axes."""

from __future__ import annotations

import logging
import struct
import zlib
from pathlib import Path
from typing import Final

import numpy as np
import tifffile
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images.calibration import calibration_of
from deepbacs_zoo.images.image import Calibration, Image

__all__ = ["IMAGE_SUFFIXES", "read_image"]

_TIFF_SUFFIXES: Final = frozenset({".tif", ".tiff"})
_PICTURE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg"})
IMAGE_SUFFIXES: Final = _TIFF_SUFFIXES | _PICTURE_SUFFIXES
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
    struct.error,
    zlib.error,
    EOFError,
)

# Without a handler of its own the logger of tifffile would print every oddity of a damaged file.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def read_image(path: str | Path) -> Image:
    """Read an image.

    TIFF pages without any statement about their axis are slices (z).  Colour pictures keep their
    red, green and blue as three channels, without transparency.  Booleans become uint8 0 and 1,
    float16 becomes float32; every other real data type stays as it is.

    Parameters
    ----------
    path
        A ``.tif``, ``.tiff``, ``.png``, ``.jpg`` or ``.jpeg`` file.

    Returns
    -------
    Image
        Dimensions ``t z c y x``.

    Raises
    ------
    UsageError
        There is no such file, or it is of another kind.
    DataError
        The file is damaged, empty, complex, or holds values that are not finite.
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
        read = _read_tiff if suffix in _TIFF_SUFFIXES else _read_picture
        array, axes, calibration, rgb = read(path)
    except DataError:
        raise
    except _DAMAGED as error:
        raise DataError(
            path,
            "the file is cut off or damaged",
            value=str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
            allowed=f"a complete {'TIFF' if suffix in _TIFF_SUFFIXES else 'PNG or JPEG'} file",
            hint="copy it again from its source",
        ) from error
    array = _checked(array, path)
    return Image(xr.DataArray(array, dims=tuple(axes)), calibration, path, rgb)


def _read_tiff(path: Path) -> tuple[NDArray[np.generic], str, Calibration, bool]:
    with tifffile.TiffFile(path, _multifile=False) as tiff:
        series = tiff.series[0]
        array = np.asarray(series.asarray())
        axes = series.axes
        calibration = calibration_of(tiff)
    letters = _letters(axes, array.shape, path)
    rgb = "s" in letters
    if rgb and "c" in letters:
        raise DataError(
            path,
            "it has channels of colour pictures, and one of the two must be chosen",
            value=axes,
            allowed="channels or an RGB picture",
            hint="split the channels in ImageJ with Image > Color > Split Channels",
        )
    return _ordered(array, letters.replace("s", "c")), IMAGE_AXES, calibration, rgb


def _letters(axes: str, shape: tuple[int, ...], path: Path) -> str:
    """Return one letter of ``tzcyxs`` for every axis of a TIFF series."""
    letters = axes.lower()
    unknown = [index for index, letter in enumerate(letters) if letter not in "tzcyxs"]
    # Axes of one pixel say nothing; the first other one without a meaning is a stack of slices.
    free = [letter for letter in "ztc" if letter not in letters]
    unknown.sort(key=lambda index: shape[index] == 1)
    for index in unknown:
        if not free or (free[0] != "z" and shape[index] > 1):
            raise DataError(
                path,
                "it has more axes than an image",
                value=f"{axes} {'x'.join(map(str, shape))}",
                allowed="time, slices, channels, rows and columns",
                hint="save it as a hyperstack of at most five axes",
            )
        letters = letters[:index] + free.pop(0) + letters[index + 1 :]
    return letters


def _read_picture(path: Path) -> tuple[NDArray[np.generic], str, Calibration, bool]:
    import imagecodecs

    decode = imagecodecs.png_decode if path.suffix.lower() == ".png" else imagecodecs.jpeg8_decode
    array = np.asarray(decode(path.read_bytes()))
    if array.ndim == 3:
        colours = array.shape[2] - (1 - array.shape[2] % 2)  # an even number ends with alpha
        array = array[..., :colours]
    rgb = array.ndim == 3 and array.shape[2] == 3
    letters = "yxc"[: array.ndim]
    return _ordered(array, letters), IMAGE_AXES, Calibration(), rgb


def _ordered(array: NDArray[np.generic], letters: str) -> NDArray[np.generic]:
    """Return the array with the five axes of an image in their order."""
    present = [letter for letter in IMAGE_AXES if letter in letters]
    array = array.transpose([letters.index(letter) for letter in present])
    missing = tuple(index for index, letter in enumerate(IMAGE_AXES) if letter not in letters)
    return np.expand_dims(array, missing)


def _checked(array: NDArray[np.generic], path: Path) -> NDArray[np.generic]:
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
        if bad:
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
