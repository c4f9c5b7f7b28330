"""Outlines of labels as ImageJ ROIs.

The outline runs along the edges of the pixels, on integer corner coordinates, as ImageJ's wand
traces it: filling it gives exactly the object's pixels.  A label of several 4-connected parts has
one ROI for each part.  A part with holes is a composite ROI of its outline and theirs, any other
one a traced ROI.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.files import write_bytes

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["Outline", "name_roi", "outlines", "place_roi", "write_roi_set", "write_rois"]

Corners = NDArray[np.int32]
_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)
# Segments of a path: a first corner, a further one, and the way back.
_MOVE, _LINE, _CLOSE = 0, 1, 4
_VERSION: Final = 228  # of the ROI format: that of ImageJ 1.54
# Right, down, left, up, as (column, row) steps along pixel edges.
_STEPS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))
# The pixel on the left and on the right hand ahead of a corner, as (column, row) offsets.
_LEFT: Final = ((0, -1), (0, 0), (-1, 0), (-1, -1))
_RIGHT: Final = ((0, 0), (-1, 0), (-1, -1), (0, -1))


class Outline(NamedTuple):
    """The outline of a 4-connected part of a label.

    Parameters
    ----------
    label
        The label.
    rings
        Closed polygons, whose first corners are not repeated: the outer one and those of the holes,
        in the order of their first pixels.  Each is ``n 2`` int32, x and y of corners of pixels.
    """

    label: int
    rings: tuple[Corners, ...]


def outlines(labels: NDArray[np.integer]) -> list[Outline]:
    """Trace every label of a plane.

    Parameters
    ----------
    labels
        ``y x``, 0 is background.

    Returns
    -------
    list of Outline
        In the order of labels, parts of one label by their first pixel.
    """
    from scipy.ndimage import find_objects, label

    found: list[Outline] = []
    for index, place in enumerate(find_objects(labels.astype(np.int32)), start=1):
        if place is None:
            continue
        parts, count = label(labels[place] == index)
        origin = np.array([place[1].start, place[0].start], np.int32)
        for part in range(1, count + 1):
            mask = parts == part
            rings = (_trace(mask), *_holes(mask))
            found.append(Outline(index, tuple(ring + origin for ring in rings)))
    return found


def _holes(mask: NDArray[np.bool_]) -> Iterator[Corners]:
    """Yield the outlines of the 4-connected parts of what an object encloses.

    What touches the outside only at a corner of pixels is outside: the outline goes around it.
    """
    from scipy.ndimage import find_objects, label

    if min(mask.shape) <= 2 or mask.all():
        return
    empty = np.pad(~mask, 1, constant_values=True)
    regions, _ = label(empty, np.ones((3, 3)))
    holes, _ = label((empty & (regions != regions[0, 0]))[1:-1, 1:-1])
    for hole, (rows, columns) in enumerate(find_objects(holes), start=1):
        origin = np.array([columns.start, rows.start], np.int32)
        yield _trace(holes[rows, columns] == hole) + origin


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
        for label, rings in outlines(labels[t, z]):
            parts[label] = parts.get(label, 0) + 1
            more = "" if parts[label] == 1 else f"-{parts[label]}"
            name = name_roi(f"{label:04d}{more}", t, z, frames, slices)
            roi = ImagejRoi.frompoints(rings[0], name=name)
            roi.roitype = ROI_TYPE.TRACED
            # roifile takes points for pixels, whose far edge is one further.
            roi.right, roi.bottom = (int(value) for value in rings[0].max(axis=0))
            if len(rings) > 1:
                roi = _composite(roi, rings)
            place_roi(roi, t, z, frames, slices)
            rois.append(roi)
    write_roi_set(path, rois)


def _composite(outer: ImagejRoi, rings: Sequence[Corners]) -> ImagejRoi:
    """Return a ROI of several rings with the name and the bounds of the outer one."""
    from roifile import ROI_OPTIONS, ROI_TYPE, ImagejRoi

    path: list[float] = []
    for ring in rings:
        for kind, (x, y) in zip((_MOVE, *[_LINE] * (len(ring) - 1)), ring, strict=True):
            path += (kind, x, y)
        path.append(_CLOSE)
    roi = ImagejRoi(roitype=ROI_TYPE.RECT, name=outer.name)
    roi.options = ROI_OPTIONS.OVERLAY_BACKGROUNDS | ROI_OPTIONS.OVERLAY_LABELS
    roi.left, roi.top, roi.right, roi.bottom = outer.left, outer.top, outer.right, outer.bottom
    roi.shape_roi_size, roi.multi_coordinates = len(path), np.array(path, np.float32)
    return roi


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
