"""Images without any annotation, for methods that learn from the images alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepbacs_zoo.annotations.folders import FOLDER_PAIRS, PART_NAMES
from deepbacs_zoo.annotations.matching import list_files
from deepbacs_zoo.annotations.names import LABEL_SUFFIXES
from deepbacs_zoo.annotations.pairs import Pair
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.files.names import visible
from deepbacs_zoo.images.image import stem_of

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

    Parameters
    ----------
    source
        The folder; label images and other results that lie there are no images.
    target
        The same: no other folder is looked at.

    Raises
    ------
    UsageError
        There is no image.
    DataError
        Two images have the same name.
    """
    folder, _ = find_image_folder(source)
    named: dict[str, Path] = {}
    for path in _images(folder):
        first = named.setdefault(stem_of(path), path)
        if first != path:
            raise DataError(
                path,
                "two images have the same name",
                value=f"{first.name}, {path.name}",
                allowed="one image for each name",
                hint="take one of them away, or give it another name",
            )
    return tuple(Pair(name, path, path) for name, path in sorted(named.items()))


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


def _images(folder: Path) -> tuple[Path, ...]:
    """Return the images of a folder, without label images and other results beside them."""
    return list_files(folder, folder, LABEL_SUFFIXES).images if folder.is_dir() else ()
