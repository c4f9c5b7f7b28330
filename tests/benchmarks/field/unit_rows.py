"""Units of length and time as people and programs write them, in ImageJ's files, OME and tags."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from tests.benchmarks.field import notes
from tests.benchmarks.field.containers import CONTAINERS, GREY
from tests.benchmarks.field.rows import ImageRow, Planes, planes_of

__all__ = ["unit_rows"]

PART = "unit"
STACK = np.arange(2 * 3 * 5 * 7, dtype=np.uint16).reshape(2, 3, 5, 7)
LENGTHS = {
    "µm": 1.0,
    "μm": 1.0,
    "um": 1.0,
    "UM": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "Micron": 1.0,
    "micrometer": 1.0,
    "micrometers": 1.0,
    "micrometre": 1.0,
    "micrometres": 1.0,
    "nm": 1e-3,
    "nanometer": 1e-3,
    "nanometers": 1e-3,
    "nanometre": 1e-3,
    "pm": 1e-6,
    "picometer": 1e-6,
    "fm": 1e-9,
    "Å": 1e-4,
    "Angstrom": 1e-4,
    "angstroms": 1e-4,
    "mm": 1e3,
    "millimeter": 1e3,
    "millimeters": 1e3,
    "millimetre": 1e3,
    "cm": 1e4,
    "centimeter": 1e4,
    "dm": 1e5,
    "m": 1e6,
    "meter": 1e6,
    "km": 1e9,
    "inch": 25400.0,
    "in": 25400.0,
}
"""Micrometers of a unit, by the definition of its prefix."""
NO_LENGTHS = ("furlong", "kPa", "?", "A.U.")
PIXELS = ("pixel", "pixels", "")
LARGEST_OF_A_PAGE = 20.0


def unit_rows() -> Iterator[ImageRow]:
    """ImageJ's free text, the units of OME, resolutions per inch and centimeter."""
    yield from _imagej_rows()
    yield from _ome_rows()
    yield from _tag_rows()


def _hyperstack(folder: Path, per_unit: float, metadata: dict[str, Any]) -> Path:
    path = folder / "cells.tif"
    metadata = {"axes": "TZYX", **metadata}
    if "unit" in metadata:  # as ImageJ's FileSaver writes what is not ASCII
        metadata["unit"] = "".join(
            each if each.isascii() else f"\\u{ord(each):04x}" for each in metadata["unit"]
        )
    tifffile.imwrite(
        path, STACK, imagej=True, resolution=(per_unit, per_unit / 2), metadata=metadata
    )
    return path


def _raw(folder: Path, encoding: str) -> Path:
    """Write a description as other programs do that call themselves ImageJ: not in ASCII."""
    path = folder / "cells.tif"
    text = "ImageJ=1.54p\nunit=µm\nfinterval=5.0\n".encode(encoding)
    options = {"resolution": (2.0, 1.0), "description": text, "metadata": None}
    tifffile.imwrite(path, STACK[0, 0], **options, **GREY)
    return path


def _imagej_rows() -> Iterator[ImageRow]:
    planes = planes_of(STACK, "tzyx")
    for unit, factor in LENGTHS.items():
        # Pixels of half a micrometer, whatever the unit, so that none is the dot of a page.
        per_unit = float(2 * factor)
        more = {"unit": unit, "spacing": 0.3, "finterval": 5.0}
        size = 1 / per_unit * factor
        expected = Planes(planes, size, 2 * size, 0.3 * factor, 5.0)
        write = partial(_hyperstack, per_unit=per_unit, metadata=more)
        yield ImageRow(f"hyperstack/{unit}", PART, write, expected)
    for encoding in ("utf-8", "latin-1"):
        expected = Planes(planes_of(STACK[0, 0], "yx"), 0.5, 1.0, None, 5.0)
        write = partial(_raw, encoding=encoding)
        yield ImageRow(f"hyperstack/µm in {encoding}", PART, write, expected)
    for unit in NO_LENGTHS:
        write = partial(_hyperstack, per_unit=2.0, metadata={"unit": unit, "finterval": 5.0})
        expected = Planes(planes, interval=5.0, notes=(notes.UNKNOWN_UNIT,))
        yield ImageRow(f"hyperstack/unit {unit}", PART, write, expected)
    for unit in PIXELS:
        write = partial(_hyperstack, per_unit=1.0, metadata={"unit": unit} if unit else {})
        yield ImageRow(f"hyperstack/unit {unit or 'none'}", PART, write, Planes(planes))
    for unit, per_unit in (("inch", 72.0), ("cm", 28.35)):
        write = partial(_hyperstack, per_unit=per_unit, metadata={"unit": unit})
        yield ImageRow(f"hyperstack/{unit} of a page", PART, write, Planes(planes))


