"""Folders of images and of annotations, in the layouts that people have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deepbacs_zoo.annotations.matching import list_files
from deepbacs_zoo.annotations.names import LABEL_SUFFIXES, belong_together
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.files.names import visible

__all__ = ["FOLDER_PAIRS", "PART_NAMES", "find_folders", "folders_beside"]

FOLDER_PAIRS: Final = (
    ("source", "target"),
    ("brightfield", "masks_RoiMap"),
    ("brightfield", "masks"),
    ("fluorescence", "masks"),
    ("low_SNR", "high_SNR"),
    ("WF", "SIM"),
    ("images", "masks"),
    ("images", "labels"),
    ("images", "annotations"),
    ("images", "results"),
    ("image", "mask"),
    ("image", "label"),
    ("imgs", "masks"),
    ("img", "mask"),
    ("img", "seg"),
    ("raw", "labels"),
    ("x", "y"),
    ("JPEGImages", "Annotations"),
)
"""Folders of images and of what belongs to them, in the order in which they are looked for; case
does not matter.  The first are this project's and ZeroCostDL4Mic's, the next those of the published
DeepBacs archives, the last those of label images and of boxes elsewhere."""

PART_NAMES: Final = {
    "training": ("training", "train", "training dataset"),
    "test": ("test", "testing", "quality control dataset"),
}
"""Names of the folders of a part, as above; those of two words are ZeroCostDL4Mic's."""

_MOST_NAMED: Final = 5


def find_folders(data: Path, part: str | None = None) -> tuple[Path, Path]:
    """Return the folders of images and of annotations below ``data``.

    Parameters
    ----------
    data
        A folder with ``source/`` and ``target/`` or another of `FOLDER_PAIRS`; or with folders that
        hold these two, such as ``training/source`` or ``train/brightfield``; or with flat names as
        in ZeroCostDL4Mic, such as ``Training_source`` and ``Training_target``; or with images and
        annotations side by side, such as ``a.tif`` and ``a_masks.tif``, in it or in the folder of
        the part.
    part
        The one of the latter to take: ``training`` or ``test``.

    Raises
    ------
    UsageError
        ``data`` is no such folder.
    """
    what, value = "no such folder", None
    if data.is_dir():
        in_part = next(_pairs_in_parts(data, part), None) if part else None
        found = in_part or _pair_in(data) or _one_folder(data)
        if found is not None:
            return found
        inside = [path.name for path in visible(data)][:_MOST_NAMED]
        what = "no images and label images in this folder"
        value = f"it holds {', '.join(inside) or 'nothing'}"
    raise UsageError(
        data,
        what,
        value=value,
        allowed="a folder with source/ and target/" + (f", or {part}/ with those" if part else ""),
        hint="put the images into source/ and the label images of the same names into target/, or "
        "a_masks.tif beside a.tif",
    )


def folders_beside(source: Path, target: Path, part: str = "test") -> tuple[Path, Path] | None:
    """Return the folders of test images that lie beside those of training images, if any.

    Parameters
    ----------
    source, target
        Folders such as ``training/source`` and ``training/target``, or ``Training_source`` and
        ``Training_target``; others have nothing beside them.
    part
        ``training`` for the folders of training images beside those of test images.
    """
    other = next(name for name in PART_NAMES if name != part)
    source, target = source.absolute(), target.absolute()
    parent = source.parent
    if target == source:
        return _one_folder_beside(source, other, part)
    if target.parent != parent:
        return None
    if parent.name.lower() in PART_NAMES[other]:
        folders = _folders(parent.parent)
        for name in PART_NAMES[part]:
            found = _named(folders.get(name), source.name, target.name)
            if found is not None:
                return found
        return None
    names = (source.name.lower(), target.name.lower())
    begun = any(names == _flat(name) for name in PART_NAMES[other])
    return _flat_pair(parent, part) if begun else None


def _one_folder_beside(folder: Path, of: str, part: str) -> tuple[Path, Path] | None:
    if folder.name.lower() not in PART_NAMES[of]:
        return None
    beside = _folders(folder.parent)
    found = (beside[name] for name in PART_NAMES[part] if name in beside)
    return next(filter(None, map(_one_folder, found)), None)


def _pairs_in_parts(data: Path, part: str) -> Iterator[tuple[Path, Path]]:
    folders = _folders(data)
    for name in PART_NAMES.get(part, (part,)):
        folder = folders.get(name)
        # A part of ZeroCostDL4Mic's holds Training_source whatever its own name is.
        found = folder and (
            _pair_in(folder) or _flat_pair(folder, "training") or _one_folder(folder)
        )
        if found:
            yield found
    flat = _flat_pair(data, part)
    if flat is not None:
        yield flat


def _pair_in(folder: Path) -> tuple[Path, Path] | None:
    pairs = (_named(folder, *names) for names in FOLDER_PAIRS)
    return next((pair for pair in pairs if pair is not None), None)


def _one_folder(folder: Path) -> tuple[Path, Path] | None:
    """Return a folder twice if an image and an annotation of it lie side by side in it."""
    listing = list_files(folder, folder, LABEL_SUFFIXES)
    return (folder, folder) if belong_together(listing.images, listing.annotations) else None


def _flat_pair(folder: Path, part: str) -> tuple[Path, Path] | None:
    pairs = (_named(folder, *_flat(name)) for name in PART_NAMES.get(part, (part,)))
    return next((pair for pair in pairs if pair is not None), None)


def _flat(part: str) -> tuple[str, str]:
    return f"{part}_source", f"{part}_target"


def _named(folder: Path | None, source: str, target: str) -> tuple[Path, Path] | None:
    inside = {} if folder is None else _folders(folder)
    found = inside.get(source.lower()), inside.get(target.lower())
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _folders(folder: Path) -> dict[str, Path]:
    """Return the folders in a folder by their names in lower case."""
    found = [path for path in reversed(visible(folder)) if path.is_dir()]
    return {path.name.lower(): path for path in found}
