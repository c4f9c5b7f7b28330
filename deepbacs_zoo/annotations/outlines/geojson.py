"""Outlines of QuPath: GeoJSON, as a collection, a list or a single feature (RFC 7946).

Coordinates are pixels of the full image from its upper left corner.  Areas become pixels as QuPath
fills them in its own label images (``LabeledImageServer``: ``Graphics2D.fill`` with the usual
hints): a pixel belongs to an area when its upper left corner lies inside by the even-odd rule, one
on a left or upper edge too.  The class is the ``classification``; a nucleus of a cell is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.outlines.json_text import Json, load_json, unreadable_outlines
from deepbacs_zoo.annotations.outlines.types import (
    Edges,
    Outline,
    Outlines,
    Size,
    corners_of,
    no_area,
)
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.polygons import Region, fill_region
from deepbacs_zoo.images.rois import Position

__all__ = ["parse_geojson", "read_geojson"]

Ring = NDArray[np.float64]
_CORNER: Final = np.array([0.5 - 1e-6, 0.5 - 1e-9])
"""From the corner of a pixel to its center, less what puts a corner on a left edge inside."""
_DETECTED: Final = frozenset({"cell", "detection", "PathCellObject", "PathDetectionObject"})
_GROUND: Final = frozenset({"tile", "tmaCore", "tma_core", "PathTileObject", "TMACoreObject"})
_ROOT: Final = frozenset({"root", "PathRootObject"})
"""Types of objects; version 0.2 of QuPath wrote them as the id of a feature."""
REGIONS_LEFT_OUT: Final = Rule(
    "outlines-of-regions",
    Severity.WARNING,
    "An annotation around detected cells is the region in which they were looked for, no object.",
    "QuPath, hierarchy of objects",
)


@dataclass(frozen=True, eq=False)
class _Feature:
    """A feature with the rings of its areas, none where it has no area."""

    kind: str
    geometry: str
    class_name: str
    name: str
    areas: tuple[tuple[Ring, ...], ...]
    position: Position

    @property
    def edges(self) -> Edges:
        """The box around all areas."""
        points = np.concatenate([ring for rings in self.areas for ring in rings])
        left, top = points.min(axis=0).tolist()
        right, bottom = points.max(axis=0).tolist()
        return left, top, right, bottom


def read_geojson(path: Path) -> Outlines:
    """Read the outlines of an image.

    Raises
    ------
    DataError
        The file is damaged, or holds only points and lines.
    """
    return parse_geojson(path, load_json(path))


def parse_geojson(path: Path, content: Json) -> Outlines:
    """Return the outlines of a file that is read already; otherwise as `read_geojson`."""
    try:
        features = [
            _feature(entry, f"object {number}") for number, entry in enumerate(_entries(content), 1)
        ]
        features = [each for each in features if each.kind not in _ROOT]
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise unreadable_outlines(path, error) from error
    kept, regions = _without_regions([each for each in features if each.areas])
    lines = [each.geometry for each in features if not each.areas]
    findings = (*no_area(path, lines, len(features)), *_of_regions(path, regions))
    return Outlines(tuple(map(_outline, kept)), findings=findings)


def _entries(content: Json) -> Iterator[Mapping[str, Any]]:
    """Yield all features, with those inside others."""
    if isinstance(content, Mapping) and content["type"] == "FeatureCollection":
        content = content["features"]
    for each in content if isinstance(content, list) else [content]:
        entry = each if each["type"] == "Feature" else {"geometry": each}
        yield entry
        properties = entry.get("properties") or {}
        yield from _entries(properties.get("childObjects") or properties.get("children") or [])


def _feature(entry: Mapping[str, Any], number: str) -> _Feature:
    properties, geometry = entry.get("properties") or {}, entry.get("geometry") or {}
    kinds = (properties.get("objectType"), properties.get("object_type"), entry.get("id"))
    class_name = _class_of(properties.get("classification"))
    name = number + (f" ({class_name})" if class_name else "")
    return _Feature(
        next((str(kind) for kind in kinds if kind), ""),
        str(geometry.get("type") or "object without a shape"),
        class_name,
        name,
        tuple(_areas(geometry)),
        _position(geometry.get("plane") or {}),
    )


def _areas(geometry: Mapping[str, Any]) -> Iterator[tuple[Ring, ...]]:
    """Yield the rings of each area: its outline, and its holes."""
    match geometry.get("type"):
        case "Polygon":
            polygons = [geometry["coordinates"]]
        case "MultiPolygon":
            polygons = geometry["coordinates"]
        case "GeometryCollection":
            for part in geometry["geometries"]:
                yield from _areas(part)
            return
        case None | "Point" | "MultiPoint" | "LineString" | "MultiLineString":
            return
        case other:
            raise ValueError(f"a geometry of the unknown type {str(other)[:40]!r}")
    for rings in polygons:
        if rings:
            yield tuple(map(corners_of, rings))


def _class_of(classification: Json) -> str:
    """Return the class, of derived ones all names as QuPath shows them."""
    if isinstance(classification, Mapping):
        names = classification.get("names") or [classification.get("name") or ""]
        return ": ".join(str(name) for name in names).strip()
    return str(classification or "").strip()


def _position(plane: Mapping[str, Any]) -> Position:
    """Return the position in a stack; without one, QuPath means the first plane."""
    z, t = (int(plane.get(axis) or 0) for axis in "zt")
    return Position(z=max(z, 0) + 1, t=max(t, 0) + 1)


def _without_regions(features: Sequence[_Feature]) -> tuple[list[_Feature], list[_Feature]]:
    """Return objects, and the regions in which they lie."""
    detected = [each.edges for each in features if each.kind in _DETECTED]
    kept: list[_Feature] = []
    regions: list[_Feature] = []
    for each in features:
        around = each.kind not in _DETECTED and any(_holds(each.edges, one) for one in detected)
        (regions if around or each.kind in _GROUND else kept).append(each)
    return kept, regions


def _holds(region: Edges, box: Edges) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    larger = (region[2] - region[0]) * (region[3] - region[1]) > (box[2] - box[0]) * (
        box[3] - box[1]
    )
    return larger and region[0] <= x <= region[2] and region[1] <= y <= region[3]


def _of_regions(path: Path, regions: Sequence[_Feature]) -> tuple[Finding, ...]:
    if not regions:
        return ()
    found = REGIONS_LEFT_OUT.finding(
        path,
        f"{len(regions)} of its annotations are regions around detected objects and are left out",
        "one outline for each object",
        "export the detected objects alone, or the annotations alone",
    )
    return (found,)


def _outline(feature: _Feature) -> Outline:
    fill = partial(_filled, feature.areas, feature.edges)
    return Outline(feature.name, feature.class_name, feature.edges, fill, feature.position)


def _filled(areas: Sequence[Sequence[Ring]], edges: Edges, size: Size) -> Region:
    if len(areas) == 1:
        return fill_region([ring + _CORNER for ring in areas[0]], size)
    mask = np.zeros(size, np.bool_)
    for rings in areas:
        place, inside = fill_region([ring + _CORNER for ring in rings], size)
        mask[place] |= inside
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return (slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.bool_)
    taken = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return taken, mask[taken]
