"""Boxes in the JSON of COCO, one file for all images (https://cocodataset.org/#format-data).

``bbox`` is left, upper edge, width and height in pixels; the first pixel begins at 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from deepbacs_zoo.annotations.boxes.notes import box_of_outline, crowd_left_out, rotated
from deepbacs_zoo.annotations.boxes.types import (
    Box,
    BoxAnnotation,
    checked_boxes,
    checked_size,
    decoded_text,
    unreadable,
)
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files.names import normalized

__all__ = ["coco_images", "read_coco"]

_OF_ROTATED: Final = 5
"""Numbers of a box with an angle, as Detectron2 writes it."""
_KIND: Final = "COCO (JSON with images, annotations and categories)"


@dataclass
class _Entry:
    """The entries of a file about one image, and how many were taken in another way."""

    size: tuple[int, int]
    boxes: list[Box] = field(default_factory=list)
    crowds: int = 0
    outlines: int = 0


def coco_images(path: Path) -> tuple[str, ...]:
    """Return the names of the image files that the JSON is about, in its order.

    Raises
    ------
    DataError
        It is damaged or no COCO.
    """
    return tuple(_entries(path))


def read_coco(
    path: Path, source: Path, size: tuple[int, int], classes: Sequence[str] | None = None
) -> BoxAnnotation:
    """Read the boxes of one image.

    Parameters
    ----------
    path
        The ``.json`` file.
    source
        The image, found by its file name.
    size
        Its rows and columns.
    classes
        The names that are known; ``None`` for any.

    Raises
    ------
    DataError
        The file is damaged, no COCO, does not know the image, or as `checked_boxes` and
        `checked_size` say.
    """
    entry = _entries(path).get(normalized(source.name))
    if entry is None:
        raise DataError(
            path,
            "it says nothing about an image",
            value=source.name,
            allowed="an entry in 'images' for each image",
            hint="take the image away, or export the annotations again",
        )
    checked_size(path, entry.size, size)
    found = checked_boxes(path, entry.boxes, size, classes)
    said = [crowd_left_out(path, source.name, entry.crowds)] if entry.crowds else []
    said += [box_of_outline(path, entry.outlines)] if entry.outlines else []
    return BoxAnnotation(found.boxes, (*said, *found.findings))


def _entries(path: Path) -> Mapping[str, _Entry]:
    try:
        state = path.stat()
    except OSError as error:
        raise unreadable(path, _KIND, error) from error
    return _parsed(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _parsed(path: Path, changed: int, length: int) -> Mapping[str, _Entry]:
    """Read the file once for all of its images, as long as it does not change."""
    try:
        content = json.loads(decoded_text(path, _KIND))
        names = {entry["id"]: str(entry["name"]) for entry in content["categories"]}
        boxes = {
            entry["id"]: _Entry((int(entry.get("height") or 0), int(entry.get("width") or 0)))
            for entry in content["images"]
        }
        for entry in content["annotations"]:
            _add(path, entry, boxes, names)
        return {normalized(_file_name(entry)): boxes[entry["id"]] for entry in content["images"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        found = f"no {error}" if isinstance(error, KeyError) else error
        raise unreadable(path, _KIND, found) from error


def _file_name(entry: Mapping[str, Any]) -> str:
    return str(entry["file_name"]).replace("\\", "/").rpartition("/")[2]


def _add(
    path: Path, entry: Mapping[str, Any], boxes: Mapping[Any, _Entry], names: Mapping[Any, str]
) -> None:
    if entry["category_id"] not in names:
        raise DataError(
            path,
            "a box has an unknown class",
            value=f"category {entry['category_id']}",
            allowed=", ".join(f"{number} {name}" for number, name in names.items()),
            hint="export the annotations again",
        )
    if entry["image_id"] not in boxes:
        raise DataError(
            path,
            "a box belongs to an image that is not in the list of images",
            value=f"image {entry['image_id']}",
            allowed="the numbers of its 'images'",
            hint="export the annotations again",
        )
    found = boxes[entry["image_id"]]
    if entry.get("iscrowd"):
        found.crowds += 1
        return
    given = entry.get("bbox")
    if not given:
        given = _around(entry)
        found.outlines += 1
    if len(given) == _OF_ROTATED:
        raise rotated(path, f"annotation {entry.get('id')}, bbox {given}")
    left, top, width, height = (float(number) for number in given)
    name = names[entry["category_id"]]
    found.boxes.append(Box(left, top, left + width, top + height, name))


def _around(entry: Mapping[str, Any]) -> Sequence[float]:
    """Return left, upper edge, width and height of an outline: polygons, or lengths of runs."""
    outline = entry.get("segmentation")
    if not outline:
        raise ValueError(f"annotation {entry.get('id')} has neither a bbox nor a segmentation")
    if isinstance(outline, Mapping):
        from pycocotools import mask

        counts, (height, width) = outline["counts"], outline["size"]
        packed = mask.frPyObjects(outline, height, width) if isinstance(counts, list) else outline
        return tuple(float(number) for number in mask.toBbox(packed))
    points = np.concatenate([np.reshape(np.asarray(part, float), (-1, 2)) for part in outline])
    low, high = points.min(axis=0), points.max(axis=0)
    return (*low.tolist(), *(high - low).tolist())
