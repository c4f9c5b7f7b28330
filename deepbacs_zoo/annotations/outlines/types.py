"""Outlines of one image, and the label image that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.polygons import Region
from deepbacs_zoo.images.rois.roi import EVERYWHERE, Position

__all__ = ["Edges", "Outline", "Outlines", "Size", "corners_of", "no_area"]

Size = tuple[int, int]
"""Rows and columns of an image."""
Edges = tuple[float, float, float, float]
"""Left, upper, right and lower edge in image pixels; the first pixel covers 0 to 1."""
NO_AREA: Final = Rule(
    "outlines-without-area",
    Severity.WARNING,
    "Points and lines enclose no pixel, so that the objects they mark are background in training.",
)


@dataclass(frozen=True, eq=False)
class Outline:
    """One object as it was drawn.

    Parameters
    ----------
    name
        Its place in messages.
    class_name
        Its class; empty where none is stated.
    bounds
        The box around it.
    region
        Takes the size of the image; gives the rows and columns of the object, cut at the image's
        edges, and its pixels in them.
    position
        The plane of a stack, as that of a ROI.
    """

    name: str
    class_name: str
    bounds: Edges
    region: Callable[[Size], Region]
    position: Position = EVERYWHERE

    def fill(self, size: Size) -> Region:
        """Return the pixels of an image of this size that it encloses."""
        return self.region(size)


@dataclass(frozen=True, eq=False)
class Outlines:
    """All outlines of a file.

    Parameters
    ----------
    outlines
        In the order of the file.
    size
        The image's size as the file states it; zeros where it does not.
    findings
        What was left out.
    """

    outlines: tuple[Outline, ...]
    size: Size = (0, 0)
    findings: tuple[Finding, ...] = ()


def corners_of(points: ArrayLike) -> NDArray[np.float64]:
    """Return points as ``n 2`` float64, x and y.

    Raises
    ------
    ValueError
        They are no points, or not finite.
    """
    corners = np.asarray(points, np.float64)
    if corners.ndim != 2 or corners.shape[1] < 2 or not np.isfinite(corners).all():
        raise ValueError("points that are no pairs of numbers")
    return corners[:, :2]


def no_area(path: Path, kinds: Sequence[str], total: int) -> tuple[Finding, ...]:
    """Say how many shapes are points or lines.

    Parameters
    ----------
    path
        Their file.
    kinds
        The type of each of them.
    total
        The number of all shapes.

    Raises
    ------
    DataError
        All shapes are.
    """
    if not kinds:
        return ()
    named = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    if len(kinds) == total:
        raise DataError(
            path,
            "there is no outline with an area in it",
            value=named,
            allowed="a closed outline around each object",
            hint="draw around the objects; points and lines enclose no pixel",
        )
    finding = NO_AREA.finding(
        path,
        f"{len(kinds)} of its {total} shapes enclose no area and are left out ({named})",
        "a closed outline around each object",
        "draw around these objects, if they are some",
    )
    return (finding,)
