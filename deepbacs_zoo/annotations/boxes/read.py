"""Annotations of boxes in every form that people have them, matched to their images by name.

Pascal VOC (`boxes_voc`), YOLO (`boxes_yolo`), COCO (`boxes_coco`), or the boxes around labels and
outlines (`boxes_labels`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.annotations.boxes.coco import coco_images, read_coco
from deepbacs_zoo.annotations.boxes.from_labels import read_label_boxes, read_roi_boxes
from deepbacs_zoo.annotations.boxes.types import Box, BoxAnnotation
from deepbacs_zoo.annotations.boxes.voc import read_voc
from deepbacs_zoo.annotations.boxes.yolo import CLASS_LISTS, read_yolo
from deepbacs_zoo.annotations.folders import PART_NAMES, find_folders
from deepbacs_zoo.annotations.pairs import Pair
from deepbacs_zoo.annotations.rois import ROI_SUFFIXES
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images.image import stem_of
from deepbacs_zoo.images.read import IMAGE_SUFFIXES

__all__ = ["Box", "BoxAnnotation", "find_box_folders", "match_box_pairs", "read_boxes"]

_MOST_NAMED: Final = 5
_LISTS: Final = frozenset({*CLASS_LISTS, "train.txt", "val.txt", "test.txt", "readme.txt"})
_FORMATS: Final = "Pascal VOC (.xml), YOLO (.txt), COCO (.json), outlines (.zip, .roi)"


def find_box_folders(data: Path, part: str | None = None) -> tuple[Path, Path]:
    """Return the folders of images and of annotations below ``data``, perhaps the same one twice.

    Parameters
    ----------
    data
        A folder with images and annotations in it, one with ``images/train`` and ``labels/train``
        as YOLO has them, or one that `find_folders` knows.
    part
        ``training`` or ``test``.

    Raises
    ------
    UsageError
        ``data`` is no such folder.
    """
    for name in PART_NAMES.get(part or "", ()):
        found = data / "images" / name, data / "labels" / name
        if all(folder.is_dir() for folder in found):
            return found
    for folder in ([data / part] if part else []) + [data]:
        if folder.is_dir() and _images(folder) and _annotation_files(folder, same=True):
            return folder, folder
    return find_folders(data, part)


def match_box_pairs(images: Path, annotations: Path) -> tuple[Pair, ...]:
    """Match images and annotations by their names without suffix, sorted by name.

    Parameters
    ----------
    images
        Their folder.
    annotations
        The folder of annotations, perhaps the same, or the one file of COCO; with COCO this file is
        the target of every pair.

    Raises
    ------
    UsageError
        A folder does not exist, or there is nothing in it.
    DataError
        An image has no annotation or the reverse, two have the same name, or annotations of several
        kinds lie side by side.
    """
    if not images.is_dir():
        raise UsageError(
            images, "no such folder", allowed="a folder of images", hint="check the path"
        )
    sources = _images(images)
    if not sources:
        raise UsageError(
            images,
            "no image in this folder",
            allowed=f"files that end with {', '.join(sorted(IMAGE_SUFFIXES))}",
            hint="check the path",
        )
    found = _found(images, annotations)
    if found[0].suffix.lower() == ".json":
        return _coco_pairs(found[0], images, sources)
    targets = _by_name(found)
    _require_partners(sources, targets, annotations)
    return tuple(Pair(name, sources[name], targets[name]) for name in sorted(sources))


def read_boxes(
    pair: Pair,
    size: tuple[int, int],
    *,
    classes: Sequence[str] | None = None,
) -> BoxAnnotation:
    """Read the boxes of one image.

    Parameters
    ----------
    pair
        The image and its annotation.
    size
        Rows and columns of the image.
    classes
        The names that are known; ``None`` for any.  One alone is the class of all objects of label
        images and outlines.

    Raises
    ------
    DataError
        The annotation is damaged, a box has no area, lies outside the image or has an unknown
        class, or a label image has no classes.
    """
    path = pair.target
    class_name = classes[0] if classes and len(classes) == 1 else None
    match path.suffix.lower():
        case ".xml":
            return read_voc(path, pair.source, size, classes)
        case ".txt":
            return read_yolo(path, size, classes)
        case ".json":
            return read_coco(path, pair.source, size, classes)
        case suffix if suffix in ROI_SUFFIXES:
            return read_roi_boxes(path, size, classes, class_name)
        case _:
            return read_label_boxes(path, size, classes, class_name)


def _images(folder: Path) -> dict[str, Path]:
    return _by_name([path for path in _visible(folder) if path.suffix.lower() in IMAGE_SUFFIXES])


def _visible(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]


def _by_name(paths: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in paths:
        name = stem_of(path)
        if path.suffix.lower() in ROI_SUFFIXES:
            name = name.removesuffix("_rois")
        if name in found:
            raise DataError(
                path,
                f"it has the same name as {found[name].name}",
                value=name,
                allowed="one image and one annotation for each name",
                hint="take one of the two away",
            )
        found[name] = path
    return found


def _found(images: Path, annotations: Path) -> list[Path]:
    """Return the annotation files, all of one kind."""
    if annotations.is_file():
        return [annotations]
    if not annotations.is_dir():
        raise UsageError(
            annotations,
            "no such folder",
            allowed="a folder of annotations, or one file of COCO",
            hint="check the path",
        )
    kinds = _annotation_files(annotations, same=images.resolve() == annotations.resolve())
    if not kinds:
        raise UsageError(
            annotations,
            "no annotation in this folder",
            allowed=_FORMATS,
            hint="check the path",
        )
    files = next(iter(kinds.values()))
    if len(kinds) > 1:
        examples = [each[0] for each in kinds.values()]
        raise _ambiguous(annotations, "annotations of several kinds lie side by side", examples)
    if ".json" in kinds and len(files) > 1:
        raise _ambiguous(annotations, "there are several files of COCO", files[:2])
    return files


def _ambiguous(annotations: Path, what: str, examples: Sequence[Path]) -> DataError:
    return DataError(
        annotations,
        what,
        value=", ".join(path.name for path in examples),
        allowed="one kind in a folder, of COCO one file",
        hint="name the file that is meant, or take the others away",
    )


def _annotation_files(folder: Path, *, same: bool) -> dict[str, list[Path]]:
    """Return the annotation files by kind; where images lie in between they are none."""
    kinds: dict[str, list[Path]] = {}
    for path in _visible(folder):
        suffix = path.suffix.lower()
        if suffix in (".xml", ".json", ".txt"):
            if path.name.lower() not in _LISTS:
                kinds.setdefault(suffix, []).append(path)
        elif suffix in ROI_SUFFIXES:
            kinds.setdefault(".roi", []).append(path)
        elif suffix in IMAGE_SUFFIXES and not same:
            kinds.setdefault("image", []).append(path)
    if len(kinds) > 1:
        # Pictures of the annotated images often lie beside the annotations.
        kinds.pop("image", None)
    return kinds


def _coco_pairs(path: Path, images: Path, sources: Mapping[str, Path]) -> tuple[Pair, ...]:
    listed = coco_images(path)
    by_file = {source.name: name for name, source in sources.items()}
    missing = [name for name in listed if name not in by_file]
    if missing:
        raise DataError(
            path,
            f"images that it names are not in {images}",
            value=_named(missing),
            allowed="all images that it names",
            hint="add them, or export the annotations of those that there are",
        )
    _require_partners(
        sources, {stem_of(Path(name)): path for name in listed}, path, kinds="an entry in the file"
    )
    return tuple(Pair(name, sources[name], path) for name in sorted(sources))


def _require_partners(
    sources: Mapping[str, Path],
    targets: Mapping[str, Path],
    place: Path,
    kinds: str = "one annotation",
) -> None:
    for here, there, missing in (
        (sources, targets, f"it has no annotation in {place}"),
        (targets, sources, "the image that it belongs to is missing"),
    ):
        alone = sorted(set(here) - set(there))
        if alone:
            raise DataError(
                here[alone[0]],
                missing,
                value=_named([here[name].name for name in alone]),
                allowed=f"one image and {kinds} for each name",
                hint="add the missing file, or take this one away",
            )


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
