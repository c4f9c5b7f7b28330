"""ROIs that ImageJ saves in a TIFF file: the overlay, or the selection."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deepbacs_zoo.images.rois.read import read_roi
from deepbacs_zoo.images.rois.roi import Roi

__all__ = ["read_overlay"]


def read_overlay(path: Path) -> Sequence[Roi]:
    """Return the ROIs of the overlay of a TIFF file, else its selection, else none.

    Parameters
    ----------
    path
        A file of any kind; only TIFF files of ImageJ have ROIs.

    Raises
    ------
    ValueError
        A ROI is damaged.
    """
    from tifffile import TiffFile, TiffFileError

    try:
        with TiffFile(path) as file:
            metadata = file.imagej_metadata or {}
    # What is damaged is said by those who read the pixels.
    except (TiffFileError, OSError, ValueError, TypeError, LookupError, struct.error):
        return []
    found = metadata.get("Overlays") or metadata.get("ROI") or []
    every = [found] if isinstance(found, bytes) else found
    rois = [read_roi(data) for data in every]
    return [
        roi if roi.name else replace(roi, name=f"outline {at}") for at, roi in enumerate(rois, 1)
    ]
