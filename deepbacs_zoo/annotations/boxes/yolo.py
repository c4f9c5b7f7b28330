"""Boxes in the text files of YOLO, one for each image, and the list of classes beside them.

Each line holds the number of the class, the center along x and y, width and height, the last four
as shares of the image's size (https://github.com/AlexeyAB/darknet, "How to train").  Programs for
segmentation write corners in their place, and predictions end with a confidence
(https://docs.ultralytics.com/datasets/).  An image without objects has an empty file, or none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.boxes.notes import (
    box_of_outline,
    confidence_left_out,
    no_file,
    rotated,
)
from deepbacs_zoo.annotations.boxes.types import (
    Box,
    BoxAnnotation,
    checked_boxes,
    decoded_text,
    unreadable,
)
from deepbacs_zoo.errors import DataError

__all__ = ["CLASS_LISTS", "read_class_list", "read_yolo"]

_KIND: Final = "YOLO (text, a line of five numbers, or of corners, for each object)"
_SHARES: Final = 4
_CORNERS: Final = 4
_OFF: Final = 0.02
"""Share of the longest side by which the corners of a rectangle may be off: six digits are."""
_LONGEST: Final = 80
CLASS_LISTS: Final = ("classes.txt", "obj.names", "data.yaml", "dataset.yaml")
"""Files that name the classes, in the folder of the annotations or up to two above."""
_UP: Final = 2


def read_yolo(
    path: Path, size: tuple[int, int], classes: Sequence[str] | None = None
) -> BoxAnnotation:
    """Read boxes; a file without a line has none, and one that does not exist has none either.

    Parameters
    ----------
    path
        The ``.txt`` file.
    size
        Rows and columns of its image.
    classes
        The names that are known; ``None`` for any.

    Raises
    ------
    DataError
        The file is damaged or no YOLO, a number has no class, or as `checked_boxes` says.
    """
    if not path.exists():
        return BoxAnnotation((), (no_file(path),))
    names = read_class_list(path.parent)
    boxes, sure, outlines = [], 0, 0
    for number, line in enumerate(decoded_text(path, _KIND).splitlines(), 1):
        if line.strip():
            entry = _entry(path, number, line.split())
            boxes.append(_box(path, entry, names, size))
            sure += entry.has_confidence
            outlines += entry.is_outline
    found = checked_boxes(path, boxes, size, classes)
    said = [confidence_left_out(path, sure)] if sure else []
    said += [box_of_outline(path, outlines)] if outlines else []
    return BoxAnnotation(found.boxes, (*said, *found.findings))


@dataclass(frozen=True)
class _Entry:
    """A line: the number of its class, and the shares of a box or of the corners of an outline."""

    place: str
    index: int
    shares: tuple[float, ...]
    has_confidence: bool

    @property
    def is_outline(self) -> bool:
        """True if the shares are corners."""
        return len(self.shares) > _SHARES


def _entry(path: Path, number: int, words: Sequence[str]) -> _Entry:
    """Read a line: a class and four shares, or corners, and perhaps a confidence at the end."""
    place = f"line {number}: {' '.join(words)}"[:_LONGEST]
    try:
        index, *shares = (float(word) for word in words)
        if len(shares) < _SHARES or not index.is_integer():
            raise ValueError(f"{len(words)} numbers" if index.is_integer() else f"class {words[0]}")
    except ValueError as error:
        raise unreadable(path, _KIND, f"line {number}: {error}") from error
    # Four shares and a fifth number, or corners of two shares each and one number more.
    has_confidence = len(shares) % 2 == 1
    if has_confidence and not 0 <= shares[-1] <= 1:
        raise rotated(path, place)  # no confidence: an angle
    if has_confidence:
        shares.pop()
    if not all(0 <= share <= 1 for share in shares):
        raise DataError(
            path,
            "a box lies outside the image",
            value=place,
            allowed="center and size, or corners, as shares of the image, 0 to 1",
            hint="export the annotations again, with normalized coordinates",
        )
    return _Entry(place, int(index), tuple(shares), has_confidence)


def _box(path: Path, entry: _Entry, names: Sequence[str], size: tuple[int, int]) -> Box:
    if not 0 <= entry.index < len(names):
        raise DataError(
            path,
            "a box has an unknown class",
            value=entry.place,
            allowed=", ".join(f"{number} {name}" for number, name in enumerate(names)),
            hint="complete the list of classes",
        )
    rows, columns = size
    if entry.is_outline:
        corners = np.reshape(entry.shares, (-1, 2)) * (columns, rows)
        if _is_rotated(corners):
            raise rotated(path, entry.place)
        edges = [*corners.min(axis=0), *corners.max(axis=0)]
    else:
        x, y, width, height = entry.shares
        across, down = width * columns, height * rows
        first, upper = x * columns - across / 2, y * rows - down / 2
        edges = [first, upper, first + across, upper + down]
    left, top, right, bottom = (_even(float(edge)) for edge in edges)
    return Box(left, top, right, bottom, names[entry.index])


def _is_rotated(corners: NDArray[np.float64]) -> bool:
    """Return whether corners ``n 2`` are those of a rectangle that is not upright.

    That is what programs write of rotated boxes; no outline of an object is so by accident.
    """
    if len(corners) != _CORNERS:
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*sides.T)
    if lengths.min() == 0:
        return False
    tolerance = _OFF * lengths.max()
    square = abs(sides[0] @ sides[1]) <= tolerance * lengths[:2].max()
    parallel = np.abs(sides[0] + sides[2]).max() <= tolerance
    upright = np.abs(sides).min(axis=1).max() <= tolerance
    return bool(square and parallel and not upright)


def _even(edge: float) -> float:
    """Take back the rounding of shares to six digits where whole pixels were meant."""
    nearest = round(edge)
    return float(nearest) if math.isclose(edge, nearest, abs_tol=0.01) else edge


def read_class_list(folder: Path) -> tuple[str, ...]:
    """Return the names of the classes, found in the folder or up to two above.

    Raises
    ------
    DataError
        There is no list, or it is damaged.
    """
    for place in (folder, *folder.absolute().parents[:_UP]):
        for name in CLASS_LISTS:
            if (place / name).is_file():
                return _names(place / name)
    raise DataError(
        folder,
        "the annotations number their classes, and nothing says what the numbers mean",
        allowed=f"a file {' or '.join(CLASS_LISTS)} beside them or in the folder above",
        hint="write one name a line into classes.txt, that of class 0 first",
    )


def _names(path: Path) -> tuple[str, ...]:
    text = decoded_text(path, "names of classes")
    names = _of_yaml(path, text) if path.suffix == ".yaml" else text.splitlines()
    found = tuple(str(name).strip() for name in names)
    while found and not found[-1]:
        found = found[:-1]
    if not found or not all(found) or len(set(found)) < len(found):
        raise DataError(
            path,
            "its list of classes is empty, or has gaps or repetitions",
            value=", ".join(found) or "no name",
            allowed="one name for each number",
            hint="correct the list",
        )
    return found


def _of_yaml(path: Path, text: str) -> Sequence[Any]:
    import yaml

    try:
        names = dict(yaml.safe_load(text))["names"]
        return [names[index] for index in range(len(names))]
    except (yaml.YAMLError, TypeError, ValueError, KeyError, IndexError) as error:
        raise unreadable(path, "YAML with a list 'names'", error) from error
