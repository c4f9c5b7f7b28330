"""JSON of annotations: its kind is known by its content, since all have one suffix."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files.names import is_system_file

__all__ = ["JSON_KINDS", "Json", "json_kind", "kind_of_file", "load_json", "unreadable_outlines"]

Json: TypeAlias = Any
"""Content of a JSON file: mappings, lists, texts and numbers."""
_LARGEST: Final = 2**28
"""Bytes; labelme may keep the whole image in its file."""
_GEOJSON: Final = frozenset(
    {"FeatureCollection", "Feature", "Polygon", "MultiPolygon", "GeometryCollection"}
    | {"Point", "MultiPoint", "LineString", "MultiLineString"}
)


def load_json(path: Path) -> Json:
    """Return the content of a JSON file, perhaps in gzip, or the one in a zip.

    Raises
    ------
    DataError
        It cannot be read, or is far too large.
    """
    try:
        return json.loads(_bytes(path).decode("utf-8-sig"))
    except RecursionError as error:
        raise unreadable_outlines(path, "its brackets are nested too deep") from error
    except (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise unreadable_outlines(path, error) from error


def _bytes(path: Path) -> bytes:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if _is_json(info.filename)]
            if len(members) != 1:
                raise ValueError(f"{len(members)} files of JSON in the zip, not one")
            with archive.open(members[0]) as member:
                return _limited(member.read(_LARGEST + 1))
    if suffix == ".gz":
        with gzip.open(path) as file:
            return _limited(file.read(_LARGEST + 1))
    with path.open("rb") as file:
        return _limited(file.read(_LARGEST + 1))


def _limited(data: bytes) -> bytes:
    if len(data) > _LARGEST:
        raise ValueError(f"over {_LARGEST} bytes")
    return data


def _is_json(name: str) -> bool:
    parts = Path(name).parts
    return name.lower().endswith((".json", ".geojson")) and not any(map(is_system_file, parts))


def _is_coco(content: Json) -> bool:
    return isinstance(content, Mapping) and "annotations" in content and "images" in content


def _is_labelme(content: Json) -> bool:
    return isinstance(content, Mapping) and isinstance(content.get("shapes"), list)


def _is_geojson(content: Json) -> bool:
    if isinstance(content, list):  # as QuPath writes objects without a collection
        return all(isinstance(each, Mapping) and each.get("type") == "Feature" for each in content)
    return isinstance(content, Mapping) and content.get("type") in _GEOJSON


def _is_via(content: Json) -> bool:
    """VGG Image Annotator: a project, or one entry with regions for each image."""
    if not isinstance(content, Mapping):
        return False
    entries = list(content.values())
    return "_via_img_metadata" in content or (
        bool(entries) and all(isinstance(each, Mapping) and "regions" in each for each in entries)
    )


def _is_label_studio(content: Json) -> bool:
    return isinstance(content, list) and all(
        isinstance(each, Mapping) and "data" in each for each in content
    )


JSON_KINDS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "COCO": _is_coco,
    "labelme": _is_labelme,
    "GeoJSON": _is_geojson,
    "VGG Image Annotator": _is_via,
    "Label Studio": _is_label_studio,
}
"""Recognition of each kind by its content, the first that fits."""


def json_kind(content: Json) -> str:
    """Return one of `JSON_KINDS`, or nothing."""
    return next((name for name, fits in JSON_KINDS.items() if fits(content)), "")


def kind_of_file(path: Path) -> str:
    """Return the kind of a file as `json_kind` does, or nothing where it cannot be read."""
    state = path.stat()
    return _kind_of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1024)
def _kind_of(path: Path, changed: int, length: int) -> str:
    """Look into a file once, as long as it does not change."""
    try:
        return json_kind(load_json(path))
    except DataError:
        return ""


def unreadable_outlines(path: Path, found: Exception | str) -> DataError:
    """Build the error for a file whose outlines cannot be read."""
    text = f"no {found}" if isinstance(found, KeyError) else str(found) or type(found).__name__
    return DataError(
        path,
        "its outlines cannot be read",
        value=text.splitlines()[0][:120],
        allowed="JSON of labelme, or GeoJSON of QuPath",
        hint="export the annotations again",
    )
