"""Boxes around objects that were annotated otherwise: label images, outlines of labelme, QuPath.

The class of a label stands in a table ``<image>.csv`` or ``<image>_classes.csv`` beside the label
image, with the columns ``label`` and ``class``.  Or all objects are of one class that is named.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.boxes.types import (
    Box,
    BoxAnnotation,
    checked_boxes,
    checked_size,
    decoded_text,
    unreadable,
)
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE, LabelOptions
from deepbacs_zoo.annotations.outlines.read import read_outlines as read_drawn
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import stem_of
from deepbacs_zoo.images.rois import place_rois
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.annotations.labels.read import Annotation

__all__ = [
    "NamedLabels",
    "boxes_around",
    "named_labels",
    "read_outline_boxes",
]

_KIND: Final = "a table (CSV) with the columns label and class"


@dataclass(frozen=True)
class NamedLabels:
    """The classes of labels.

    Parameters
    ----------
    every
        The class of all; ``None`` when a table names them.
    names
        The class of each label by its number.
    """

    every: str | None
    names: Mapping[int, str]

    def options(self, options: LabelOptions = AS_THEY_ARE) -> LabelOptions:
        """Return the meaning of values: a table of one number tells that there is one object."""
        if len(self.names) == 1 and options.annotations == "auto":
            return replace(options, annotations="labels")
        return options


def named_labels(path: Path, classes: Sequence[str] | None = None) -> NamedLabels:
    """Return the classes of the labels of a file.

    Parameters
    ----------
    path
        The label image, or a mask.
    classes
        The names that are known; one alone is the class of all labels.

    Raises
    ------
    DataError
        Nothing states the classes.
    """
    every = classes[0] if classes and len(classes) == 1 else None
    return NamedLabels(every, {} if every else _table(path))


def boxes_around(
    path: Path,
    annotation: Annotation,
    named: NamedLabels,
    classes: Sequence[str] | None = None,
) -> BoxAnnotation:
    """Return the box around each label.

    Parameters
    ----------
    path
        The label image, or a mask.
    annotation
        Its labels.
    named
        Their classes.
    classes
        The names that are known; ``None`` for any.

    Raises
    ------
    DataError
        A label is not in the table, or as `checked_boxes` says.
    """
    boxes = []
    for label, (rows, columns) in enumerate(_places(annotation.labels)):
        number = annotation.numbers[label] if annotation.numbers else label + 1
        name = named.every or named.names.get(number)
        if name is None:
            raise DataError(
                path,
                "a label has no class",
                value=number,
                allowed="a row for each label in the table beside it",
                hint="complete the table",
            )
        boxes.append(Box(columns.start, rows.start, columns.stop, rows.stop, name))
    found = checked_boxes(path, boxes, annotation.labels.shape, classes)
    return BoxAnnotation(found.boxes, (*annotation.findings, *found.findings))


def _places(labels: NDArray[np.int32]) -> list[tuple[slice, slice]]:
    from scipy.ndimage import find_objects

    return list(find_objects(labels))


def read_outline_boxes(
    path: Path,
    size: tuple[int, int],
    classes: Sequence[str] | None = None,
    class_name: str | None = None,
) -> BoxAnnotation:
    """Return the box around each outline of labelme or QuPath, which state classes themselves."""
    found = read_drawn(path)
    checked_size(path, found.size, size)
    placed = place_rois(path, found.outlines, (1, 1))
    boxes = []
    for outline in found.outlines:
        name = class_name or outline.class_name
        if not name:
            raise DataError(
                f"{path}: {outline.name}",
                "an outline has no class",
                allowed="a class for each outline",
                hint="classify it, or name the one class of all objects, such as "
                + Option("classes", "cell"),
            )
        boxes.append(Box(*outline.bounds, name))
    checked = checked_boxes(path, boxes, size, classes)
    return BoxAnnotation(checked.boxes, (*found.findings, *placed.findings, *checked.findings))


def _table(path: Path) -> Mapping[int, str]:
    stem = stem_of(path)
    for name in (f"{stem}_classes.csv", f"{stem}.csv"):
        if (path.parent / name).is_file():
            return _read_table(path.parent / name)
    raise DataError(
        path,
        "this is a label image where boxes with classes were expected",
        value=path.name,
        allowed="Pascal VOC (.xml), YOLO (.txt), COCO (.json) or outlines (.zip, .roi)",
        hint="name the one class of all objects, such as "
        + Option("classes", "cell")
        + f", or add {stem}_classes.csv",
    )


def _read_table(path: Path) -> Mapping[int, str]:
    rows = csv.DictReader(decoded_text(path, _KIND).splitlines())
    try:
        return {int(row["label"]): row["class"].strip() for row in rows}
    except (KeyError, ValueError, TypeError, AttributeError, csv.Error) as error:
        raise unreadable(path, _KIND, error) from error
