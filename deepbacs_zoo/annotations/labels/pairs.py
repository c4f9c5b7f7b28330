"""Images and their labels, read file by file; movies and stacks become their planes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.corrected.labels import settle
from deepbacs_zoo.annotations.empty import without_object
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE, LabelOptions
from deepbacs_zoo.annotations.labels.read import (
    Annotation,
    LabelStack,
    check_size,
    crop_labels,
    read_label_stack,
)
from deepbacs_zoo.annotations.labels.values import Found
from deepbacs_zoo.annotations.overlays import read_overlay_labels
from deepbacs_zoo.annotations.pairs import Annotated, Pair, cropped, read_source
from deepbacs_zoo.annotations.predicted import ROI_SET, read_table
from deepbacs_zoo.annotations.rois import RoiLabels, is_empty_set
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.image import Image

__all__ = ["edited_outlines", "plane_of", "planes_of", "read_annotated", "read_label_pairs"]
__all__ += ["read_pair"]

Labels = NDArray[np.int32]


def read_label_pairs(
    pairs: Sequence[Pair], options: LabelOptions = AS_THEY_ARE
) -> Iterator[Annotated[Annotation]]:
    """Read images and their labels, and check that they fit.

    Of a movie or a stack each plane is an image of its own, called ``movie_t003``, ``stack_z012``
    or ``movie_t003_z012``, counted from 1.  Files are read once and one after the other.

    Parameters
    ----------
    pairs
        The files; a pair with a frame or a slice is this plane alone, one with a region this part.
    options
        The meaning of the values.

    Raises
    ------
    DataError
        The sizes or the planes differ, an image without any object is not allowed, or the labels
        are none, as `read_annotation` says.
    """
    for _, group in groupby(pairs, lambda pair: (pair.source, pair.target)):
        yield from _read_file(tuple(group), options)


def read_annotated(pair: Pair, options: LabelOptions = AS_THEY_ARE) -> tuple[Image, Annotation]:
    """Read an image of one plane and its labels; otherwise as :func:`read_label_pairs`."""
    found = tuple(read_label_pairs([pair], options))
    if len(found) > 1:
        raise DataError(
            pair.source,
            "it is a stack where a single plane was expected",
            value=f"{len(found)} planes",
            allowed="one frame and one slice",
            hint="read its planes with read_label_pairs",
        )
    return found[0].image, found[0].annotation


def read_pair(pair: Pair, *, allow_empty: bool = False) -> tuple[Image, NDArray[np.int32]]:
    """Read an image of one plane and its labels; otherwise as :func:`read_label_pairs`.

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
    """
    image, annotation = read_annotated(pair, LabelOptions(allow_empty=allow_empty))
    return image, annotation.labels


def edited_outlines(pair: Pair, options: LabelOptions = AS_THEY_ARE) -> Pair | None:
    """Return the pair of an image and its outlines if it is these that were edited.

    Parameters
    ----------
    pair
        An image and both files of its prediction.
    options
        The meaning of the values of the label image.

    Returns
    -------
    Pair or None
        Its findings tell what was corrected.  ``None`` where the label image is to be read.
    """
    image, channels = read_source(pair)
    target, stack = _settled_stack(pair, image, channels, options)
    if not target.name.endswith(ROI_SET):
        return None
    findings = (*pair.findings, *stack.found.findings)
    return dataclasses.replace(pair, target=target, other=None, findings=findings)


def _read_file(pairs: Sequence[Pair], options: LabelOptions) -> Iterator[Annotated[Annotation]]:
    """Yield the planes of one file that pairs name, or all."""
    first = pairs[0]
    image, channels = read_source(first)
    target, stack = _settled_stack(first, image, channels, options)
    for pair in pairs:
        for each in planes_of(dataclasses.replace(pair, target=target, other=None), image):
            annotation = stack.plane(each.t or 0, each.z or 0)
            if not annotation.labels.any():
                finding = without_object(each, allow_empty=options.allow_empty)
                findings = (*annotation.findings, finding)
                annotation = dataclasses.replace(annotation, findings=findings)
            findings = (*each.findings, *annotation.findings)
            annotation = dataclasses.replace(annotation, findings=findings)
            yield cropped(Annotated(each, plane_of(image, each), annotation), crop_labels)


def _settled_stack(
    pair: Pair, image: Image, channels: int, options: LabelOptions
) -> tuple[Path, LabelStack]:
    """Return the annotation of an image, of a prediction the file that was edited."""
    rows = read_table(pair.source, pair.target, "pixels")
    if rows is not None and options.annotations == "auto":
        options = dataclasses.replace(options, annotations="labels")  # also of a single object
    stacks: dict[Path, LabelStack] = {}

    def read(path: Path) -> Labels:
        if rows is not None and is_empty_set(path):
            stacks[path] = LabelStack(path, Found(np.zeros(_shape(image), np.int32)))
        else:
            stacks[path] = _read_stack(pair, path, image, channels, options)
        return stacks[path].found.labels

    settled = settle(pair.target, pair.other, rows, read, _aspect(image))
    stack = stacks[settled.path]
    findings = (*settled.findings, *stack.found.findings)
    found = dataclasses.replace(stack.found, findings=findings)
    return settled.path, dataclasses.replace(stack, found=found)


def _shape(image: Image) -> tuple[int, ...]:
    """Return frames, slices, rows and columns."""
    return tuple(int(image.data.sizes[axis]) for axis in "tzyx")


def _aspect(image: Image) -> float:
    size = image.calibration
    return size.y / size.x if size.x and size.y else 1.0


def _read_stack(
    pair: Pair, path: Path, image: Image, channels: int, options: LabelOptions
) -> LabelStack:
    """Return the labels of a file, or those of an overlay in it where it is the image itself."""
    shape = _shape(image)
    overlay = read_overlay_labels(path, image, channels)
    if isinstance(overlay, RoiLabels):
        return LabelStack(path, Found(overlay.labels, overlay.findings))
    stack = read_label_stack(path, shape, options, image=pair.source.name, channels=channels)
    check_size(path, stack.shape[2:], shape[2:], pair.source.name)
    if overlay is None:
        return stack
    found = dataclasses.replace(stack.found, findings=(overlay, *stack.found.findings))
    return dataclasses.replace(stack, found=found)


def planes_of(pair: Pair, image: Image) -> Iterator[Pair]:
    """Yield a pair for each plane of an image; the pair itself where it has one, or names one."""
    frames, slices = int(image.data.sizes["t"]), int(image.data.sizes["z"])
    if (frames, slices) == (1, 1) or not pair.is_file:
        yield pair
        return
    for t, z in np.ndindex(frames, slices):
        findings = pair.findings if (t, z) == (0, 0) else ()
        name = pair.name
        name += f"_t{t + 1:03d}" if frames > 1 else ""
        name += f"_z{z + 1:03d}" if slices > 1 else ""
        yield dataclasses.replace(
            pair,
            name=name,
            findings=findings,
            t=t if frames > 1 else None,
            z=z if slices > 1 else None,
        )


def plane_of(image: Image, pair: Pair) -> Image:
    """Return the plane of an image that a pair names; a copy, so that the rest can be released."""
    if pair.is_file:
        return image
    data = image.data.isel(t=[pair.t or 0], z=[pair.z or 0]).copy()
    # Results and messages are named after it.
    path = pair.source.with_name(f"{pair.name}.tif")
    return dataclasses.replace(image, data=data, path=path)
