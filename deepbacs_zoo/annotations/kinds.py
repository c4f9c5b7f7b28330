"""Kinds of ground truth, one row for each: folders, pairs, and the ground truth of a pair.

The keys are those of every other table of kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.annotations.boxes.from_labels import boxes_around, named_labels
from deepbacs_zoo.annotations.boxes.from_rois import read_roi_box_planes
from deepbacs_zoo.annotations.boxes.read import (
    find_box_folders,
    is_label_image,
    match_box_pairs,
    read_boxes,
)
from deepbacs_zoo.annotations.boxes.types import BoxAnnotation, crop_boxes
from deepbacs_zoo.annotations.empty import without_object
from deepbacs_zoo.annotations.folders import find_folders
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE, LabelOptions
from deepbacs_zoo.annotations.labels.pairs import (
    edited_outlines,
    plane_of,
    planes_of,
    read_label_pairs,
)
from deepbacs_zoo.annotations.labels.read import Annotation
from deepbacs_zoo.annotations.outlines.read import holds_rois
from deepbacs_zoo.annotations.pairs import Annotated, Pair, cropped, match_pairs, read_source
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.images.read import read_image
from deepbacs_zoo.images.region import Region, crop_image

__all__ = ["KINDS", "AnnotationKind", "read_target"]

Classes = Sequence[str] | None


@dataclass(frozen=True)
class AnnotationKind:
    """One kind of ground truth.

    Parameters
    ----------
    find_folders
        Takes a folder and the part, ``training``, ``test`` or ``None``; gives the folders of images
        and of ground truth.
    match_pairs
        Takes these two folders; gives their pairs.
    read
        Takes pairs, the names of classes that are known (``None`` for any) and the meaning of the
        values of label images; yields the images with their ground truth, one after the other:
        :class:`Annotation` (``y x`` int32), :class:`BoxAnnotation`, or a target :class:`Image` of
        the same size or of twice the rows and columns.
    """

    find_folders: Callable[[Path, str | None], tuple[Path, Path]]
    match_pairs: Callable[[Path, Path], tuple[Pair, ...]]
    read: Callable[[Sequence[Pair], Classes, LabelOptions], Iterator[Annotated[Any]]]


def _read_labels(
    pairs: Sequence[Pair], classes: Classes = None, options: LabelOptions = AS_THEY_ARE
) -> Iterator[Annotated[Annotation]]:
    return read_label_pairs(pairs, options)


def _read_boxes(
    pairs: Sequence[Pair], classes: Classes = None, options: LabelOptions = AS_THEY_ARE
) -> Iterator[Annotated[BoxAnnotation]]:
    for pair in pairs:
        for each in _boxes_of(pair, classes, options):
            found = each
            if not each.annotation.boxes:
                finding = without_object(each.pair, allow_empty=options.allow_empty)
                findings = tuple(dict.fromkeys((*each.annotation.findings, finding)))
                found = replace(each, annotation=replace(each.annotation, findings=findings))
            yield cropped(found, crop_boxes)


def _boxes_of(
    pair: Pair, classes: Classes, options: LabelOptions
) -> Iterator[Annotated[BoxAnnotation]]:
    """Yield the boxes of a file; those around labels plane by plane."""
    if pair.other is not None:
        # Where both lie in a folder, boxes are matched with the outlines.
        outlines = edited_outlines(pair, options)
        pair = outlines or replace(pair, target=pair.other, other=pair.target)
    if holds_rois(pair.target):
        yield from _boxes_of_rois(pair, classes)
        return
    if not is_label_image(pair.target):
        image = read_image(pair.source, pair.reading)
        size = (int(image.data.sizes["y"]), int(image.data.sizes["x"]))
        yield Annotated(pair, image, read_boxes(pair, size, classes=classes))
        return
    named = named_labels(pair.target, classes)
    options = replace(named.options(options), allow_empty=True)
    for each in read_label_pairs([replace(pair, region=None)], options):
        boxes = boxes_around(pair.target, each.annotation, named, classes)
        yield Annotated(replace(each.pair, region=pair.region), each.image, boxes)


def _boxes_of_rois(pair: Pair, classes: Classes) -> Iterator[Annotated[BoxAnnotation]]:
    """Yield the boxes around ImageJ's outlines plane by plane."""
    image, channels = read_source(pair)
    sizes = image.data.sizes
    shape = (int(sizes["t"]), int(sizes["z"]), int(sizes["y"]), int(sizes["x"]))
    every = classes[0] if classes and len(classes) == 1 else None
    boxes = read_roi_box_planes(pair.target, shape, channels, classes, every, pair.source)
    for each in planes_of(pair, image):
        found = boxes[each.t or 0, each.z or 0]
        found = replace(found, findings=(*each.findings, *found.findings))
        yield Annotated(each, plane_of(image, each), found)


def _read_targets(
    pairs: Sequence[Pair], classes: Classes = None, options: LabelOptions = AS_THEY_ARE
) -> Iterator[Annotated[Image]]:
    for pair in pairs:
        image = read_image(pair.source, pair.reading)
        target = read_target(pair, image)
        findings = (*pair.findings, *target.findings)
        factor = int(target.data.sizes["y"]) // int(image.data.sizes["y"])

        def crop(whole: Image, region: Region, factor: int = factor) -> Image:
            return crop_image(whole, region.enlarged(factor))

        yield cropped(Annotated(pair, image, replace(target, findings=findings)), crop)


def read_target(pair: Pair, image: Image) -> Image:
    """Read the target image of a pair.

    Parameters
    ----------
    pair
        The two files.
    image
        The image of the pair.

    Returns
    -------
    Image
        ``t z c y x`` of the file's data type.

    Raises
    ------
    DataError
        Its size along ``t z y x`` is not that of the image, nor twice that along ``y x``.
    """
    target = read_image(pair.target)
    sizes, expected = (
        {axis: int(each.data.sizes[axis]) for axis in "tzyx"} for each in (target, image)
    )
    twice = {axis: size * (2 if axis in "yx" else 1) for axis, size in expected.items()}
    if sizes not in (expected, twice):
        raise DataError(
            pair.target,
            f"its size is not that of {pair.source.name}",
            value=_text(sizes) + " against " + _text(expected),
            allowed="target images of the same size as their images, or of twice the rows and "
            "columns for super-resolution",
            hint="crop or resample the target image",
        )
    return target


def _text(sizes: dict[str, int]) -> str:
    return ", ".join(f"{axis} {size}" for axis, size in sizes.items())


KINDS: Final[dict[str, AnnotationKind]] = {
    "labels": AnnotationKind(find_folders, match_pairs, _read_labels),
    "boxes": AnnotationKind(find_box_folders, match_box_pairs, _read_boxes),
    "image": AnnotationKind(find_folders, match_pairs, _read_targets),
}
