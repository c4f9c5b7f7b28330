"""Masks and pictures in colours taken apart into objects, and what is odd about objects."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError, listed
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option

__all__ = ["connected_regions", "label_findings", "mask_findings", "regions_of_colors"]

Labels = NDArray[np.int32]
_SPECK: Final = 4
"""Pixels of a region below which it is no object but the edge of one."""
_MOST_SPECKS: Final = 0.2
_WIDE: Final = 1.6
_MOST_FOREGROUND: Final = 0.5
LABEL_IN_PARTS: Final = Rule(
    "label-in-parts",
    Severity.WARNING,
    "A label of several parts is mostly a number that was given to two objects.",
)
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


def connected_regions(
    values: NDArray[np.generic], background: int = 0, *, corners: bool = False
) -> Labels:
    """Return the regions of equal values that are connected by edges of pixels.

    Parameters
    ----------
    values
        ``y x``, integers or bool.
    background
        The value that is no region.
    corners
        Whether pixels that meet at a corner are connected, too.

    Returns
    -------
    ndarray
        ``y x`` int32, 0 is background, 1 to n.
    """
    from skimage.measure import label

    codes, connectivity = values.astype(np.int64), 2 if corners else 1
    found: Labels = label(codes, background=background, connectivity=connectivity).astype(np.int32)
    return found


def regions_of_colors(path: Path, picture: NDArray[np.generic], *, lossy: bool = False) -> Labels:
    """Return the regions of one colour; the most frequent colour is the background.

    Parameters
    ----------
    path
        The file, for the message.
    picture
        ``c y x`` integers: red, green and blue.
    lossy
        True if the file is JPEG, which smears colours.

    Returns
    -------
    ndarray
        ``y x`` int32, 0 is background, 1 to n.

    Raises
    ------
    DataError
        The colours run into each other.
    """
    channels = picture.astype(np.int64)
    top = int(channels.max()) + 1
    colors, codes = np.unique(
        (channels[0] * top + channels[1]) * top + channels[2], return_inverse=True
    )
    codes = codes.reshape(channels.shape[1:])
    background = int(np.bincount(codes.reshape(-1)).argmax())
    labels = connected_regions(codes, background)
    areas = np.bincount(labels.reshape(-1))[1:]
    specks = int(np.count_nonzero(areas < _SPECK))
    if specks > _MOST_SPECKS * areas.size:
        raise DataError(
            path,
            "its colours run into each other"
            + (", as JPEG leaves them" if lossy else "")
            + ", so its objects cannot be separated",
            value=f"{colors.size} colours, {specks} of {areas.size} regions under {_SPECK} pixels",
            allowed="one plain colour for each object, up to its edge",
            hint="save it without smoothing as PNG or TIFF, or give a label image",
        )
    return labels


def mask_findings(path: Path, labels: Labels) -> tuple[Finding, ...]:
    """Return what is odd about a mask, by its regions (``y x`` int32), without being wrong."""
    found = []
    share = float(np.mean(labels > 0))
    if share > _MOST_FOREGROUND:
        found.append(
            MASK_MOSTLY_FOREGROUND.finding(
                path,
                f"the foreground of this mask covers {share:.0%} of the image",
                "objects on a larger background",
                "if that is the background, name its value, such as " + Option("background", 255),
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


def label_findings(path: Path, labels: NDArray[np.integer]) -> tuple[Finding, ...]:
    """Return what is odd about a label image without being wrong.

    Parameters
    ----------
    path
        Its file.
    labels
        ``y x``, integers, 0 is background.

    Returns
    -------
    tuple of Finding
        A warning when a label has several parts that do not even touch at a corner.
    """
    from skimage.measure import label

    parts = label(labels, background=0, connectivity=2)
    first = np.unique(parts, return_index=True)[1]
    owners, counts = np.unique(labels.reshape(-1)[first], return_counts=True)
    torn = owners[(counts > 1) & (owners != 0)]
    if not torn.size:
        return ()
    finding = LABEL_IN_PARTS.finding(
        path,
        f"{torn.size} of its {int(np.count_nonzero(owners))} labels have several parts that do not "
        f"touch ({listed([str(number) for number in torn.tolist()])})",
        "one connected object for each label",
        "look whether a number was given twice",
    )
    return (finding,)


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
