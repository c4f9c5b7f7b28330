"""Images without any annotation, for methods that learn from the images alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepbacs_zoo.annotations.folders import FOLDER_PAIRS, PART_NAMES
from deepbacs_zoo.annotations.pairs import Pair
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.files.names import visible
from deepbacs_zoo.images.image import stem_of
from deepbacs_zoo.images.read import IMAGE_SUFFIXES

__all__ = ["find_image_folder", "match_with_themselves"]


def find_image_folder(data: Path, part: str | None = None) -> tuple[Path, Path]:
    """Return the folder of images in or below ``data``, twice.

    Parameters
    ----------
    data
        A folder of images, or one with a folder ``source`` or of another name that images have in
        ``FOLDER_PAIRS``, in it or in the folder of the part.
    part
        ``training`` or ``test``.

    Raises
    ------
    UsageError
        There is no image.
    """
    for folder in _candidates(data, part):
        if _images(folder):
            return folder, folder
    raise UsageError(
        data,
        "there are no images in this folder",
        value="no such folder" if not data.is_dir() else None,
        allowed="a folder of images, or with source/ in it"
        + (f", or {part}/ with these" if part else ""),
        hint="name the folder of the images",
    )


def match_with_themselves(source: Path, target: Path) -> tuple[Pair, ...]:
    """Return the images of a folder, each as its own target, sorted by name.

    Raises
    ------
    UsageError
        There is no image.
    """
    folder, _ = find_image_folder(source)
    return tuple(Pair(stem_of(path), path, path) for path in _images(folder))


def _candidates(data: Path, part: str | None) -> Iterator[Path]:
    folders = _folders(data)
    parts = [folders[name] for name in PART_NAMES.get(part or "", ()) if name in folders]
    for base in (*parts, data):
        inside = _folders(base)
        yield from (inside[name] for name in _source_names() if name in inside)
        yield base


def _source_names() -> list[str]:
    return list(dict.fromkeys(source.lower() for source, _ in FOLDER_PAIRS))


def _folders(folder: Path) -> dict[str, Path]:
    found = visible(folder) if folder.is_dir() else ()
    return {path.name.lower(): path for path in found if path.is_dir()}


def _images(folder: Path) -> list[Path]:
    found = visible(folder) if folder.is_dir() else ()
    return [path for path in found if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]
