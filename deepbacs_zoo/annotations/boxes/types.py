"""Boxes with classes, and the checks of every annotation of boxes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files.text import read_text
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.region import Region

__all__ = [
    "VISIBLE",
    "Box",
    "BoxAnnotation",
    "boxes_inside",
    "checked_boxes",
    "checked_size",
    "crop_boxes",
    "decoded_text",
    "unreadable",
]

VISIBLE: Final = 0.35
"""Share of a box that must be in a part of its image; of what shows less nobody could say what it
is."""

_OVERSHOOT: Final = 2.0
"""Pixels by which a box may stand out: people count from 0 or from 1, and round."""
_SMALLEST: Final = 2.0
_LARGEST_FILE: Final = 2**26
BOXES_CUT: Final = Rule(
    "boxes-cut-at-edge",
    Severity.WARNING,
    "Boxes outside the image are a sign that an annotation belongs to another one.",
)
BOXES_TINY: Final = Rule(
    "boxes-tiny",
    Severity.WARNING,
    "A box of a pixel or two shows nothing that can be learned.",
)


@dataclass(frozen=True)
class Box:
    """A box with the name of its class.

    Parameters
    ----------
    x0, y0, x1, y1
        Left, upper, right and lower edge in image pixels; the first pixel covers 0 to 1.
    name
        The class.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    name: str

    @property
    def width(self) -> float:
        """Pixels along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Pixels along y."""
        return self.y1 - self.y0

    def __str__(self) -> str:
        return f"{self.name} x {self.x0:g} to {self.x1:g}, y {self.y0:g} to {self.y1:g}"


@dataclass(frozen=True)
class BoxAnnotation:
    """The boxes of an image; none is an answer too.

    Parameters
    ----------
    boxes
        In the order of the file.
    findings
        What is odd about them without being wrong.
    """

    boxes: tuple[Box, ...]
    findings: tuple[Finding, ...] = ()


def boxes_inside(
    boxes: Iterable[Box],
    corner: tuple[float, float],
    size: tuple[int, int],
    scale: float = 1.0,
) -> tuple[Box, ...]:
    """Return the boxes in a part of an image, cut at its edges, without those mostly outside.

    Parameters
    ----------
    boxes
        In image pixels.
    corner
        The first row and column of the part, in image pixels.
    size
        Rows and columns of the part.
    scale
        Image pixels per pixel of the part.
    """
    kept = []
    (top, left), (height, width) = corner, size
    for box in boxes:
        moved = Box(
            (box.x0 - left) / scale,
            (box.y0 - top) / scale,
            (box.x1 - left) / scale,
            (box.y1 - top) / scale,
            box.name,
        )
        inside = Box(
            max(moved.x0, 0.0),
            max(moved.y0, 0.0),
            min(moved.x1, float(width)),
            min(moved.y1, float(height)),
            box.name,
        )
        if min(inside.width, inside.height) < _SMALLEST:
            continue
        if inside.width * inside.height >= VISIBLE * moved.width * moved.height:
            kept.append(inside)
    return tuple(kept)


def crop_boxes(annotation: BoxAnnotation, region: Region) -> BoxAnnotation:
    """Return the boxes of a part of an image, as `boxes_inside`."""
    size = region.height, region.width
    return replace(annotation, boxes=boxes_inside(annotation.boxes, (region.y, region.x), size))


