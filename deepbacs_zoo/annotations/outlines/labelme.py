"""Outlines of labelme, one JSON for each image (https://github.com/wkentaro/labelme).

Shapes become pixels as labelme's own ``shape_to_mask`` and ``shapes_to_label`` make them: Pillow
draws each shape with its edge, so that the pixels under the edge belong to the object.  Shapes of
one class and one ``group_id`` are one object.  A copy of the image in the file is not looked at.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
from deepbacs_zoo.images.polygons import Region

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

__all__ = ["parse_labelme", "read_labelme"]

Points = NDArray[np.float64]
_MARGIN: Final = 2
"""Pixels around a shape, which its edge may take."""


@dataclass(frozen=True, eq=False)
class _Shape:
    """A shape that encloses an area.

    ``draw`` takes a canvas, its upper left corner in the image (x, y), and paints the shape.
    """

    edges: Edges
    draw: Callable[[ImageDraw, Points], None]


def read_labelme(path: Path) -> Outlines:
    """Read the outlines of an image.

    Raises
    ------
    DataError
        The file is damaged, holds shapes of an unknown type, or only points and lines.
    """
    return parse_labelme(path, load_json(path))


def parse_labelme(path: Path, content: Json) -> Outlines:
    """Return the outlines of a file that is read already; otherwise as `read_labelme`."""
    try:
        size = (int(content.get("imageHeight") or 0), int(content.get("imageWidth") or 0))
        groups: dict[Any, list[_Shape]] = {}
        names: dict[Any, tuple[str, str]] = {}
        lines: list[str] = []
        for number, entry in enumerate(content["shapes"], 1):
            name, kind = str(entry.get("label") or "").strip(), _kind_of(entry)
            if kind in _LINES:
                lines.append(kind)
                continue
            group = entry.get("group_id")
            key = number if group is None else (name, str(group))
            groups.setdefault(key, []).append(_SHAPES[kind](entry))
            names.setdefault(key, (f"shape {number}" + (f" ({name})" if name else ""), name))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise unreadable_outlines(path, error) from error
    outlines = tuple(_outline(*names[key], shapes) for key, shapes in groups.items())
    findings = no_area(path, lines, len(content["shapes"]))
    return Outlines(outlines, size, findings)


def _kind_of(entry: Mapping[str, Any]) -> str:
    """Return the type of a shape; before version 3 there were polygons only, without a type."""
    kind = str(entry.get("shape_type") or "polygon")
    if kind not in _SHAPES and kind not in _LINES:
        raise ValueError(f"a shape of the unknown type {kind[:40]!r}")
    if kind == "rectangle" and len(entry["points"]) != _ENDS:
        return "polygon"  # programs after labelme write all four corners
    if kind == "polygon" and len(entry["points"]) < _FEWEST:
        return "line"
    return kind


_ENDS: Final = 2
_FEWEST: Final = 3


def _polygon(entry: Mapping[str, Any]) -> _Shape:
    points = corners_of(entry["points"])

    def draw(canvas: ImageDraw, corner: Points) -> None:
        canvas.polygon([tuple(each) for each in points - corner], outline=1, fill=1)

    return _Shape(_around(points), draw)


def _rectangle(entry: Mapping[str, Any]) -> _Shape:
    points = corners_of(entry["points"])
    ends = np.array([points.min(axis=0), points.max(axis=0)])

    def draw(canvas: ImageDraw, corner: Points) -> None:
        canvas.rectangle([tuple(each) for each in ends - corner], outline=1, fill=1)

    return _Shape(_around(ends), draw)


def _circle(entry: Mapping[str, Any]) -> _Shape:
    center, on_edge = corners_of(entry["points"])
    radius = math.dist(center, on_edge)
    ends = np.array([center - radius, center + radius])

    def draw(canvas: ImageDraw, corner: Points) -> None:
        canvas.ellipse([tuple(each) for each in ends - corner], outline=1, fill=1)

    return _Shape(_around(ends), draw)


def _mask(entry: Mapping[str, Any]) -> _Shape:
    """Return a mask, a PNG at the place of the two points, which are its first and last pixel."""
    points = corners_of(entry["points"])
    first = np.round(points[0]).astype(int)
    pixels = _decoded(entry["mask"])
    whole = np.array_equal(points, np.trunc(points))
    if whole:
        width, height = (np.round(points[1]).astype(int) - first + 1).tolist()
        if pixels.shape != (height, width):
            raise ValueError(
                "a mask of {1} x {0} pixels".format(*pixels.shape) + f", not {width} x {height}"
            )
    rows, columns = pixels.shape

    def draw(canvas: ImageDraw, corner: Points) -> None:
        from PIL import Image

        place = tuple((first - corner.astype(int)).tolist())
        canvas.bitmap(place, Image.fromarray(pixels.astype(np.uint8) * 255), fill=1)

    left, top = (float(each) for each in first)
    return _Shape((left, top, left + columns, top + rows), draw)


def _decoded(text: str) -> NDArray[np.bool_]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(base64.b64decode(text)), formats=["PNG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError(f"a mask of {picture.width} x {picture.height} pixels")
            return np.asarray(picture.convert("L")) > 0
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("a mask that is no PNG") from error


_MOST_PIXELS: Final = 2**28


def _around(points: Points) -> Edges:
    left, top = points.min(axis=0).tolist()
    right, bottom = points.max(axis=0).tolist()
    return left, top, right, bottom


def _outline(name: str, class_name: str, shapes: Sequence[_Shape]) -> Outline:
    ends = np.array([shape.edges for shape in shapes])
    left, top = ends[:, :2].min(axis=0).tolist()
    right, bottom = ends[:, 2:].max(axis=0).tolist()
    edges = (left, top, right, bottom)
    return Outline(name, class_name, edges, partial(_filled, shapes, edges))


def _filled(shapes: Sequence[_Shape], edges: Edges, size: Size) -> Region:
    from PIL import Image, ImageDraw

    rows = slice(*_within(edges[1], edges[3], size[0]))
    columns = slice(*_within(edges[0], edges[2], size[1]))
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if not height or not width:
        return (slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.bool_)
    canvas = Image.new("L", (width, height))
    for shape in shapes:
        shape.draw(ImageDraw.Draw(canvas), np.array([columns.start, rows.start], np.float64))
    return (rows, columns), np.asarray(canvas) > 0


def _within(first: float, last: float, length: int) -> tuple[int, int]:
    """Return the begin and end of an axis that a shape may touch."""
    begin = min(max(math.floor(first) - _MARGIN, 0), length)
    return begin, max(min(math.ceil(last) + _MARGIN, length), begin)


_SHAPES: Final[Mapping[str, Callable[[Mapping[str, Any]], _Shape]]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "oriented_rectangle": _polygon,
    "rotation": _polygon,
    "circle": _circle,
    "mask": _mask,
}
"""``rotation`` is the turned rectangle of programs that write labelme's format."""
_LINES: Final = frozenset({"point", "points", "line", "linestrip"})
