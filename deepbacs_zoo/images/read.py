"""Read TIFF (ImageJ hyperstack, OME-TIFF, plain), PNG and JPEG into named axes."""

from __future__ import annotations

import logging
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
from deepbacs_zoo.images.calibration import calibration_of, channel_names_of
from deepbacs_zoo.images.image import COLORS, Decoded, Image
from deepbacs_zoo.images.options import AS_IT_IS, ReadOptions
from deepbacs_zoo.images.order import in_image_order
from deepbacs_zoo.images.page_chain import check_chain, check_planes
from deepbacs_zoo.images.raster import read_jpeg, read_png
from deepbacs_zoo.images.tiff_colors import check_colors, colors_of

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

# Without a handler of its own the logger of tifffile would print every oddity of a damaged file.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


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
        There is no such file, or it is of another kind.
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
        decoded = _reader(path)(path, options)
    except (DataError, HostError):
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
    return Image(data, decoded.calibration, path, decoded.rgb, findings=decoded.findings)


def _reader(path: Path) -> Callable[[Path, ReadOptions], Decoded]:
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith(b"\x89PNG"):
        return read_png
    return read_jpeg if begin.startswith(b"\xff\xd8") else _read_tiff


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


def _read_tiff(path: Path, options: ReadOptions) -> Decoded:
    with path.open("rb") as file:
        check_chain(file)
    # Other files of an OME data set are images of their own, as they are for every other command.
    with tifffile.TiffFile(path, _multifile=False) as tiff:
        series = tiff.series[0]
        check_colors(series, path)
        check_planes(tiff, series)
        array, axes = _old_stack(tiff, series) or (np.asarray(series.asarray()), series.axes)
        axis_names = _axis_names(axes, array.shape, path)
        calibration, findings = calibration_of(tiff)
        names = channel_names_of(tiff)
        colors = colors_of(tiff, series)
    if "s" not in axis_names:
        array, rgb, more = colors.applied(in_image_order(array, axis_names), path, options)
        names = COLORS if rgb else names
        return Decoded(array, calibration, names, rgb, (*findings, *more))
    if "c" in axis_names:
        raise DataError(
            path,
            "it has channels of colour pictures, and one of the two must be chosen",
            value=series.axes,
            allowed="channels or an RGB picture",
            hint="split the channels in ImageJ with Image > Color > Split Channels",
        )
    axis_names = axis_names.replace("s", "c")
    array = in_image_order(array, axis_names)
    array = array[:, :, : array.shape[2] - colors.alpha]  # alpha comes after the colours
    rgb = colors.rgb and array.shape[2] == len(COLORS)
    return Decoded(array, calibration, COLORS if rgb else names, rgb, findings)


def _old_stack(
    tiff: tifffile.TiffFile, series: tifffile.TiffPageSeries
) -> tuple[NDArray[np.generic], str] | None:
    """Read a stack of ImageJ whose description says ``images=N`` and not what they are.

    Its planes lie behind the one page that the file has.  ImageJ takes them for slices, tifffile
    for one image.
    """
    planes = int((tiff.imagej_metadata or {}).get("images", 1))
    page = series.keyframe
    if planes == 1 or len(tiff.pages) > 1 or series.ndim != 2 or not page.is_contiguous:
        return None
    count = planes * page.imagelength * page.imagewidth
    dtype = np.dtype(series.dtype).newbyteorder(tiff.byteorder)
    tiff.filehandle.seek(page.dataoffsets[0])
    data = tiff.filehandle.read(count * dtype.itemsize)
    # Too few bytes do not fill the shape: the file is cut off.
    array = np.frombuffer(data, dtype).reshape(planes, page.imagelength, page.imagewidth)
    return array.astype(dtype.newbyteorder("=")), "ZYX"


def _axis_names(axes: str, shape: tuple[int, ...], path: Path) -> str:
    """Return one name of ``tzcyxs`` for every axis of a TIFF series."""
    axis_names = axes.lower()
    unknown = [index for index, axis in enumerate(axis_names) if axis not in "tzcyxs"]
    # Axes of one pixel say nothing; the first other one without a meaning is a stack of slices.
    free = [axis for axis in "ztc" if axis not in axis_names]
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
        axis_names = axis_names[:index] + free.pop(0) + axis_names[index + 1 :]
    return axis_names


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
