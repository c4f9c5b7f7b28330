"""Annotations of boxes in every form that people have them, matched to their images by name.

Pascal VOC (`voc`), YOLO (`yolo`), COCO (`coco`), or the boxes around labels and outlines of ImageJ,
labelme and QuPath (`from_labels`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.annotations.boxes.coco import coco_images, read_coco
from deepbacs_zoo.annotations.boxes.from_labels import (
    boxes_around,
    named_labels,
    read_outline_boxes,
)
from deepbacs_zoo.annotations.boxes.from_rois import read_roi_boxes
from deepbacs_zoo.annotations.boxes.types import Box, BoxAnnotation
from deepbacs_zoo.annotations.boxes.voc import read_voc
from deepbacs_zoo.annotations.boxes.yolo import CLASS_LISTS, read_yolo
from deepbacs_zoo.annotations.folders import PART_NAMES, find_folders
from deepbacs_zoo.annotations.labels.read import check_size, read_annotation
from deepbacs_zoo.annotations.matching import Listing, advice, left_out, list_files, named
from deepbacs_zoo.annotations.names import LABEL_SUFFIXES, Matches, match_names, outline_suffix
from deepbacs_zoo.annotations.outlines.json_text import kind_of_file
from deepbacs_zoo.annotations.outlines.read import holds_rois
from deepbacs_zoo.annotations.pairs import Pair
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.images.image import stem_of
from deepbacs_zoo.images.read import IMAGE_SUFFIXES

__all__ = [
    "Box",
    "BoxAnnotation",
    "find_box_folders",
    "is_label_image",
    "match_box_pairs",
    "read_boxes",
]

_LISTS: Final = frozenset({*CLASS_LISTS, "train.txt", "val.txt", "test.txt", "readme.txt"})
_FORMATS: Final = (
    "Pascal VOC (.xml), YOLO (.txt), COCO or labelme (.json), outlines (.zip, .roi, .geojson)"
)


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
    parts = [data / name for name in PART_NAMES.get(part or "", ())]
    one = next(filter(_holds_both, (*parts, data)), None)
    return find_folders(data, part) if one is None else (one, one)


def _holds_both(folder: Path) -> bool:
    """Return whether images and annotations lie side by side in a folder."""
    listing = _listed(folder, folder) if folder.is_dir() else None
    return listing is not None and bool(listing.images and _by_kind(listing))


def match_box_pairs(images: Path, annotations: Path) -> tuple[Pair, ...]:
    """Match images and annotations by their names, sorted by name.

    Names are those that `match_pairs` knows.

    Parameters
    ----------
    images
        Their folder.
    annotations
        The folder of annotations, perhaps the same, or the one file of COCO; with COCO this file is
        the target of every pair.

    Returns
    -------
    tuple of Pair
        The first has the findings about files that were left out.

    Raises
    ------
    UsageError
        A folder does not exist, or there is nothing in it.
    DataError
        An image has no annotation, unless they are of YOLO, or the reverse, two have the same name,
        or annotations of several kinds lie side by side.
    """
    listing = _listed(images, annotations)
    if not listing.images:
        raise UsageError(
            images,
            "no image in this folder",
            allowed=f"files that end with {', '.join(sorted(IMAGE_SUFFIXES))}",
            hint="check the path",
        )
    kind, files = _one_kind(listing, annotations)
    if kind == _COCO:
        return _coco_pairs(files[0], listing.images, images)
    matches = match_names(listing.images, files)
    empty = _without_objects(kind, matches, listing.other, annotations)
    for alone, what in (
        (() if empty else matches.images, f"it has no annotation in {annotations}"),
        (matches.annotations, "the image that it belongs to is missing"),
    ):
        if alone:
            hint = advice(alone[0], matches, listing.other)
            raise _without_partner(alone, what, hint)
    findings = left_out(matches, listing.other)
    pairs = sorted((stem_of(image), image, path) for image, path in (*matches.pairs, *empty))
    return tuple(
        Pair(*each, findings if number == 0 else (), other=listing.second_file(each[2]))
        for number, each in enumerate(pairs)
    )


def _without_objects(
    kind: str, matches: Matches, other: Sequence[Path], annotations: Path
) -> list[tuple[Path, Path]]:
    """Return the images without a file of YOLO, and the files that they would have.

    None where another reason is known why a file is not found.
    """
    if kind != _YOLO or any(advice(image, matches, other) for image in matches.images):
        return []
    return [(image, annotations / f"{stem_of(image)}.txt") for image in matches.images]


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
    found = _READERS[_kind_of(path)](pair, size, classes, class_name)
    return BoxAnnotation(found.boxes, (*pair.findings, *found.findings))


Classes = Sequence[str] | None
Reader = Callable[[Pair, tuple[int, int], Classes, str | None], BoxAnnotation]
_COCO: Final = "COCO"
_YOLO: Final = "YOLO"
_LABELS: Final = "label image"
_OF_SUFFIX: Final[Mapping[str, str]] = {
    ".xml": "Pascal VOC",
    ".txt": _YOLO,
    ".roi": "outlines of ImageJ",
    ".geojson": "GeoJSON",
    ".geojson.gz": "GeoJSON",
    ".npy": _LABELS,
    **dict.fromkeys(IMAGE_SUFFIXES, _LABELS),
}
"""Kind of annotation by suffix; that of JSON and of a zip depends on the content."""
_READERS: Final[Mapping[str, Reader]] = {
    "Pascal VOC": lambda pair, size, classes, _: read_voc(pair.target, pair.source, size, classes),
    _YOLO: lambda pair, size, classes, _: read_yolo(pair.target, size, classes),
    _COCO: lambda pair, size, classes, _: read_coco(pair.target, pair.source, size, classes),
    "outlines of ImageJ": lambda pair, *given: read_roi_boxes(pair.target, *given),
    "labelme": lambda pair, *given: read_outline_boxes(pair.target, *given),
    "GeoJSON": lambda pair, *given: read_outline_boxes(pair.target, *given),
    _LABELS: lambda pair, size, classes, _: _read_label_boxes(pair.target, size, classes),
}


def _read_label_boxes(path: Path, size: tuple[int, int], classes: Classes) -> BoxAnnotation:
    classes_of_labels = named_labels(path, classes)
    annotation = read_annotation(path, size, classes_of_labels.options())
    check_size(path, annotation.labels.shape, size, "the image")
    return boxes_around(path, annotation, classes_of_labels, classes)


def is_label_image(path: Path) -> bool:
    """Return whether boxes are those around the labels of an image or an array."""
    return _kind_of(path) == _LABELS


def _kind_of(path: Path) -> str:
    suffix = outline_suffix(path)
    if suffix == ".zip":
        return "outlines of ImageJ" if holds_rois(path) else "GeoJSON"
    if suffix not in _OF_SUFFIX:
        kind = kind_of_file(path)
        return kind if kind in _READERS else _COCO  # whose reader says what is wrong
    return _OF_SUFFIX[suffix]


def _listed(images: Path, annotations: Path) -> Listing:
    if annotations.is_file():
        listing = list_files(images, images, frozenset())
        return Listing(listing.images, (annotations,), ())
    if not annotations.is_dir() and images.is_dir():
        raise UsageError(
            annotations,
            "no such folder",
            allowed="a folder of annotations, or one file of COCO",
            hint="check the path",
        )
    listing = list_files(images, annotations, LABEL_SUFFIXES | {".xml", ".txt"})
    files = tuple(path for path in listing.annotations if path.name.lower() not in _LISTS)
    other = tuple(path for path in listing.other if path.name.lower() not in _LISTS)
    return Listing(listing.images, files, other)


def _one_kind(listing: Listing, annotations: Path) -> tuple[str, Sequence[Path]]:
    """Return the annotation files, all of one kind."""
    kinds = _by_kind(listing)
    if not kinds:
        raise UsageError(
            annotations,
            "no annotation in this folder",
            allowed=_FORMATS,
            hint="check the path",
        )
    if len(kinds) > 1:
        examples = [each[0] for each in kinds.values()]
        raise _ambiguous(annotations, "annotations of several kinds lie side by side", examples)
    ((kind, files),) = kinds.items()
    if kind == _COCO and len(files) > 1:
        raise _ambiguous(annotations, "there are several files of COCO", files[:2])
    return kind, files


def _by_kind(listing: Listing) -> dict[str, list[Path]]:
    kinds: dict[str, list[Path]] = {}
    for path in listing.annotations:
        kinds.setdefault(_kind_of(path), []).append(path)
    if len(kinds) > 1:
        # Pictures of the annotated images often lie beside the annotations.
        kinds.pop(_LABELS, None)
    return kinds


def _ambiguous(annotations: Path, what: str, examples: Sequence[Path]) -> DataError:
    return DataError(
        annotations,
        what,
        value=", ".join(path.name for path in examples),
        allowed="one kind in a folder, of COCO one file",
        hint="name the file that is meant, or take the others away",
    )


def _coco_pairs(path: Path, images: Sequence[Path], folder: Path) -> tuple[Pair, ...]:
    listed = coco_images(path)
    by_file = {normalized(image.name): image for image in images}
    missing = [Path(name) for name in listed if normalized(name) not in by_file]
    if missing:
        raise DataError(
            path,
            f"images that it names are not in {folder}",
            value=named(missing),
            allowed="all images that it names",
            hint="add them, or export the annotations of those that there are",
        )
    alone = sorted(set(images) - {by_file[normalized(name)] for name in listed})
    if alone:
        raise _without_partner(alone, f"it has no annotation in {path}", "", "an entry in the file")
    pairs = [Pair(stem_of(image), image, path) for image in images]
    return tuple(sorted(pairs, key=lambda pair: pair.name))


def _without_partner(
    alone: Sequence[Path], what: str, hint: str, kinds: str = "one annotation"
) -> DataError:
    return DataError(
        alone[0],
        what,
        value=named(alone),
        allowed=f"one image and {kinds} for each name",
        hint=hint or "add the missing file, or take this one away",
    )
