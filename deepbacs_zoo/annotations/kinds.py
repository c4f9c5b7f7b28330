"""Kinds of ground truth, one row for each: folders, pairs, and the ground truth of a pair.

The keys are those of every other table of kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.annotations.boxes.read import find_box_folders, match_box_pairs, read_boxes
from deepbacs_zoo.annotations.boxes.types import BoxAnnotation
from deepbacs_zoo.annotations.folders import find_folders
from deepbacs_zoo.annotations.labels.read import Annotation
from deepbacs_zoo.annotations.pairs import Pair, match_pairs, read_labels_of
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.images.read import read_image

__all__ = ["KINDS", "AnnotationKind", "read_target"]


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
        Takes a pair, its image, and the names of classes that are known (``None`` for any); gives
        the ground truth: :class:`Annotation` (``y x`` int32), :class:`BoxAnnotation`, or a target
        :class:`Image` of the same size.
    """

    find_folders: Callable[[Path, str | None], tuple[Path, Path]]
    match_pairs: Callable[[Path, Path], tuple[Pair, ...]]
    read: Callable[[Pair, Image, Sequence[str] | None], Any]


def _read_labels(pair: Pair, image: Image, classes: Sequence[str] | None) -> Annotation:
    return read_labels_of(pair, image)


def _read_boxes(pair: Pair, image: Image, classes: Sequence[str] | None) -> BoxAnnotation:
    size = (int(image.data.sizes["y"]), int(image.data.sizes["x"]))
    return read_boxes(pair, size, classes=classes)


def read_target(pair: Pair, image: Image, classes: Sequence[str] | None = None) -> Image:
    """Read the target image of a pair.

    Parameters
    ----------
    pair
        The two files.
    image
        The image of the pair.
    classes
        Not used: an image has no classes.

    Returns
    -------
    Image
        ``t z c y x`` of the file's data type.

    Raises
    ------
    DataError
        Its size along ``t z y x`` is not that of the image.
    """
    target = read_image(pair.target)
    sizes, expected = (
        {axis: int(each.data.sizes[axis]) for axis in "tzyx"} for each in (target, image)
    )
    if sizes != expected:
        raise DataError(
            pair.target,
            f"its size is not that of {pair.source.name}",
            value=_text(sizes) + " against " + _text(expected),
            allowed="target images of the same size as their images",
            hint="crop or resample the target image",
        )
    return target


def _text(sizes: dict[str, int]) -> str:
    return ", ".join(f"{axis} {size}" for axis, size in sizes.items())


KINDS: Final[dict[str, AnnotationKind]] = {
    "labels": AnnotationKind(find_folders, match_pairs, _read_labels),
    "boxes": AnnotationKind(find_box_folders, match_box_pairs, _read_boxes),
    "image": AnnotationKind(find_folders, match_pairs, read_target),
}
