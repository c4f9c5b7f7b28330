"""Outlines that ImageJ saved in the image itself (Image » Overlay, then File » Save), as labels."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.annotations.rois import RoiLabels, label_rois, outlines_among
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.images.read import read_image
from deepbacs_zoo.images.rois import read_overlay

__all__ = ["OVERLAY_NOT_READ", "read_overlay_labels"]

OVERLAY_NOT_READ: Final = Rule(
    "overlay-not-read",
    Severity.WARNING,
    "A label image may have outlines as well; of two annotations in a file one is taken.",
)


def read_overlay_labels(path: Path, image: Image, channels: int = 1) -> RoiLabels | Finding | None:
    """Read the outlines in a file that is the image itself.

    Parameters
    ----------
    path
        The annotation.
    image
        The image that it belongs to.
    channels
        Its channels as ImageJ counts planes, which positions in stacks count first.

    Returns
    -------
    RoiLabels, Finding or None
        The labels; what is left out where the file has outlines and other pixels than the image,
        which then are the annotation; ``None`` without outlines.

    Raises
    ------
    DataError
        The outlines are no labels, as `read_roi_labels` says.
    """
    try:
        found = read_overlay(path)
    except ValueError as error:
        raise DataError(
            path,
            "its overlay cannot be read",
            value=str(error),
            allowed="ROIs as ImageJ saves them",
            hint="save it again with ImageJ",
        ) from error
    count = sum(roi.has_area for roi in found)
    if not count:
        return None
    pixels, values = read_image(path).data.values, image.data.values
    if pixels.shape == values.shape and np.array_equal(pixels, values):
        sizes = image.data.sizes
        shape = (sizes["t"], sizes["z"], sizes["y"], sizes["x"])
        return label_rois(path, *outlines_among(path, found), shape, channels)
    what = f"it has an overlay of {count} outlines, which is left out: its pixels are taken"
    hint = "save the outlines as a ROI set if they are meant"
    return OVERLAY_NOT_READ.finding(path, what, "label images, or images with outlines", hint)
