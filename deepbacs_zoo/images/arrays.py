"""Arrays as images, and images as labeled arrays, with axes, pixel size and unit.

A labeled array has positions along ``t z y x`` where the size of a pixel is known, in seconds and
micrometers, and the names of channels along ``c``.  Each has an attribute ``units`` (as the CF
conventions name it), and ``spacing``, the exact distance of two positions, which an axis of one
position would not show otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import Calibration, Image
from deepbacs_zoo.images.units import is_index, micrometers, seconds

__all__ = ["ImageLike", "image_of", "to_xarray"]

ImageLike = Image | xr.DataArray | NDArray[Any]
"""An image in memory: ours, a labeled array, or a NumPy array ``y x``."""

# Names that pyimagej, ImageJ2, tifffile and people use.
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"time": "t", "frame": "t", "frames": "t"}
    | {"pln": "z", "plane": "z", "slice": "z", "slices": "z"}
    | {"ch": "c", "channel": "c", "channels": "c"}
    | {"row": "y", "col": "x", "s": "s", "rgb": "s"}
    | {axis: axis for axis in IMAGE_AXES}
)
_SAMPLES: Final = "s"
_COLORS: Final = 3
# Positions that were measured are never quite even.
_EVEN: Final = 1e-3
_EXACT: Final = 1e-9


def image_of(
    source: xr.DataArray | NDArray[Any],
    axes: str | None = None,
    *,
    calibration: Calibration | None = None,
    where: str = "the array",
) -> Image:
    """Return an array as an image, whose pixels are not copied.

    Parameters
    ----------
    source
        A NumPy array of any dtype, or an xarray whose dimensions are axes: ``t z c y x``, or
        ``time``, ``frame``, ``plane``, ``pln``, ``slice``, ``channel``, ``ch``, ``row``, ``col``,
        in capitals or not, in any order.  A dimension ``s`` or ``rgb`` of size 3 holds the colors
        of one picture.
    axes
        The axes of a NumPy array, one character each, in its order; ``yx`` if there are two.
    calibration
        Size of its pixels; that of the positions along its axes if ``None``.  They may descend, as
        after a reversal: a size is positive.
    where
        The array's name in messages.

    Raises
    ------
    DataError
        The axes are not known, occur twice, or are not those of an image; positions are not even
        or have no unit.
    """
    if not isinstance(source, xr.DataArray):
        source = xr.DataArray(source, dims=_axes_of(np.asarray(source), axes, where))
    data = source.rename(_renamed(source, where))
    rgb = _SAMPLES in data.dims
    if rgb:
        data = data.rename({_SAMPLES: "c"})
    # An axis of which one position was taken comes back with it.
    data = data.expand_dims([axis for axis in IMAGE_AXES if axis not in data.dims])
    if calibration is None:
        calibration = _calibration(data, where)
    names = "c" in data.coords and not rgb and data.coords["c"].dtype.kind in "UOT"
    bare = data.variable.transpose(*IMAGE_AXES)
    coordinates = {"c": list(map(str, data.coords["c"].values))} if names else None
    image = xr.DataArray(bare.data, dims=tuple(IMAGE_AXES), coords=coordinates)
    return Image(image, calibration, rgb=rgb)


def _axes_of(array: NDArray[Any], axes: str | None, where: str) -> tuple[str, ...]:
    if axes is None and array.ndim == 2:
        axes = "yx"
    if axes is None or len(axes) != array.ndim:
        raise DataError(
            where,
            "it does not say which axis is which",
            value=f"shape {' x '.join(map(str, array.shape))}, axes {axes}",
            allowed="an array of two axes (y x), or one character for each axis",
            hint='name them: image_of(array, "zyx"), or xarray.DataArray(array, dims=("z", "y", '
            '"x"))',
        )
    return tuple(axes)


def _renamed(data: xr.DataArray, where: str) -> dict[Any, str]:
    """Return the axis of each dimension."""
    found = {name: _NAMES.get(str(name).strip().lower()) for name in data.dims}
    axes = ["c" if axis == _SAMPLES else axis for axis in found.values()]
    colors = [name for name, axis in found.items() if axis == _SAMPLES]
    wrong = (
        None in axes
        or len(set(axes)) < len(axes)
        or not {"y", "x"} <= set(axes)
        or any(data.sizes[name] != _COLORS for name in colors)
    )
    if wrong:
        raise DataError(
            where,
            "its dimensions are not those of an image",
            value=", ".join(f"{name} {size}" for name, size in data.sizes.items()),
            allowed="y and x, and t, z and c, each once; s of size 3 in place of c for colors",
            hint="rename them with array.rename, or take one position with array.isel",
        )
    return {name: axis for name, axis in found.items() if axis is not None}


def _calibration(data: xr.DataArray, where: str) -> Calibration:
    sizes = {axis: _spacing(data, axis, where) for axis in "tzyx"}
    known = sizes["x"] is not None or sizes["y"] is not None or sizes["z"] is not None
    return Calibration(sizes["x"], sizes["y"], sizes["z"], "µm" if known else "pixel", sizes["t"])


def _spacing(data: xr.DataArray, axis: str, where: str) -> float | None:
    """Return the distance of positions in micrometers or seconds; ``None`` if it is not known."""
    if axis not in data.dims or axis not in data.coords:
        return None
    positions = data.coords[axis]
    values, factor = _numbers(positions, axis, f"{where}, axis {axis}")
    if factor is None:
        return None
    stated = float(positions.attrs.get("spacing", math.nan))
    if values.size == 1:
        return stated * factor if stated > 0 else None
    steps = np.diff(values)
    step = (values[-1] - values[0]) / (values.size - 1)
    if not np.isfinite(step) or step == 0 or np.abs(steps - step).max() > _EVEN * abs(step):
        raise DataError(
            f"{where}, axis {axis}",
            "its positions are not evenly spaced, and ImageJ has one distance for all",
            value=f"from {steps.min():g} to {steps.max():g}",
            allowed="positions that differ by the same number, not zero",
            hint=f'leave them out with array.drop_vars("{axis}"), or interpolate the image',
        )
    step = abs(float(step))
    return (stated if abs(stated - step) <= _EXACT * step else step) * factor


def _numbers(
    positions: xr.DataArray, axis: str, where: str
) -> tuple[NDArray[np.float64], float | None]:
    """Return positions and the factor to micrometers or seconds; ``None`` for mere indices."""
    values = positions.values
    if values.dtype.kind in "mM":
        return (values - values[0]) / np.timedelta64(1, "s"), 1.0
    if values.dtype.kind not in "iuf":
        return np.zeros(values.size), None
    unit = next(
        (positions.attrs[name] for name in ("units", "unit") if name in positions.attrs), None
    )
    if unit is None and (values == np.round(values)).all():
        return values.astype(np.float64), None
    if unit is not None and is_index(str(unit)):
        return values.astype(np.float64), None
    factor = (seconds if axis == "t" else micrometers)(str(unit))
    if factor is None:
        raise DataError(
            where,
            "its positions have no unit that is known",
            value=unit,
            allowed="whole numbers as indices, or an attribute units such as "
            + ("s, ms, min" if axis == "t" else "µm, nm, mm, pixel"),
            hint=f'set array.{axis}.attrs["units"]',
        )
    return values.astype(np.float64), factor


def to_xarray(image: Image, *, squeeze: bool = True) -> xr.DataArray:
    """Return an image as a labeled array, whose values are not copied.

    Parameters
    ----------
    image
        The image.
    squeeze
        Leave out axes of size 1 other than ``y`` and ``x``.

    Returns
    -------
    xarray.DataArray
        Dimensions ``t z c y x``, or those that are longer than 1; dtype and values of the image.
        Colours are along ``rgb``.  `image_of` gives the same image back.
    """
    known = image.calibration
    data = image.data.copy(deep=False)
    lengths = {"z": known.z, "y": known.y, "x": known.x} if known.unit == "µm" else {}
    for axis, size in {"t": known.frame_interval, **lengths}.items():
        if size is not None:
            positions = np.arange(data.sizes[axis]) * size
            attributes = {"units": "s" if axis == "t" else "µm", "spacing": size}
            data = data.assign_coords({axis: (axis, positions, attributes)})
    if image.rgb:
        data = data.rename({"c": "rgb"}).assign_coords(rgb=["red", "green", "blue"])
    if squeeze:
        data = data.squeeze([axis for axis in "tzc" if data.sizes.get(axis) == 1])
    return data
