"""Boxes around outlines of ImageJ.

The class of an outline is its property ``class``, or its name in the ROI Manager without a number
at one end (``rod 12``).  A prediction writes both: there the name counts, which is what people
edit.  Or all objects are of one class that is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.annotations.boxes.types import Box, BoxAnnotation, checked_boxes
from deepbacs_zoo.annotations.corrected.boxes import about_boxes
from deepbacs_zoo.annotations.predicted import plain_class, read_roi_name, read_table
from deepbacs_zoo.annotations.rois import is_empty_set, read_outlines
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.rois import Roi, place_rois
from deepbacs_zoo.options import Option

__all__ = ["read_roi_box_planes", "read_roi_boxes"]

_NUMBERED: Final = re.compile(r"(?:\d+[\s_#-]+)?(.*?)(?:[\s_#-]+\d+)?")
_WORD: Final = re.compile(r"[^\W\d_]")


def read_roi_boxes(
    path: Path,
    size: tuple[int, int],
    classes: Sequence[str] | None = None,
    class_name: str | None = None,
) -> BoxAnnotation:
    """Return the box around each outline of ImageJ; otherwise as `boxes_around`."""
    return read_roi_box_planes(path, (1, 1, *size), 1, classes, class_name)[0, 0]


def read_roi_box_planes(
    path: Path,
    shape: tuple[int, ...],
    channels: int = 1,
    classes: Sequence[str] | None = None,
    class_name: str | None = None,
    source: Path | None = None,
) -> Mapping[tuple[int, int], BoxAnnotation]:
    """Return the boxes around outlines of ImageJ, on the planes that they belong to.

    Parameters
    ----------
    path
        Their file.
    shape
        Frames, slices, rows and columns of the image.
    channels
        Its channels, which positions in stacks count first.
    classes
        The names that are known; ``None`` for any.
    class_name
        The class of all; ``None`` for the property ``class`` of an outline, or its name.
    source
        The image, whose name the table of a prediction has; ``None`` if this is none.

    Returns
    -------
    mapping
        By frame and slice; the first plane has the findings about the file.
    """
    rows = None if source is None else read_table(source, path, "class")
    rois, findings = ((), ()) if is_empty_set(path) and rows is not None else read_outlines(path)
    placed = place_rois(path, rois, shape[:2], channels)
    boxes: dict[tuple[int, int], list[Box]] = {plane: [] for plane in np.ndindex(*shape[:2])}
    names = [class_name] * len(rois) if class_name else _classes_of(path, rois, classes)
    for roi, name, planes in zip(rois, names, placed.planes, strict=True):
        for plane in planes:
            boxes[plane].append(Box(*roi.bounds, name))
    found = {}
    about_file = (*about_boxes(path, rows, rois, boxes), *findings, *placed.findings)
    for plane, each in boxes.items():
        checked = checked_boxes(path, each, (shape[2], shape[3]), classes)
        found[plane] = BoxAnnotation(checked.boxes, (*about_file, *checked.findings))
        about_file = ()
    return found


def _classes_of(path: Path, rois: Sequence[Roi], classes: Sequence[str] | None) -> Sequence[str]:
    """Return the class of each outline."""
    stated = [roi.properties.get("class", "") for roi in rois]
    # A name has no character that a file name cannot hold.
    known = {plain_class(name): name for name in (*(classes or ()), *stated)}
    names = []
    for roi, name in zip(rois, stated, strict=True):
        if name and not _is_renamed(roi, name):
            names.append(name)
        else:
            found = _class_of(path, roi.name, classes)
            names.append(known.get(found, found))
    return names


def _is_renamed(roi: Roi, stated: str) -> bool:
    """Return whether a predicted box has been given the name of another class."""
    if "score" not in roi.properties or not _WORD.search(roi.name):
        return False
    said = _said_class(roi.name)
    return plain_class(stated) not in (said, _without_number(said))


def _said_class(name: str) -> str:
    """Return a name without the number and the position that a prediction writes before it."""
    name = name.rpartition("/")[2]  # without the folders of a zip
    predicted = read_roi_name(name)
    return name if predicted is None else predicted.class_name


def _without_number(name: str) -> str:
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered else name


def _class_of(path: Path, name: str, classes: Sequence[str] | None) -> str:
    said = _said_class(name)
    if classes is not None and said in classes:
        return said
    found = _without_number(said)
    if not _WORD.search(found):
        raise DataError(
            path,
            "the name of an outline is no class",
            value=name or "no name",
            allowed="names such as 'rod 12' in the ROI Manager",
            hint="rename the outlines, or name the one class of all objects, such as "
            + Option("classes", "cell"),
        )
    return found
