"""Kinds of annotation that tasks learn from: how their files are found and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.annotations import (
    Pair,
    find_box_folders,
    find_folders,
    match_box_pairs,
    match_pairs,
    read_annotated,
    read_boxes,
)
from deepbacs_zoo.errors import look_up
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Image, read_image
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.tasks.ground_truth.labels import GroundTruth, Labels

__all__ = ["ANNOTATIONS", "Annotations", "annotation_kind"]

Read = Callable[[Pair, bool], tuple[Image, GroundTruth, Sequence[Finding]]]
Find = Callable[[Path, str | None], tuple[Path, Path]]


@dataclass(frozen=True)
class Annotations:
    """A kind of annotation.

    Parameters
    ----------
    words
        What a file of it is, in words.
    find
        Finds the folders of images and of annotations below one, for a part such as ``training``.
    match
        Finds the pairs of two folders: images and annotations.
    read
        Reads a pair, with what is odd about it; the flag says whether one without any object will
        do.
    """

    words: str
    find: Find
    match: Callable[[Path, Path], tuple[Pair, ...]]
    read: Read


def _labels(_classes: Sequence[str]) -> Annotations:
    def read(pair: Pair, allow_empty: bool) -> tuple[Image, GroundTruth, Sequence[Finding]]:
        image, annotation = read_annotated(pair, allow_empty=allow_empty)
        return image, Labels(annotation.labels), annotation.findings

    return Annotations("a label image", find_folders, match_pairs, read)


def _boxes(classes: Sequence[str]) -> Annotations:
    def read(pair: Pair, allow_empty: bool) -> tuple[Image, GroundTruth, Sequence[Finding]]:
        # An image without any box teaches what is no object.
        image = read_image(pair.source)
        shape = (int(image.data.sizes["y"]), int(image.data.sizes["x"]))
        found = read_boxes(pair, shape, classes=classes or None)
        return image, BoxTruth(found.boxes, shape), found.findings

    return Annotations("an annotation of boxes", find_box_folders, match_box_pairs, read)


ANNOTATIONS: Final[Mapping[str, Callable[[Sequence[str]], Annotations]]] = MappingProxyType(
    {"labels": _labels, "boxes": _boxes}
)


def annotation_kind(name: str, classes: Sequence[str] = ()) -> Annotations:
    """Return a kind of annotation by the name that tasks use.

    Parameters
    ----------
    name
        ``labels`` or ``boxes``.
    classes
        Names of the classes of boxes that are known; none for any.  One alone is the class of all
        objects of label images, which are else refused as boxes unless a table tells classes.

    Raises
    ------
    UsageError
        No kind has this name.
    """
    kind = look_up(ANNOTATIONS, name, "annotation", "kind of annotation", "correct the task")
    return kind(classes)
