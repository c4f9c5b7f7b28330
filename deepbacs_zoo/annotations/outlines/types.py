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

__all__ = ["Edges", "Outline", "Outlines", "Size", "corners_of", "labels_of", "no_area"]

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
    edges
        The box around it.
    fill
        Takes the size of the image; gives the rows and columns of the object, cut at the image's
        edges, and its pixels in them.
    """

    name: str
    class_name: str
    edges: Edges
    fill: Callable[[Size], Region]


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


def labels_of(path: Path, outlines: Sequence[Outline], size: Size) -> NDArray[np.int32]:
    """Return labels in the order of the outlines; where two overlap, pixels are of the first.

    Parameters
    ----------
    path
        Their file, for messages.
    outlines
        One for each object.
    size
        Rows and columns of the image.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32, 0 is background, labels 1 to n.

    Raises
    ------
    DataError
        An outline has no pixel in the image, or others cover more than half of it.
    """
    labels = np.zeros(size, np.int32)
    for number, outline in enumerate(outlines, 1):
        place, inside = outline.fill(size)
        total = int(np.count_nonzero(inside))
        if not total:
            raise _off_the_image(path, outline, size)
        free = inside & (labels[place] == 0)
        taken = total - int(np.count_nonzero(free))
        if 2 * taken > total:
            raise DataError(
                f"{path}: {outline.name}",
                "others cover more than half of this outline",
                value=f"{taken} of {total} pixels",
                allowed="outlines that overlap at their edges only",
                hint="look whether an object was drawn twice",
            )
        labels[place][free] = number
    return labels


def _off_the_image(path: Path, outline: Outline, size: Size) -> DataError:
    left, top, right, bottom = outline.edges
    return DataError(
        f"{path}: {outline.name}",
        "no pixel of the image lies inside it",
        value=f"x {left:g} to {right:g}, y {top:g} to {bottom:g}",
        allowed=f"outlines inside the image of {size[1]} x {size[0]} pixels",
        hint="look whether they belong to another image",
    )


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
