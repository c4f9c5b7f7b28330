"""Pairs of an image and its label image: matched by name, checked before anything trains."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.folders import find_folders
from deepbacs_zoo.annotations.labels.read import Annotation, read_annotation
from deepbacs_zoo.annotations.rois import ROI_SUFFIXES
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images.image import Image, stem_of
from deepbacs_zoo.images.read import IMAGE_SUFFIXES, read_image

__all__ = ["Pair", "find_folders", "match_pairs", "read_annotated", "read_labels_of"]
__all__ += ["read_pair"]

_MOST_NAMED: Final = 5
_BOXES: Final = frozenset({".xml", ".txt", ".json"})


@dataclass(frozen=True)
class Pair:
    """An image and the label image, or the outlines, of the same name."""

    name: str
    source: Path
    target: Path


def match_pairs(source: Path, target: Path) -> tuple[Pair, ...]:
    """Match the images of two folders by their names without suffix, sorted by name.

    ``a.ome.tif`` and ``a.png`` are both called ``a``.  In the folder of label images outlines of
    ImageJ may take their place: ``a.roi``, ``a.zip``, or ``a_rois.zip`` as `predict` names them.

    Raises
    ------
    UsageError
        A folder does not exist or holds no image.
    DataError
        An image has no partner, or two have the same name.
    """
    sources = _by_name(source, IMAGE_SUFFIXES)
    targets = _by_name(target, IMAGE_SUFFIXES | ROI_SUFFIXES)
    for here, there, folder in ((sources, targets, target), (targets, sources, source)):
        alone = sorted(set(here) - set(there))
        if alone:
            more = len(alone) - _MOST_NAMED
            names = ", ".join(here[name].name for name in alone[:_MOST_NAMED])
            raise DataError(
                here[alone[0]],
                f"it has no partner of the same name in {folder}",
                value=names + (f" and {more} more" if more > 0 else ""),
                allowed="one image in source/ and one in target/ for each name",
                hint="add the missing file or take this one away",
            )
    return tuple(Pair(name, sources[name], targets[name]) for name in sorted(sources))


def _by_name(folder: Path, suffixes: frozenset[str]) -> dict[str, Path]:
    if not folder.is_dir():
        raise UsageError(
            folder, "no such folder", allowed="a folder of images", hint="check the path"
        )
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.suffix.lower() not in suffixes:
            continue
        name = stem_of(path)
        if path.suffix.lower() in ROI_SUFFIXES:
            name = name.removesuffix("_rois")
        if name in found:
            raise DataError(
                path,
                f"it has the same name as {found[name].name}",
                value=name,
                allowed="one image for each name",
                hint="take one of the two away",
            )
        found[name] = path
    if not found:
        raise _nothing_found(folder, f"files that end with {', '.join(sorted(suffixes))}")
    return found


def _nothing_found(folder: Path, allowed: str) -> UsageError:
    boxes = [path.name for path in sorted(folder.iterdir()) if path.suffix.lower() in _BOXES]
    if boxes:
        return UsageError(
            folder,
            "it holds boxes where label images were expected",
            value=boxes[0],
            allowed=allowed,
            hint="train detection with these, or give label images or outlines",
        )
    return UsageError(folder, "no image in this folder", allowed=allowed, hint="check the path")


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
    return annotation