def checked_boxes(
    path: Path, boxes: Sequence[Box], size: tuple[int, int], classes: Sequence[str] | None
) -> BoxAnnotation:
    """Return boxes cut at the image's edges, refusing what cannot be meant.

    Parameters
    ----------
    path
        Their file.
    boxes
        As they stand there.
    size
        Rows and columns of the image.
    classes
        The names that are known; ``None`` for any.

    Raises
    ------
    DataError
        A box has no area, stands out of the image by more than two pixels, or its class is unknown.
    """
    rows, columns = size
    kept, cut, tiny = [], 0, 0
    for box in boxes:
        _check(path, box, size, classes)
        inside = Box(
            max(box.x0, 0.0),
            max(box.y0, 0.0),
            min(box.x1, float(columns)),
            min(box.y1, float(rows)),
            box.name,
        )
        # One pixel is what counting from 0 or from 1 makes of each image's edge: no news.
        cut += (
            max(inside.x0 - box.x0, inside.y0 - box.y0, box.x1 - inside.x1, box.y1 - inside.y1) > 1
        )
        tiny += min(inside.width, inside.height) < _SMALLEST
        kept.append(inside)
    return BoxAnnotation(tuple(kept), tuple(_findings(path, len(boxes), cut, tiny)))


def _check(path: Path, box: Box, size: tuple[int, int], classes: Sequence[str] | None) -> None:
    rows, columns = size
    if not all(math.isfinite(edge) for edge in (box.x0, box.y0, box.x1, box.y1)):
        raise _wrong(path, "a box has edges that are no numbers", box, "finite numbers")
    if box.width <= 0 or box.height <= 0:
        raise _wrong(
            path,
            "a box has no area",
            box,
            "a right edge beyond the left one, a lower edge beyond the upper one",
        )
    edges = (-box.x0, -box.y0, box.x1 - columns, box.y1 - rows)
    if max(edges) > _OVERSHOOT or -max(-box.x1, -box.y1, box.x0 - columns, box.y0 - rows) <= 0:
        raise DataError(
            path,
            "a box lies outside the image",
            value=str(box),
            allowed=f"boxes inside the image of {columns} x {rows} pixels",
            hint="look whether the annotation belongs to another image, or one of another size",
        )
    if classes is not None and box.name not in classes:
        raise DataError(
            path,
            "a box has an unknown class",
            value=box.name,
            allowed=", ".join(classes),
            hint="correct its name, or name all classes that there are",
        )


def _wrong(path: Path, what: str, box: Box, allowed: str) -> DataError:
    return DataError(
        path, what, value=str(box), allowed=allowed, hint="draw it again or take it away"
    )


def _findings(path: Path, total: int, cut: int, tiny: int) -> list[Finding]:
    found = []
    if cut:
        found.append(
            BOXES_CUT.finding(
                path,
                f"{cut} of {total} boxes stood out of the image and were cut at its edge",
                "boxes inside the image",
                "look whether the annotation belongs to this image",
            )
        )
    if tiny:
        found.append(
            BOXES_TINY.finding(
                path,
                f"{tiny} of {total} boxes are under {_SMALLEST:g} pixels wide or high",
                "boxes around visible objects",
                "look whether they were drawn by accident; training leaves them out",
            )
        )
    return found


def checked_size(path: Path, stated: tuple[int, int], size: tuple[int, int]) -> None:
    """Refuse an annotation that states another size of the image; zeros state nothing.

    Raises
    ------
    DataError
        The sizes (rows, columns) differ.
    """
    if all(stated) and stated != size:
        raise DataError(
            path,
            "it was drawn on an image of another size",
            value="{1} x {0} against {3} x {2} pixels".format(*stated, *size),
            allowed="the size of the image",
            hint="use the image that was annotated, or scale the boxes with it",
        )


def decoded_text(path: Path, kind: str) -> str:
    """Return the text of an annotation file.

    Raises
    ------
    DataError
        It cannot be read, is no text in UTF-8, or far too large.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError(f"over {_LARGEST_FILE} bytes")
        return read_text(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, kind, error) from error


def unreadable(path: Path, kind: str, error: Exception | str) -> DataError:
    """Build the error for a file that is not what its suffix says."""
    text = str(error) or type(error).__name__
    return DataError(
        path,
        "its boxes cannot be read",
        value=text.splitlines()[0][:120],
        allowed=f"a file of {kind}",
        hint="export the annotations again",
    )
