"""Formats of outlines, a row for each suffix; JSON of all kinds has one suffix."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.annotations.boxes.types import checked_size
from deepbacs_zoo.annotations.names import outline_suffix
from deepbacs_zoo.annotations.outlines.json_text import Json, json_kind, load_json
from deepbacs_zoo.annotations.outlines.types import Outlines
from deepbacs_zoo.annotations.rois import RoiLabels, draw_region, filled_region, read_roi_labels
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.rois import place_rois

__all__ = ["holds_rois", "read_outline_labels", "read_outlines"]


# Loaded with the first file of their kind: Pillow takes a while.
def _labelme(path: Path, content: Json) -> Outlines:
    from deepbacs_zoo.annotations.outlines.labelme import parse_labelme

    return parse_labelme(path, content)


def _geojson(path: Path, content: Json) -> Outlines:
    from deepbacs_zoo.annotations.outlines.geojson import parse_geojson

    return parse_geojson(path, content)


_OF_CONTENT: Final[Mapping[str, Callable[[Path, Json], Outlines]]] = {
    "labelme": _labelme,
    "GeoJSON": _geojson,
}
"""Readers of JSON by its kind."""
_ROI: Final = ".roi"


def holds_rois(path: Path) -> bool:
    """Return whether the outlines are those of ImageJ.

    A zip that cannot be opened is taken for one: its reader says what is wrong with it.
    """
    suffix = outline_suffix(path)
    if suffix != ".zip":
        return suffix == _ROI
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (OSError, ValueError, zipfile.BadZipFile):
        return True
    return any(name.endswith(_ROI) for name in names) or not any(
        name.endswith("json") for name in names
    )


def read_outlines(path: Path) -> Outlines:
    """Read outlines of labelme or QuPath.

    Raises
    ------
    DataError
        The file is damaged, or JSON of another kind.
    """
    content = load_json(path)
    kind = json_kind(content)
    if kind not in _OF_CONTENT:
        raise DataError(
            path,
            "it holds no outlines of a kind that is read",
            value=f"JSON of {kind}" if kind else "JSON of an unknown kind",
            allowed="JSON of labelme, or GeoJSON of QuPath",
            hint="export the annotations as one of these, or as label images",
        )
    return _OF_CONTENT[kind](path, content)


def read_outline_labels(path: Path, shape: tuple[int, ...], channels: int = 1) -> RoiLabels:
    """Read outlines of any program as labels.

    Parameters
    ----------
    path
        Their file.
    shape
        Frames, slices, rows and columns of the image.
    channels
        Its channels, which positions in ImageJ's stacks count first.

    Raises
    ------
    DataError
        The file is damaged, of another kind, of an image of another size, or of planes that the
        image does not have; an outline lies outside the image, or others cover more than half of
        it.
    """
    if holds_rois(path):
        return read_roi_labels(path, shape, channels)
    found, size = read_outlines(path), (shape[2], shape[3])
    checked_size(path, found.size, size)
    placed = place_rois(path, found.outlines, shape[:2])
    labels = np.zeros(shape, np.int32)
    for number, outline in enumerate(found.outlines):
        place = f"{path}: {outline.name}"
        rectangle, inside = filled_region(outline, size, place)
        for plane in placed.planes[number]:
            draw_region(labels[plane][rectangle], inside, number + 1, place)
    return RoiLabels(labels, (*found.findings, *placed.findings))
