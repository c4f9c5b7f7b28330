"""Pixel sizes and channel names as TIFF files state them: ImageJ, OME-XML, resolution tags."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import tifffile

from deepbacs_zoo.images.image import Calibration

__all__ = ["calibration_of", "channel_names_of", "micrometers", "seconds"]

# Names that ImageJ, OME and people use, in micrometers.
_MICROMETERS: Final[Mapping[str, float]] = {
    "µm": 1.0,
    "μm": 1.0,
    "um": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "micrometer": 1.0,
    "micrometre": 1.0,
    "\\u00b5m": 1.0,
    "nm": 1e-3,
    "nanometer": 1e-3,
    "mm": 1e3,
    "millimeter": 1e3,
    "cm": 1e4,
    "centimeter": 1e4,
    "m": 1e6,
    "inch": 25400.0,
    "å": 1e-4,
}
_SECONDS: Final[Mapping[str, float]] = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
}
_INDICES: Final = frozenset({"pixel", "pixels"})
_CENTIMETER: Final = 3
# Resolutions per inch or centimeter are mostly those of a printed page, which ImageJ hands on as if
# they were a calibration: 72 dpi is 353 µm, 1,200 dpi is 21 µm.  No microscope's pixel is as large.
_PRINTED_UNITS: Final = frozenset({"inch", "cm", "centimeter"})
_LARGEST_PIXEL: Final = 20.0


def micrometers(unit: str) -> float | None:
    """Return the micrometers in one of a unit; ``None`` if it is no unit of length."""
    return _MICROMETERS.get(unit.strip().lower())


def seconds(unit: str) -> float | None:
    """Return the seconds in one of a unit; ``None`` if it is no unit of time."""
    return _SECONDS.get(unit.strip().lower())


def calibration_of(tiff: tifffile.TiffFile) -> Calibration:
    """Return what an open TIFF says about the size of its pixels, lengths in micrometers."""
    if tiff.is_ome and tiff.ome_metadata:
        return _from_ome(tiff.ome_metadata)
    x, y = _resolution(tiff)
    if tiff.is_imagej and tiff.imagej_metadata is not None:
        return _from_imagej(tiff.imagej_metadata, x, y)
    unit = tiff.pages.first.tags.get("ResolutionUnit")
    if unit is not None and int(unit.value) == _CENTIMETER and x and y:
        x, y = x * _MICROMETERS["cm"], y * _MICROMETERS["cm"]
        if max(x, y) < _LARGEST_PIXEL:
            return Calibration(x, y, None, "µm")
    return Calibration()


def _resolution(tiff: tifffile.TiffFile) -> tuple[float | None, float | None]:
    """Return the size of a pixel along x and y in the unit of the resolution tags."""
    sizes: list[float | None] = []
    for name in ("XResolution", "YResolution"):
        tag = tiff.pages.first.tags.get(name)
        pixels, units = tag.value if tag is not None else (0, 1)
        sizes.append(units / pixels if pixels and units else None)
    return sizes[0], sizes[1]


def _from_imagej(metadata: Mapping[str, Any], x: float | None, y: float | None) -> Calibration:
    unit = str(metadata.get("unit", "")).strip().lower()
    interval = _positive(metadata.get("finterval"))
    factor = _MICROMETERS.get(unit)
    if factor is None or x is None or y is None:
        return Calibration(frame_interval=interval)
    if unit in _PRINTED_UNITS and x * factor > _LARGEST_PIXEL:
        return Calibration(frame_interval=interval)
    # The other axes may have units of their own; without one they share that of x.
    yfactor = _MICROMETERS.get(str(metadata.get("yunit", unit)).strip().lower(), factor)
    spacing = _positive(metadata.get("spacing"))
    zunit = str(metadata.get("zunit", unit)).strip().lower()
    if zunit in _INDICES:
        spacing = None
    zfactor = _MICROMETERS.get(zunit, factor)
    return Calibration(
        x * factor, y * yfactor, spacing and spacing * zfactor, "µm", frame_interval=interval
    )


def channel_names_of(tiff: tifffile.TiffFile) -> tuple[str, ...]:
    """Return the names of the channels in an open TIFF, empty where they are not all stated."""
    if tiff.is_ome and tiff.ome_metadata:
        channels = _ome_pixels(tiff.ome_metadata).get("Channel", [])
        channels = channels if isinstance(channels, list) else [channels]
        names = [str(channel.get("Name", "")) for channel in channels]
        return tuple(names) if all(names) else ()
    metadata = tiff.imagej_metadata or {}
    labels, count = metadata.get("Labels", []), metadata.get("channels", 1)
    # Labels belong to planes: they name channels where each channel has one plane.
    if isinstance(labels, list) and len(labels) == count == metadata.get("images"):
        return tuple(str(label) for label in labels)
    return ()


def _ome_pixels(xml: str) -> dict[str, Any]:
    """Return the description of the first image of an OME document, empty if it is none."""
    try:
        image = tifffile.xml2dict(xml)["OME"]["Image"]
        pixels = (image[0] if isinstance(image, list) else image)["Pixels"]
    except (KeyError, IndexError, TypeError, SyntaxError):
        return {}
    return pixels if isinstance(pixels, dict) else {}


def _from_ome(xml: str) -> Calibration:
    pixels = _ome_pixels(xml)
    sizes: dict[str, float | None] = {}
    for axis in "XYZ":
        unit = str(pixels.get(f"PhysicalSize{axis}Unit", "µm")).strip().lower()
        size, factor = _positive(pixels.get(f"PhysicalSize{axis}")), _MICROMETERS.get(unit)
        sizes[axis] = size * factor if size and factor else None
    step = _positive(pixels.get("TimeIncrement"))
    factor = seconds(str(pixels.get("TimeIncrementUnit", "s")))
    interval = step * factor if step and factor else None
    if sizes["X"] is None or sizes["Y"] is None:
        return Calibration(frame_interval=interval)
    return Calibration(sizes["X"], sizes["Y"], sizes["Z"], "µm", frame_interval=interval)


def _positive(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None
