"""Pictures whose numbers are places in a table of colors, alike in PNG and TIFF.

The table is part of the picture where it holds a photograph's colors, and no more than a way to
show it where it is a scale: look-up tables of ImageJ and of microscopes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["SHOWN_INVERTED", "Taken", "as_image", "as_labels", "eight_bit", "inverted"]

PALETTE_FOR_DISPLAY: Final = Rule(
    "palette-for-display",
    Severity.INFO,
    "A scale of colors shows brightness, which the stored numbers are.",
    "256 colors of which at most two differ by more than 24 from the one before; tables of "
    "photographs by Pillow's three methods have 3 to 255 such steps",
)
PALETTE_OF_IMAGEJ: Final = Rule(
    "palette-of-imagej",
    Severity.WARNING,
    "ImageJ keeps look-up tables for display and photographs of 256 colors in the same way.",
)
PALETTE_AS_GREY: Final = Rule(
    "palette-taken-as-grey",
    Severity.INFO,
    "The numbers of a picture with a palette are places in it, and its greys are the brightness.",
)
PALETTE_AS_RGB: Final = Rule(
    "palette-taken-as-rgb",
    Severity.INFO,
    "The numbers of a picture with a palette are places in it, and no brightness.",
)
PALETTE_BY_COLORS: Final = Rule(
    "palette-by-colors",
    Severity.WARNING,
    "Programs that reduce colors number them as they come, so that 0 is not the background.",
)
SHOWN_INVERTED: Final = Rule(
    "shown-inverted",
    Severity.WARNING,
    "A network that learned bright objects on a dark background finds none that are inverted.",
    "WhiteIsZero of TIFF 6.0, and ImageJ's inverting look-up table, which change no number",
)
_SCALE: Final = 256
_STEP: Final = 24
_STEPS: Final = 2
"""Colors of a scale that may stand out: those of the lowest and the highest number."""
_FEWEST: Final = 16
"""Different colors of a scale; tables of fewer are pictures', filled up, unless they are empty."""

Table = NDArray[np.uint8]
"""Colors, axes ``n c``: red, green and blue of every number."""
Taken = tuple[NDArray[Any], bool, tuple[Finding, ...]]
"""Pixels ``t z c y x``, whether they are red, green and blue, and what is to be said of them."""


def eight_bit(table: NDArray[np.integer[Any]]) -> Table:
    """Return the table of a TIFF file, ``c n`` of 16 bits, as ``n c`` of 8 bits."""
    # Some programs write 8 bits into the tag of 16.
    return (table if table.max(initial=0) < _SCALE else table >> 8).astype(np.uint8).T


def as_image(numbers: NDArray[Any], table: Table, where: str, *, imagej: bool) -> Taken:
    """Return an image to predict on.

    Parameters
    ----------
    numbers
        Places in the table, ``t z c y x`` with one channel.
    table
        The colors.
    where
        The name of the file.
    imagej
        True for a file of ImageJ, whose tables are for display.

    Returns
    -------
    tuple
        The numbers of a scale, the greys of a grey table, else red, green and blue as uint8.
    """
    if imagej or _is_scale(table):
        return numbers, False, _display_findings(table, where, imagej)
    if _is_grey(table):
        what = "its palette is grey, so that its greys are taken in place of its numbers"
        return _colored(numbers, table[:, :1]), False, (PALETTE_AS_GREY.finding(where, what),)
    what = "its palette has colors, so that it is taken as an RGB image"
    return _colored(numbers, table), True, (PALETTE_AS_RGB.finding(where, what),)


def as_labels(numbers: NDArray[Any], table: Table, where: str) -> Taken:
    """Return a label image: its numbers, whatever their colors.

    Black and white alone are a mask, whose colors say which is the object.  A picture whose colors
    were reduced to a palette is returned in its colors: its background has any number.
    """
    present, counts = np.unique(numbers, return_counts=True)
    colors = table[np.minimum(present, len(table) - 1)]
    plain = (colors == colors[:, :1]).all(axis=1) & np.isin(colors[:, 0], (0, 255))
    if len(present) == 2 and plain.all() and colors[0, 0] != colors[1, 0]:
        return _colored(numbers, table[:, :1]), False, ()
    most = int(counts.argmax())
    is_background = plain[most] and counts[most] * 2 > counts.sum()
    if not is_background or (present[0] == 0 and plain[0]):
        return numbers, False, ()
    finding = PALETTE_BY_COLORS.finding(
        where,
        f"most of its pixels have the number {present[most]} and its palette shows them "
        f"{'white' if colors[most, 0] else 'black'}, so that each color is an object",
        "0 for the background",
        "save a label image as 16-bit grey TIFF",
    )
    return _colored(numbers, table), True, (finding,)


def inverted(where: str) -> Finding:
    """Return the finding about an image whose low numbers are shown bright."""
    return SHOWN_INVERTED.finding(
        where,
        "it is shown inverted, low numbers bright, and its numbers are taken as they are stored",
        "an image that is shown as its numbers are",
        "if its objects are bright where those of the training data are dark, or the other way "
        "round, invert it (in ImageJ: Edit > Invert)",
    )


def _display_findings(table: Table, where: str, imagej: bool) -> tuple[Finding, ...]:
    if _is_grey(table) and _is_scale(table):
        falls = int(table[-1, 0]) < int(table[0, 0])
        return (inverted(where),) if falls else ()
    if not imagej:
        what = "its palette is a scale of colors for display, so that its numbers are taken"
        return (PALETTE_FOR_DISPLAY.finding(where, what),)
    if _is_scale(table):
        return ()
    finding = PALETTE_OF_IMAGEJ.finding(
        where,
        "its numbers are taken, since the colors of ImageJ's look-up table are for display",
        "an image whose numbers are its brightness",
        "if it is a photograph, convert it in ImageJ with Image > Type > RGB Color",
    )
    return (finding,)


def _is_scale(table: Table) -> bool:
    """Return whether colors change little from number to number."""
    if len(table) < _SCALE or 1 < len(np.unique(table, axis=0)) < _FEWEST:
        return False
    steps = np.abs(np.diff(table.astype(np.int64), axis=0)).max(axis=1, initial=0)
    return int((steps > _STEP).sum()) <= _STEPS


def _is_grey(table: Table) -> bool:
    return bool((table == table[:, :1]).all())


def _colored(numbers: NDArray[Any], colors: Table) -> NDArray[np.uint8]:
    """Return the colors of numbers along the channels; numbers beyond the table get the last."""
    last = len(colors) - 1
    found: NDArray[np.uint8] = np.take(colors, np.minimum(numbers[:, :, 0], last), axis=0)
    return np.moveaxis(found, -1, 2)
