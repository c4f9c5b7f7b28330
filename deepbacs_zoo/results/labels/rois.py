"""Outlines of labels as ImageJ ROIs.

The outline runs along the outer edges of the pixels, on integer corner coordinates, with the
object on its right hand, as ImageJ's wand traces it: filling it gives exactly the object's pixels.
A label of several 4-connected parts has one ROI for each part; holes are not part of the outline.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.files import write_bytes

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["name_roi", "outlines", "place_roi", "write_roi_set", "write_rois"]

Corners = NDArray[np.int32]
_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)
_VERSION: Final = 228  # of the ROI format: that of ImageJ 1.54
# Right, down, left, up, as (column, row) steps along pixel edges.
_STEPS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))
# The pixel on the left and on the right hand ahead of a corner, as (column, row) offsets.
_LEFT: Final = ((0, -1), (0, 0), (-1, 0), (-1, -1))
_RIGHT: Final = ((0, 0), (-1, 0), (-1, -1), (0, -1))


def outlines(labels: NDArray[np.integer]) -> list[tuple[int, Corners]]:
    """Trace every label of a plane.

    Parameters
    ----------
    labels
        ``y x``, 0 is background.

    Returns
    -------
    list of (int, numpy.ndarray)
        The label and ``(n, 2)`` int32 corners ``x, y`` of a closed polygon (the first corner is
        not repeated), in the order of labels, parts of one label by their first pixel.
    """
    from scipy.ndimage import find_objects, label

    found: list[tuple[int, Corners]] = []
    for index, place in enumerate(find_objects(labels.astype(np.int32)), start=1):
        if place is None:
            continue
        parts, count = label(labels[place] == index)
        for part in range(1, count + 1):
            corners = _trace(parts == part)
            found.append((index, corners + np.array([place[1].start, place[0].start], np.int32)))
    return found


def _trace(mask: NDArray[np.bool_]) -> Corners:
    """Walk around the 4-connected object of a mask, from the top left corner of its first pixel."""
    inside = np.pad(mask, 1)
    row, column = (int(value) for value in np.argwhere(mask)[0])
    start = (column + 1, row + 1)  # in the padded mask
    x, y, direction = *start, 0
    corners: list[tuple[int, int]] = []
    while True:
        # Turn left at once where both pixels ahead are inside, right where none is; where the
        # object touches itself only at a corner it is not connected there, so the walk turns right.
        left = inside[y + _LEFT[direction][1], x + _LEFT[direction][0]]
        right = inside[y + _RIGHT[direction][1], x + _RIGHT[direction][0]]
        turn = 1 if not right else (-1 if left else 0)
        if turn or not corners:
            corners.append((x - 1, y - 1))
        direction = (direction + turn) % 4
        x, y = x + _STEPS[direction][0], y + _STEPS[direction][1]
        if (x, y) == start:
            break
    return np.array(corners, np.int32)


def write_rois(path: Path, labels: NDArray[np.integer]) -> None:
    """Write the outlines of all labels as a ROI set for ImageJ's ROI Manager.

    Parameters
    ----------
    path
        The zip file; the same labels give the same bytes, here and in Java.  Its entries are not
        compressed: what a compressor gives depends on its version.
    labels
        ``t z y x``, integers.  ROIs of stacks carry their frame and slice.

    Raises
    ------
    HostError
        The file cannot be written.
    """
    from roifile import ROI_TYPE, ImagejRoi

    frames, slices = labels.shape[:2]
    rois = []
    for t, z in np.ndindex(frames, slices):
        parts: dict[int, int] = {}
        for label, corners in outlines(labels[t, z]):
            parts[label] = parts.get(label, 0) + 1
            more = "" if parts[label] == 1 else f"-{parts[label]}"
            name = name_roi(f"{label:04d}{more}", t, z, frames, slices)
            roi = ImagejRoi.frompoints(corners, name=name)
            roi.roitype = ROI_TYPE.TRACED
            # roifile takes points for pixels, whose far edge is one further.
            roi.right, roi.bottom = (int(value) for value in corners.max(axis=0))
            place_roi(roi, t, z, frames, slices)
            rois.append(roi)
    write_roi_set(path, rois)


def name_roi(name: str, t: int, z: int, frames: int, slices: int) -> str:
    """Return the name of a ROI with its position, which names of planes do not have."""
    if slices > 1:
        name = f"z{z + 1:04d}-{name}"
    return f"t{t + 1:04d}-{name}" if frames > 1 else name


def place_roi(roi: ImagejRoi, t: int, z: int, frames: int, slices: int) -> None:
    """Give a ROI of a stack its frame and slice."""
    if frames * slices > 1:
        roi.c_position, roi.z_position, roi.t_position = 1, z + 1, t + 1
        roi.position = t * slices + z + 1


def write_roi_set(path: Path, rois: Sequence[ImagejRoi]) -> None:
    """Write ROIs into a zip, each under its name, the same bytes on every computer.

    Raises
    ------
    HostError
        The file cannot be written.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for roi in rois:
            roi.version = _VERSION
            entry = zipfile.ZipInfo(f"{roi.name}.roi", _TIMESTAMP)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, roi.tobytes())
    write_bytes(path, buffer.getvalue())
