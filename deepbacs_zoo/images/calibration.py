"""Pixel sizes and channel names as TIFF files state them: ImageJ, OME-XML, resolution tags."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import tifffile

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.image import Calibration
from deepbacs_zoo.images.units import is_index, micrometers, plain_unit, seconds
from deepbacs_zoo.options import Option, Text

__all__ = ["UNKNOWN_LENGTH", "calibration_of", "channel_names_of"]

UNKNOWN_LENGTH: Final = Rule(
    "unknown-unit-of-length",
    Severity.WARNING,
    "A size in a unit that nobody here knows is no pixel size: tables are in pixels, and nobody "
    "sees that the image was taken at another scale than the training data.",
)
UNKNOWN_TIME: Final = Rule(
    "unknown-unit-of-time",
    Severity.WARNING,
    "A time in a unit that nobody here knows is no time between frames.",
)
_LENGTHS: Final = "µm, nm, pm, mm, cm, m, Å or inch"
_TIMES: Final = "s, ms, µs, min, h or d"
_CORRECT: Final = "correct it in ImageJ with Image > Properties..."
_SECOND_LINE: Final = "\nchannel: "
"""A second line of a label, which ImageJ does not show; gateways write it."""
_CENTIMETER, _CENTIMETERS = 3, 1e4
# Resolutions per inch or centimeter are mostly those of a printed page, which ImageJ hands on as if
# they were a calibration: 72 dpi is 353 µm, 1,200 dpi is 21 µm.  No microscope's pixel is as large.
_PRINTED: Final = frozenset({25400.0, _CENTIMETERS})
_LARGEST_PIXEL: Final = 20.0

Stated = tuple[Calibration, tuple[Finding, ...]]
"""Size of the pixels, and what is odd about how it is stated."""


def calibration_of(tiff: tifffile.TiffFile, ome: Mapping[str, str] | None, path: Path) -> Stated:
    """Return what an open TIFF says about the size of its pixels, lengths in micrometers.

    A unit that is not known is a finding, and what it is the unit of is not known either.

    Parameters
    ----------
    tiff
        The file.
    ome
        Attributes of the element ``Pixels`` of the image that is read; ``None`` without OME-XML.
    path
        The file as it was named, for findings.
    """
    where = str(path)
    if ome is not None:
        return _from_ome(ome, where)
    x, y = _resolution(tiff)
    if tiff.is_imagej and tiff.imagej_metadata is not None:
        return _from_imagej(_lines(tiff), x, y, where)
    unit = tiff.pages.first.tags.get("ResolutionUnit")
    if unit is not None and int(unit.value) == _CENTIMETER and x and y:
        x, y = x * _CENTIMETERS, y * _CENTIMETERS
        if max(x, y) < _LARGEST_PIXEL:
            return Calibration(x, y, None, "µm"), ()
    return Calibration(), ()


def _resolution(tiff: tifffile.TiffFile) -> tuple[float | None, float | None]:
    """Return the size of a pixel along x and y in the unit of the resolution tags."""
    sizes: list[float | None] = []
    for name in ("XResolution", "YResolution"):
        tag = tiff.pages.first.tags.get(name)
        pixels, units = tag.value if tag is not None else (0, 1)
        sizes.append(units / pixels if pixels and units else None)
    return sizes[0], sizes[1]


def _lines(tiff: tifffile.TiffFile) -> Mapping[str, str]:
    """Return the lines of ImageJ's description as they stand: tifffile makes numbers of them."""
    pairs = (line.partition("=") for line in str(tiff.pages.first.description).splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _from_imagej(stated: Mapping[str, str], x: float | None, y: float | None, where: str) -> Stated:
    unit = stated.get("unit", "")
    interval, findings = _interval(
        _positive(stated.get("finterval")), stated.get("tunit", "sec"), where
    )
    factor = micrometers(unit)
    if factor in _PRINTED and x and x * factor > _LARGEST_PIXEL:
        return Calibration(frame_interval=interval), findings
    # The other axes may have units of their own; without one they share that of x.
    units = {"x": unit, "y": stated.get("yunit", unit), "z": stated.get("zunit", unit)}
    sizes = {"x": x, "y": y, "z": _positive(stated.get("spacing"))}
    return _calibration(sizes, units, where, interval, findings)


def _calibration(
    sizes: Mapping[str, float | None],
    units: Mapping[str, str],
    where: str,
    interval: float | None,
    findings: tuple[Finding, ...],
    *,
    ome: bool = False,
) -> Stated:
    """Return sizes in micrometers and the findings about their units, before those of time."""
    known: dict[str, float | None] = {}
    unknown = []
    for axis, unit in units.items():
        known[axis] = _length(sizes[axis], unit, ome)
        # An axis that is counted has no size; of two axes of one plane both are, or none.
        counted = is_index(unit) and not (axis == "y" and known["x"] is not None)
        shared = axis != "x" and unit == units["x"]
        if sizes[axis] is not None and known[axis] is None and not (counted or shared):
            unknown.append(_unknown_length(where, axis, unit))
    findings = (*unknown, *findings)
    if None in {known["x"], known["y"]}:
        return Calibration(frame_interval=interval), findings
    return Calibration(known["x"], known["y"], known["z"], "µm", interval), findings


def _length(size: float | None, unit: str, ome: bool) -> float | None:
    """Return a size in micrometers."""
    factor = micrometers(unit, ome=ome)
    return None if size is None or factor is None else size * factor


def _unknown_length(where: str, axis: str, unit: str) -> Finding:
    along = "" if axis == "x" else f" along {axis}"
    lost = "the distance of its slices is not known" if axis == "z" else "it has no pixel size"
    hint: str | Text = _CORRECT
    if axis != "z":
        hint = _CORRECT + ", or set " + Option("pixel_size")
    return UNKNOWN_LENGTH.finding(
        where,
        f"the unit '{plain_unit(unit)}'{along} is no known unit of length, so that {lost}",
        _LENGTHS,
        hint,
    )


def _interval(
    step: float | None, unit: str, where: str, *, ome: bool = False
) -> tuple[float | None, tuple[Finding, ...]]:
    """Return the seconds between frames, and a finding about their unit."""
    factor = seconds(unit, ome=ome)
    if step is None or factor is not None or is_index(unit):
        return step and factor and step * factor, ()
    finding = UNKNOWN_TIME.finding(
        where,
        f"the unit '{plain_unit(unit)}' is no known unit of time, so that the time between its "
        "frames is not known",
        _TIMES,
        _CORRECT,
    )
    return None, (finding,)


def channel_names_of(
    tiff: tifffile.TiffFile, planes: Sequence[int], channels: int
) -> tuple[str, ...]:
    """Return the names that ImageJ's labels give the channels.

    Labels belong to planes: they name channels where they are the same on all planes of a channel,
    and differ between channels.

    Parameters
    ----------
    tiff
        The file, open.
    planes
        Numbers of the planes in the file, from 0, in the order ``t z c``.
    channels
        The number of channels.

    Returns
    -------
    tuple of str
        One name for each channel, or none.
    """
    labels = (tiff.imagej_metadata or {}).get("Labels")
    if not isinstance(labels, list) or len(labels) != len(planes):
        return ()
    return _shared_names([_name(str(labels[number])) for number in planes], channels)


def _shared_names(named: Sequence[str], channels: int) -> tuple[str, ...]:
    """Return the name that all planes of each channel have, or none."""
    of_channels = [set(named[channel::channels]) for channel in range(channels)]
    names = tuple(each.pop() if len(each) == 1 else "" for each in of_channels)
    alike = channels > 1 and len(set(names)) == 1
    return () if alike or "" in names else names


def _name(label: str) -> str:
    """Return the first line of a label, or what its second line says of the channel."""
    return label.rpartition(_SECOND_LINE)[2].partition("\n")[0].strip()


def _from_ome(pixels: Mapping[str, str], where: str) -> Stated:
    axes = "xyz"
    sizes = {axis: _positive(pixels.get(f"PhysicalSize{axis.upper()}")) for axis in axes}
    units = {axis: str(pixels.get(f"PhysicalSize{axis.upper()}Unit", "µm")) for axis in axes}
    step, unit = _positive(pixels.get("TimeIncrement")), str(pixels.get("TimeIncrementUnit", "s"))
    interval, findings = _interval(step, unit, where, ome=True)
    return _calibration(sizes, units, where, interval, findings, ome=True)


def _positive(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None