OME_LENGTHS = {
    "µm": 1.0,
    "nm": 1e-3,
    "pm": 1e-6,
    "Å": 1e-4,
    "mm": 1e3,
    "cm": 1e4,
    "m": 1e6,
    "in": 25400.0,
}
OME_TIMES = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "min": 60.0, "h": 3600.0}
OME_NO_LENGTHS = ("pixel", "reference frame")
"""Units of OME that state that the size is not known."""


def _ome_rows() -> Iterator[ImageRow]:
    planes = planes_of(STACK, "tzyx")
    ome = CONTAINERS["ome"]
    for unit, factor in OME_LENGTHS.items():
        sizes = {"X": 0.5 / factor, "Y": 0.25 / factor, "Z": 2.0 / factor}
        metadata: dict[str, Any] = {}
        for axis, size in sizes.items():
            metadata |= {f"PhysicalSize{axis}": size, f"PhysicalSize{axis}Unit": unit}
        write = partial(ome.write, array=STACK, axes="tzyx", metadata=metadata)
        yield ImageRow(f"ome/{unit}", PART, write, Planes(planes, 0.5, 0.25, 2.0))
    metadata = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.25}
    write = partial(ome.write, array=STACK, axes="tzyx", metadata=metadata)
    yield ImageRow("ome/no unit is µm", PART, write, Planes(planes, 0.5, 0.25))
    for unit in OME_NO_LENGTHS:
        metadata = {}
        for axis in "XY":
            metadata |= {f"PhysicalSize{axis}": 0.5, f"PhysicalSize{axis}Unit": unit}
        write = partial(ome.write, array=STACK, axes="tzyx", metadata=metadata)
        yield ImageRow(f"ome/unit {unit}", PART, write, Planes(planes))
    for unit, factor in OME_TIMES.items():
        metadata = {"TimeIncrement": 2.0, "TimeIncrementUnit": unit}
        write = partial(ome.write, array=STACK, axes="tzyx", metadata=metadata)
        yield ImageRow(f"ome/time {unit}", PART, write, Planes(planes, interval=2 * factor))


def _tagged(folder: Path, per_unit: float, unit: str) -> Path:
    path = folder / "cells.tif"
    resolution = {"resolution": (per_unit, per_unit), "resolutionunit": unit}
    tifffile.imwrite(path, STACK[0, 0], metadata=None, **resolution, **GREY)
    return path


def _tag_rows() -> Iterator[ImageRow]:
    planes = planes_of(STACK[0, 0], "yx")
    cases = {
        "tags/centimeter": (20_000.0, "CENTIMETER", 0.5),
        "tags/centimeter of a page": (118.0, "CENTIMETER", None),
        "tags/inch of a page": (72.0, "INCH", None),
        "tags/no unit": (1.0, "NONE", None),
    }
    for name, (per_unit, unit, size) in cases.items():
        write = partial(_tagged, per_unit=per_unit, unit=unit)
        yield ImageRow(name, PART, write, Planes(planes, size, size))
