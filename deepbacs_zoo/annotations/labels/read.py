"""Annotations in every form that people have them, as labels: one number for each object.

A label image, outlines of ImageJ (`rois`), a mask of foreground and background, or a picture in
which every object has a colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.checks import check_numbers, label_findings, plane_of
from deepbacs_zoo.annotations.labels.npy import read_npy
from deepbacs_zoo.annotations.names import OUTLINE_SUFFIXES, outline_suffix
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.arrays import image_of
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.images.options import AS_LABELS
from deepbacs_zoo.images.read import read_image

__all__ = ["Annotation", "read_annotation"]

Labels = NDArray[np.int32]
_MASKS: Final = ([0, 255], [255], [0, 65535], [65535])
_PLANE: Final = 2
_SPECK: Final = 4
"""Pixels of a region below which it is no object but the edge of one."""
_MOST_SPECKS: Final = 0.2
_WIDE: Final = 1.6
_MOST_FOREGROUND: Final = 0.5
MASK_MOSTLY_FOREGROUND: Final = Rule(
    "mask-mostly-foreground",
    Severity.WARNING,
    "A mask that covers most of the image is probably inverted, so that the background would "
    "be learned.",
)
MASK_OBJECTS_TOUCH: Final = Rule(
    "mask-objects-touch",
    Severity.WARNING,
    "In a mask objects that touch are one, and a network learns them as one.",
)


@dataclass(frozen=True, eq=False)
class Annotation:
    """The objects of an image.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 is background, 1 to n without a gap.
    findings
        What is odd about them without being wrong.
    """

    labels: Labels
    findings: tuple[Finding, ...] = ()


def read_annotation(path: Path, size: tuple[int, int]) -> Annotation:
    """Read an annotation.

    A mask (0 and 255, or 0 and 65535) and a picture in colours are taken apart into regions that
    are connected by edges of pixels; of a picture, the most frequent colour is the background.
    0 and 1 are a label image of one object.

    Parameters
    ----------
    path
        A TIFF, PNG or JPEG file; outlines of ImageJ (``.roi``, or a zip of them), labelme
        (``.json``) or QuPath (``.geojson``); ``_seg.npy`` of Cellpose.
    size
        Rows and columns of the image it belongs to, which outlines do not tell.

    Raises
    ------
    DataError
        It is none: a stack, with fractions, negative numbers or gaps, or colours that run into each
        other.
    """
    if outline_suffix(path) in OUTLINE_SUFFIXES:
        from deepbacs_zoo.annotations.outlines.read import read_outline_labels

        return Annotation(*read_outline_labels(path, size))
    is_array = path.suffix.lower() == ".npy"
    image = _array_file(path) if is_array else read_image(path, AS_LABELS)
    if _is_coloured(image):
        return Annotation(_of_colours(path, image), image.findings)
    values = plane_of(path, _as_grey(image))
    present = np.unique(values)
    if _is_mask(present):
        labels = _regions(values != 0)
        return Annotation(labels, _mask_findings(path, labels))
    check_numbers(path, present)
    labels = values.astype(np.int32)
    return Annotation(labels, label_findings(path, labels))


def _array_file(path: Path) -> Image:
    """Return the labels of Cellpose or NumPy as an image, what is before ``y x`` as slices."""
    values = read_npy(path)
    return image_of(values, "zyx" if values.ndim > _PLANE else "yx", where=str(path))


def _is_mask(present: NDArray[np.generic]) -> bool:
    return [int(number) for number in present] in _MASKS


def _is_coloured(image: Image) -> bool:
    if not image.rgb:
        return False
    red, green, blue = (image.data.values[0, 0, channel] for channel in range(3))
    return not (np.array_equal(red, green) and np.array_equal(green, blue))


def _as_grey(image: Image) -> Image:
    """Return a grey picture that was saved as RGB with one of its three equal channels."""
    return Image(image.data[:, :, :1]) if image.rgb else image


def _of_colours(path: Path, image: Image) -> Labels:
    channels = image.data.values[0, 0].astype(np.int64)
    top = int(channels.max()) + 1
    colours, codes = np.unique(
        (channels[0] * top + channels[1]) * top + channels[2], return_inverse=True
    )
    codes = codes.reshape(channels.shape[1:])
    background = int(np.bincount(codes.reshape(-1)).argmax())
    labels = _regions(codes, background)
    areas = np.bincount(labels.reshape(-1))[1:]
    specks = int(np.count_nonzero(areas < _SPECK))
    if specks > _MOST_SPECKS * areas.size:
        raise DataError(
            path,
            "its colours run into each other, so its objects cannot be separated",
            value=f"{colours.size} colours, {specks} of {areas.size} regions under {_SPECK} pixels",
            allowed="one plain colour for each object, up to its edge",
            hint="save it without smoothing as PNG or TIFF, or give a label image",
        )
    return labels


def _regions(values: NDArray[np.generic], background: int = 0) -> Labels:
    from skimage.measure import label

    found: Labels = label(values.astype(np.int64), background=background, connectivity=1).astype(
        np.int32
    )
    return found


def _mask_findings(path: Path, labels: Labels) -> tuple[Finding, ...]:
    found = []
    share = float(np.mean(labels > 0))
    if share > _MOST_FOREGROUND:
        found.append(
            MASK_MOSTLY_FOREGROUND.finding(
                path,
                f"the foreground of this mask covers {share:.0%} of the image",
                "objects on a larger background",
                "invert it if the background is white",
            )
        )
    touching = _touching(labels)
    if touching:
        found.append(
            MASK_OBJECTS_TOUCH.finding(
                path,
                f"in this mask {touching} of {labels.max()} objects look like several that touch",
                "a line of background between any two objects",
                "give a label image or outlines, in which objects may touch",
            )
        )
    return tuple(found)


def _touching(labels: Labels) -> int:
    """Count regions that fall apart when their edge is taken away, or are much too wide.

    Two rods end to end have a waist, two side by side twice the usual width.
    """
    from scipy.ndimage import distance_transform_edt, label, maximum

    count = int(labels.max())
    if count == 0:
        return 0
    depth = distance_transform_edt(labels > 0)
    deepest = np.asarray(maximum(depth, labels, np.arange(1, count + 1)))
    usual = float(np.median(deepest))
    cores = label(depth > usual / 2)[0]
    parts = np.zeros(count + 1, np.int64)
    # Each core lies in one region: count them by the region of their first pixel.
    first = np.unique(cores, return_index=True)[1][1:]
    owners, numbers = np.unique(labels.reshape(-1)[first], return_counts=True)
    parts[owners] = numbers
    return int(np.count_nonzero((parts[1:] > 1) | (deepest > _WIDE * usual)))
