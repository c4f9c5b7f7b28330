"""Pairs of an image and its label image: matched by name, checked before anything trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.read import Annotation, read_annotation
from deepbacs_zoo.annotations.matching import NOT_READ, advice, left_out, list_files, named
from deepbacs_zoo.annotations.names import LABEL_SUFFIXES, match_names
from deepbacs_zoo.annotations.outlines.json_text import kind_of_file
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.files.names import visible
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images.image import Image, stem_of
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image

__all__ = ["Pair", "match_pairs", "read_annotated", "read_labels_of"]
__all__ += ["read_pair"]

_BOXES: Final = frozenset({".xml", ".txt", ".json"})


@dataclass(frozen=True)
class Pair:
    """An image and its annotation, or the target image of the same name.

    Parameters
    ----------
    name
        The image's name without suffix.
    source, target
        The two files.
    findings
        What was noticed when they were matched; the first pair of a folder has what concerns the
        folder.
    """

    name: str
    source: Path
    target: Path
    findings: tuple[Finding, ...] = field(default=(), compare=False)


def match_pairs(source: Path, target: Path) -> tuple[Pair, ...]:
    """Match the images of two folders with their annotations by their names, sorted by name.

    ``a.ome.tif`` and ``a.png`` are both called ``a``.  An annotation may have a word of a program
    in its name, such as ``a_cp_masks.png`` or ``a_rois.zip``; one with the name of the image alone
    is taken before it.  The folder may be one, with images and annotations side by side.

    Parameters
    ----------
    source, target
        The folder of images, and that of label images or outlines.

    Returns
    -------
    tuple of Pair
        The first has the findings about files that were left out.

    Raises
    ------
    UsageError
        A folder does not exist or holds no image.
    DataError
        An image has no partner, several, or two have the same name.
    """
    listing = list_files(source, target, LABEL_SUFFIXES)
    if not listing.images:
        raise _nothing_found(source, IMAGE_SUFFIXES)
    if not listing.annotations:
        raise _nothing_found(target, IMAGE_SUFFIXES | LABEL_SUFFIXES)
    matches = match_names(listing.images, listing.annotations)
    if any(map(_holds_boxes, matches.annotations)):
        raise _nothing_found(target, IMAGE_SUFFIXES | LABEL_SUFFIXES)
    for alone, folder in ((matches.images, target), (matches.annotations, source)):
        if alone:
            hint = advice(alone[0], matches, listing.other)
            raise _without_partner(alone, folder, hint)
    findings = left_out(matches, listing.other)
    pairs = sorted((stem_of(image), image, path) for image, path in matches.pairs)
    return tuple(Pair(*each, findings if number == 0 else ()) for number, each in enumerate(pairs))


def _holds_boxes(path: Path) -> bool:
    return path.suffix.lower() == ".json" and kind_of_file(path) == "COCO"


def _without_partner(alone: Sequence[Path], folder: Path, hint: str) -> DataError:
    return DataError(
        alone[0],
        f"it has no partner of the same name in {folder}",
        value=named(alone),
        allowed="one image in source/ and one in target/ for each name",
        hint=hint or "add the missing file or take this one away",
    )


def _nothing_found(folder: Path, suffixes: frozenset[str]) -> UsageError:
    allowed = f"files that end with {', '.join(sorted(suffixes))}"
    files = [path for path in visible(folder) if path.is_file()]
    boxes = [path.name for path in files if path.suffix.lower() in _BOXES]
    if boxes:
        return UsageError(
            folder,
            "it holds boxes where label images were expected",
            value=boxes[0],
            allowed=allowed,
            hint="train detection with these, or give label images or outlines",
        )
    exported = any(path.suffix.lower() in NOT_READ for path in files)
    return UsageError(
        folder,
        "no image in this folder",
        value=f"it holds {named(files)}" if files else None,
        allowed=allowed,
        hint="export the labels as TIFF or PNG" if exported else "check the path",
    )


def read_pair(pair: Pair, *, allow_empty: bool = False) -> tuple[Image, NDArray[np.int32]]:
    """Read an image and its labels, and check that they fit.

    Parameters
    ----------
    pair
        The two files.
    allow_empty
        Whether a label image without any label is accepted.

    Returns
    -------
    Image
        The image.
    numpy.ndarray
        ``y x`` int32, 0 is background, labels 1 to n without a gap.

    Raises
    ------
    DataError
        The sizes differ, or the labels are none: fractions, negative, with gaps, empty, or as
        `read_annotation` says.
    """
    image, annotation = read_annotated(pair, allow_empty=allow_empty)
    return image, annotation.labels


def read_annotated(pair: Pair, *, allow_empty: bool = False) -> tuple[Image, Annotation]:
    """Read an image and its labels with what is odd about them; otherwise as `read_pair`."""
    image = read_image(pair.source)
    return image, read_labels_of(pair, image, allow_empty=allow_empty)


def read_labels_of(pair: Pair, image: Image, *, allow_empty: bool = False) -> Annotation:
    """Read the labels of an image that is read already; otherwise as `read_pair`."""
    size = (image.data.sizes["y"], image.data.sizes["x"])
    annotation = read_annotation(pair.target, size)
    labels = annotation.labels
    if labels.shape != size:
        raise DataError(
            pair.target,
            f"its size is not that of {pair.source.name}",
            value="{}x{} against {}x{}".format(*labels.shape[::-1], *size[::-1]),
            allowed="label images of the same width and height as their images",
            hint="crop or resample the label image without interpolation",
        )
    if not allow_empty and not labels.any():
        raise DataError(
            pair.target,
            "there is no label in it, all pixels are background",
            value="0 labels",
            allowed="at least one labelled object in each image",
            hint="label its objects or take the pair away (in Python: allow_empty=True keeps it)",
        )
    return replace(annotation, findings=(*pair.findings, *annotation.findings))
