"""A ROI of ImageJ, and the pixels that ImageJ fills."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images.polygons import Region, fill_region

__all__ = ["Bounds", "Position", "Roi", "named_slice"]

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
"""Left, top, right and bottom edge in pixels, the first pixel from 0 to 1."""

NOTES: Final = frozenset({"text", "arrow", "image"})
BARS: Final = ("|SB|", "|CB|")
"""Names of the parts of scale bars and calibration bars."""
# The ROI Manager names a ROI after its slice and the middle of its bounds: 0003-0120-0045.
_NAMED_SLICE: Final = (
    re.compile(r"(.{4})-.{4}-.{4}"),
    re.compile(r"(.{5})-.{5}-.{5}"),
    re.compile(r"(.{6})-.{6}-.{6}"),
)


class Position(NamedTuple):
    """The plane of a stack that a ROI belongs to, each number from 1, 0 for every one.

    Parameters
    ----------
    plane
        The number of the plane, channels counted first, then slices, then frames.
    c, z, t
        The position in a hyperstack, which has no number.
    """

    plane: int = 0
    c: int = 0
    z: int = 0
    t: int = 0

    @property
    def stated(self) -> bool:
        """True if the ROI belongs to one plane."""
        return any(self)


EVERYWHERE: Final = Position()


@dataclass(frozen=True, eq=False)
class Roi:
    """A ROI.

    Parameters
    ----------
    name
        Its name.
    kind
        Its type in words: ``polygon``, ``rounded rectangle``, ``line`` ...
    bounds
        The box around it.
    parts
        The corners of each polygon that bounds its area, ``n 2``, x and y in pixels from the upper
        left corner of the image; those inside others are holes.  Nothing for a ROI without an area
        (a line, a point) and for an oval.
    oval
        Left, top, width and height of an oval, in whole pixels.
    position
        The plane that it belongs to.
    properties
        Texts by their names, such as ``class``.
    """

    name: str
    kind: str
    bounds: Bounds
    parts: Sequence[Floats] = ()
    oval: tuple[int, int, int, int] | None = None
    position: Position = EVERYWHERE
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_note(self) -> bool:
        """True for what is laid over an image and marks no object: texts, arrows, bars ..."""
        return self.kind in NOTES or self.name.startswith(BARS)

    @property
    def has_area(self) -> bool:
        """True if ImageJ measures and fills an area."""
        return not self.is_note and bool(self.parts or self.oval)

    def fill(self, size: tuple[int, int]) -> Region:
        """Return the pixels that ImageJ fills.

        Parameters
        ----------
        size
            Rows and columns of the image; what lies outside is cut off.
        """
        if self.oval is not None:
            return _fill_oval(self.oval, size)
        return fill_region(self.parts, size)


def named_slice(name: str) -> int:
    """Return the slice that a name of the ROI Manager states, 0 where it states none."""
    for pattern in _NAMED_SLICE:
        found = pattern.match(name)
        if found:
            return int(found[1]) if found[1].isdecimal() else 0
    return 0


def _fill_oval(oval: tuple[int, int, int, int], size: tuple[int, int]) -> Region:
    left, top, width, height = oval
    place = tuple(
        slice(max(start, 0), max(min(start + length, end), start, 0))
        for start, length, end in ((top, height, size[0]), (left, width, size[1]))
    )
    rows, columns = place
    a, b = width / 2, height / 2
    x = np.arange(columns.start, columns.stop) - left - (a - 0.5)
    y = np.arange(rows.start, rows.stop) - top - (b - 0.5)
    inside = (x * x / (a * a))[None, :] + (y * y / (b * b))[:, None] <= 1.0
    return (rows, columns), inside
