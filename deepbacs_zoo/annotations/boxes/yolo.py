"""Boxes in the text files of YOLO, one for each image, and the list of classes beside them.

Each line holds the number of the class, the center along x and y, width and height, the last four
as shares of the image's size (https://github.com/AlexeyAB/darknet, "How to train").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.annotations.boxes.types import (
    Box,
    BoxAnnotation,
    checked_boxes,
    decoded_text,
    unreadable,
)
from deepbacs_zoo.errors import DataError

__all__ = ["CLASS_LISTS", "read_class_list", "read_yolo"]

_KIND: Final = "YOLO (text, five numbers a line)"
_PER_LINE: Final = 5
CLASS_LISTS: Final = ("classes.txt", "obj.names", "data.yaml", "dataset.yaml")
"""Files that name the classes, in the folder of the annotations or up to two above."""
_UP: Final = 2


def read_yolo(
    path: Path, size: tuple[int, int], classes: Sequence[str] | None = None
) -> BoxAnnotation:
    """Read boxes; a file without a line has none.

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
    names = read_class_list(path.parent)
    boxes = []
    for number, line in enumerate(decoded_text(path, _KIND).splitlines(), 1):
        if line.strip():
            boxes.append(_box(path, number, line.split(), names, size))
    return checked_boxes(path, boxes, size, classes)


def _box(
    path: Path, line: int, words: list[str], names: Sequence[str], size: tuple[int, int]
) -> Box:
    try:
        if len(words) != _PER_LINE:
            raise ValueError(f"{len(words)} numbers")
        index = int(words[0])
        x, y, width, height = (float(word) for word in words[1:])
    except ValueError as error:
        raise unreadable(path, _KIND, f"line {line}: {error}") from error
    if not all(0 <= share <= 1 for share in (x, y, width, height)):
        raise DataError(
            path,
            "a box lies outside the image",
            value=f"line {line}: {' '.join(words)}",
            allowed="center and size as shares of the image, 0 to 1",
            hint="export the annotations again, with normalized coordinates",
        )
    if not 0 <= index < len(names):
        raise DataError(
            path,
            "a box has an unknown class",
            value=f"line {line}: {index}",
            allowed=", ".join(f"{number} {name}" for number, name in enumerate(names)),
            hint="complete the list of classes",
        )
    rows, columns = size
    across, down = width * columns, height * rows
    left, top = x * columns - across / 2, y * rows - down / 2
    left, top, right, bottom = map(_even, (left, top, left + across, top + down))
    return Box(left, top, right, bottom, names[index])


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
