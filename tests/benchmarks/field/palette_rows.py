"""Pictures whose pixels are numbers of a table of colours: palettes and look-up tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from tests.benchmarks.field import notes
from tests.benchmarks.field.containers import png_with_palette, tiff_with_palette
from tests.benchmarks.field.rows import ImageRow, Planes, planes_of

__all__ = ["palette_rows"]

NUMBERS = (np.arange(5 * 7, dtype=np.uint8) * 7).reshape(5, 7)
RAMP = np.arange(256, dtype=np.uint8)
NONE = np.zeros(256, np.uint8)
RANDOM = np.random.default_rng(0)


@dataclass(frozen=True, eq=False)
class Table:
    """Colours ``256 3`` uint8, and how a picture with them is taken.

    Parameters
    ----------
    colors
        The table.
    is_scale
        Whether colours follow each other as brightness does: then the numbers are taken.
    said, said_of_imagej
        Ids of the findings about a picture, and about a file of ImageJ, whose numbers are taken.
    used
        How many of the colours are in use; the others are black.
    """

    colors: np.ndarray
    is_scale: bool
    said: tuple[str, ...] = ()
    said_of_imagej: tuple[str, ...] = ()
    used: int = 256


def _table(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> np.ndarray:
    return np.stack([red, green, blue], axis=1).astype(np.uint8)


def _few(*colors: tuple[int, int, int]) -> np.ndarray:
    table = np.zeros((256, 3), np.uint8)
    table[: len(colors)] = colors
    return table


HEAT = RAMP.astype(int) * 3
SCALE = (notes.FOR_DISPLAY,)
COLORS, GREYS = (notes.AS_RGB,), (notes.AS_GREY,)
IMAGEJ = (notes.OF_IMAGEJ,)
TABLES = {
    "grey ramp": Table(_table(RAMP, RAMP, RAMP), True),
    "reversed ramp": Table(
        _table(RAMP[::-1], RAMP[::-1], RAMP[::-1]), True, (notes.INVERTED,), (notes.INVERTED,)
    ),
    "red look-up table": Table(_table(RAMP, NONE, NONE), True, SCALE),
    "green look-up table": Table(_table(NONE, RAMP, NONE), True, SCALE),
    "heat look-up table": Table(
        _table(*(np.clip(HEAT - low, 0, 255) for low in (0, 255, 510))), True, SCALE
    ),
    "photograph": Table(RANDOM.integers(0, 256, (256, 3)).astype(np.uint8), False, COLORS, IMAGEJ),
    "grey photograph": Table(_table(*3 * [RANDOM.permutation(256)]), False, GREYS, IMAGEJ),
    "photograph of 16 colours": Table(
        _few(*map(tuple, RANDOM.integers(0, 256, (16, 3)))), False, COLORS, IMAGEJ, 16
    ),
    "black and white": Table(_few((0, 0, 0), (255, 255, 255)), False, GREYS, IMAGEJ, 2),
    "white and black": Table(_few((255, 255, 255), (0, 0, 0)), False, GREYS, IMAGEJ, 2),
    "two colours": Table(_few((0, 0, 255), (255, 0, 0)), False, COLORS, IMAGEJ, 2),
}


def palette_rows() -> Iterator[ImageRow]:
    """Every table in PNG and TIFF, where it gives the picture, and in ImageJ's files.

    There it only colours what is seen: the pixels are brightness.
    """
    writers = {
        "png": png_with_palette,
        "plain": tiff_with_palette("plain"),
        "lzw": tiff_with_palette("lzw"),
        "bigtiff": tiff_with_palette("bigtiff"),
        "shaped": tiff_with_palette("shaped"),
        "hyperstack": tiff_with_palette("hyperstack"),
    }
    for container, writer in writers.items():
        for name, table in TABLES.items():
            numbers = NUMBERS % table.used if table.used < 256 else NUMBERS
            # PNG holds the colours in use only, TIFF all that its numbers could be.
            colors = table.colors[: table.used] if container == "png" else table.colors
            write = partial(writer, numbers=numbers, table=colors)
            expected = _expected(numbers, table, imagej=container == "hyperstack")
            yield ImageRow(f"{container}/{name}", "container x palette", write, expected)


def _expected(numbers: np.ndarray, table: Table, *, imagej: bool) -> Planes:
    """Return the numbers of a scale, else the colours; grey where all of them are."""
    if imagej:
        return Planes(planes_of(numbers, "yx"), notes=table.said_of_imagej)
    if table.is_scale:
        return Planes(planes_of(numbers, "yx"), notes=table.said)
    colors = table.colors[numbers]
    if (table.colors == table.colors[:, :1]).all():
        return Planes(planes_of(colors[..., 0], "yx"), notes=table.said)
    names = ("red", "green", "blue")
    return Planes(planes_of(colors, "yxc"), names=names, rgb=True, notes=table.said)
