"""Annotations in every form that people have them, as labels: one number for each object.

A label image, outlines of ImageJ (`rois`), a mask of foreground and background, or a picture in
which every object has a colour; of a movie, one for each frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.npy import read_npy
from deepbacs_zoo.annotations.labels.options import AS_NUMBERS, AS_THEY_ARE, LabelOptions
from deepbacs_zoo.annotations.labels.regions import regions_of_colors
from deepbacs_zoo.annotations.labels.values import Found, Values, labels_of
from deepbacs_zoo.annotations.names import OUTLINE_SUFFIXES, holds_classes, outline_suffix
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images.arrays import image_of
from deepbacs_zoo.images.image import Calibration, Image
from deepbacs_zoo.images.options import AS_LABELS
from deepbacs_zoo.images.read import read_image
from deepbacs_zoo.images.region import Region
from deepbacs_zoo.images.write import write_tiff
from deepbacs_zoo.options import Option

__all__ = ["Annotation", "LabelStack", "check_size", "read_annotation", "read_label_stack"]
__all__ += ["closed", "crop_labels", "relabel"]

Labels = NDArray[np.int32]
Planes = tuple[int, int]
"""Number of frames and of slices."""
_PLANE: Final = 2
_BOTH: Final = 2
_JPEG: Final = b"\xff\xd8"


@dataclass(frozen=True, eq=False)
class Annotation:
    """The objects of an image.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 is background, 1 to n without a gap.
    findings
        What is odd about them without being wrong.
    numbers
        The numbers that labels 1 to n have in the file; empty where the file has none, as a mask.
    """

    labels: Labels
    findings: tuple[Finding, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class LabelStack:
    """The objects of all planes of an annotation.

    Parameters
    ----------
    path
        Its file.
    found
        Its labels ``t z y x``, and what they were taken for.
    calibration
        The size of its pixels.
    """

    path: Path
    found: Found
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def shape(self) -> tuple[int, ...]:
        """Frames, slices, rows and columns."""
        return self.found.labels.shape

    def plane(self, t: int = 0, z: int = 0) -> Annotation:
        """Return one plane; the first one has the findings about the whole file."""
        labels, numbers = self.found.labels[t, z], self.found.numbers
        about_file = self.found.findings if (t, z) == (0, 0) else ()
        if self.shape[:2] != (1, 1):
            labels, numbers = closed(labels, numbers)
        return Annotation(labels, (*about_file, *self.found.odd(self.path, labels)), numbers)


def read_annotation(
    path: Path, size: tuple[int, int], options: LabelOptions = AS_THEY_ARE
) -> Annotation:
    """Read an annotation of one plane.

    A mask, which is an image of two values, and a picture in colours are taken apart into regions
    that are connected by edges of pixels; of a picture, the most frequent colour is the background.
    Numbers of objects with gaps are numbered again.

    Parameters
    ----------
    path
        A TIFF, PNG or JPEG file; outlines of ImageJ (``.roi``, or a zip of them), labelme
        (``.json``) or QuPath (``.geojson``); ``_seg.npy`` of Cellpose.
    size
        Rows and columns of the image it belongs to, which outlines do not tell.
    options
        The meaning of its values.

    Raises
    ------
    DataError
        It is none: a stack, values or colours that run into each other, fractions, several negative
        numbers.
    """
    return read_label_stack(path, (1, 1, *size), options).plane()


def read_label_stack(
    path: Path,
    shape: tuple[int, ...] | None,
    options: LabelOptions = AS_THEY_ARE,
    *,
    image: str = "the image",
    channels: int = 1,
) -> LabelStack:
    """Read an annotation with all of its planes.

    Parameters
    ----------
    path
        As for :func:`read_annotation`.
    shape
        Frames, slices, rows and columns of the image it belongs to; ``None`` for those of the file.
    options
        The meaning of its values.
    image
        The name of that image, for messages.
    channels
        Its channels, which positions of outlines count.

    Raises
    ------
    DataError
        It has other planes than the image, or as :func:`read_annotation`.
    """
    path = Path(path)
    planes = None if shape is None else (shape[0], shape[1])
    if shape is not None and outline_suffix(path) in OUTLINE_SUFFIXES:
        from deepbacs_zoo.annotations.outlines.read import read_outline_labels

        outlines = read_outline_labels(path, shape, channels)
        return LabelStack(path, Found(outlines.labels, outlines.findings))
    is_array = path.suffix.lower() == ".npy"
    read = _array_file(path) if is_array else read_image(path, AS_LABELS)
    if options.annotations == "auto" and path.name.lower().endswith("_seg.npy"):
        options = replace(options, annotations="labels")  # Cellpose numbers a single object, too
    if not _is_colored(read):
        stack = _arranged(path, _grey(read), planes, image)[:, :, 0]
    elif options.annotations == "masks":
        stack = _arranged(path, read.data.values.mean(axis=2, keepdims=True), planes, image)[
            :, :, 0
        ]
    else:
        pictures = _arranged(path, read.data.values, planes, image, colors=True)
        found = Found(_of_colors(path, pictures), read.findings)
        return LabelStack(path, found, read.calibration)
    values = Values(path, stack, _is_jpeg(path))
    if options.annotations == "auto" and holds_classes(path):
        _check_two(values)
    found = labels_of(values, options)
    found = replace(found, findings=(*read.findings, *found.findings))
    return LabelStack(path, found, read.calibration)


def _check_two(values: Values) -> None:
    """Refuse classes of pixels (ilastik's Simple Segmentation) of which there are more than two."""
    present = values.counted()[0]
    if present.size > _BOTH:
        raise DataError(
            values.path,
            "by its name it holds classes of pixels and no objects",
            value=f"{present.size} classes",
            allowed="two classes, objects and background",
            hint="export 'Object Identities' from ilastik, or set "
            + Option("annotations", "labels")
            + " if they are numbers of objects",
        )


def check_size(path: Path, size: tuple[int, ...], expected: tuple[int, ...], image: str) -> None:
    """Refuse labels of other rows and columns than those of their image.

    Raises
    ------
    DataError
        They differ.
    """
    if size != expected:
        raise DataError(
            path,
            f"its size is not that of {image}",
            value="{}x{} against {}x{}".format(*size[::-1], *expected[::-1]),
            allowed="label images of the same width and height as their images",
            hint="crop or resample the label image without interpolation",
        )


def relabel(source: str | Path, target: str | Path, options: LabelOptions = AS_NUMBERS) -> int:
    """Write a label image with numbers 1 to n without a gap, in the order of its old numbers.

    Of a movie the numbers are those of the whole, so that an object keeps its number.

    Parameters
    ----------
    source
        The label image.
    target
        Where the new one is written, as uint16 (float32 above 65,535 objects); may be ``source``.
    options
        The meaning of the values: with other options than the default ones this makes a label image
        of a mask.

    Returns
    -------
    int
        The number of objects.

    Raises
    ------
    DataError
        ``source`` is no label image, as :func:`read_annotation` says.
    """
    stack = read_label_stack(Path(source), None, options)
    labels = stack.found.labels
    count = int(labels.max())
    dtype = np.uint16 if count <= np.iinfo(np.uint16).max else np.float32
    write_tiff(Path(target), labels.astype(dtype), "tzyx", stack.calibration, labels=True)
    return count


def crop_labels(annotation: Annotation, region: Region) -> Annotation:
    """Return the objects of a part of an image; those at its edge are cut by it."""
    labels, numbers = closed(annotation.labels[region.slices], annotation.numbers)
    return replace(annotation, labels=labels, numbers=numbers)


def closed(labels: Labels, numbers: tuple[int, ...] = ()) -> tuple[Labels, tuple[int, ...]]:
    """Return the labels of a plane or of a part of it, 1 to n without a gap, and their numbers.

    Labels are ``y x`` int32.
    """
    present = np.unique(labels)
    present = present[present > 0]
    table = np.zeros(int(labels.max()) + 1, np.int32)
    table[present] = np.arange(1, present.size + 1)
    kept = tuple(numbers[number - 1] for number in present.tolist()) if numbers else ()
    return table[labels], kept


def _array_file(path: Path) -> Image:
    """Return the labels of Cellpose or NumPy as an image, what is before ``y x`` as slices."""
    values = read_npy(path)
    return image_of(values, "zyx" if values.ndim > _PLANE else "yx", where=str(path))


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_JPEG)) == _JPEG


def _is_colored(image: Image) -> bool:
    if not image.rgb:
        return False
    red, green, blue = (image.data.values[:, :, channel] for channel in range(3))
    return not (np.array_equal(red, green) and np.array_equal(green, blue))


def _grey(image: Image) -> NDArray[np.generic]:
    """Return ``t z c y x``, of a grey picture that was saved as RGB one of its equal channels."""
    values: NDArray[np.generic] = image.data.to_numpy()
    return values[:, :, :1] if image.rgb else values


def _of_colors(path: Path, pictures: NDArray[np.generic]) -> NDArray[np.int32]:
    """Return the labels ``t z y x`` of pictures ``t z c y x``."""
    labels = np.zeros((*pictures.shape[:2], *pictures.shape[3:]), np.int32)
    for place in np.ndindex(*labels.shape[:2]):
        labels[place] = regions_of_colors(path, pictures[place], lossy=_is_jpeg(path))
    return labels


def _arranged(
    path: Path,
    values: NDArray[Any],
    planes: Planes | None,
    image: str,
    *,
    colors: bool = False,
) -> NDArray[Any]:
    """Return ``t z c y x`` with the frames and slices of the image, and one channel or colours.

    Programs write label movies without saying along which axis they run, as slices or channels.
    """
    stated = values.shape[:3]
    if values.shape[2] > 1 and not colors:
        if values.shape[:2] != (1, 1):
            raise DataError(
                path,
                "a label image has one value for each pixel",
                value=_named(stated),
                allowed="one plane of whole numbers for each plane of the image",
                hint="save the label images as 16-bit grey TIFF without channels",
            )
        values = np.moveaxis(values, 2, 0)
    found = values.shape[:2]
    if planes is None or found == planes:
        return values
    one_axis = all(min(each) == 1 for each in (found, planes))
    if one_axis and math.prod(found) == math.prod(planes):
        return values.reshape(*planes, *values.shape[2:])
    raise DataError(
        path,
        f"its planes are not those of {image}",
        value=f"{_named(stated)} against {_named((*planes, 1))}",
        allowed="a label image of as many frames and slices as its image",
        hint="save the planes that are labelled, image and label image alike, as files",
    )


def _named(sizes: tuple[int, ...]) -> str:
    """Return numbers of frames, slices and channels in words."""
    words = zip(sizes, ("frames", "slices", "channels"), strict=True)
    return ", ".join(f"{size} {word}" for size, word in words if size > 1) or "one plane"
