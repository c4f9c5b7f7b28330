"""Outlines drawn in ImageJ or Fiji as labels: a ``.roi`` file, or a set of them in a zip.

A pixel belongs to an outline when ImageJ fills it; see `deepbacs_zoo.images.rois`.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError, listed
from deepbacs_zoo.files.names import is_system_file
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images.polygons import Region
from deepbacs_zoo.images.rois import Roi, place_rois, read_roi

__all__ = [
    "ROI_SUFFIXES",
    "RoiLabels",
    "draw_region",
    "filled_region",
    "is_empty_set",
    "label_rois",
    "outlines_among",
    "read_outlines",
    "read_roi_labels",
    "read_rois",
]

Labels = NDArray[np.int32]
ROI_SUFFIXES: Final = frozenset({".roi", ".zip"})
_LARGEST: Final = 2**24
# The ROI Manager names what it adds 0120-0045 after its place, and a second 0007 becomes 0007-1.
_PART: Final = re.compile(r"(.*\d{4,})-(?!1$)[1-9]\d{0,2}")
_SAVE: Final = "save them again with More » Save… in the ROI Manager"
OUTLINE_IS_NOTE: Final = Rule(
    "outline-is-note",
    Severity.WARNING,
    "Texts, arrows and pictures that are laid over an image mark no object.",
    "ImageJ 1.54p, classes TextRoi, Arrow and ImageRoi",
)


@dataclass(frozen=True, eq=False)
class RoiLabels:
    """The objects that outlines enclose.

    Parameters
    ----------
    labels
        ``t z y x`` int32, 0 is background, labels 1 to n in the order of the set.
    findings
        What was left out, and what was taken for granted.
    """

    labels: Labels
    findings: tuple[Finding, ...] = ()


def read_rois(path: Path, size: tuple[int, int]) -> Labels:
    """Read the outlines of an image of one plane as labels; otherwise as `read_roi_labels`.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32, 0 is background.
    """
    labels: Labels = read_roi_labels(path, (1, 1, *size)).labels[0, 0]
    return labels


def read_roi_labels(path: Path, shape: tuple[int, ...], channels: int = 1) -> RoiLabels:
    """Read outlines as labels, numbered in the order of the set.

    Where two outlines overlap, the pixels belong to the one that stands first.  Outlines that are
    parts of one object by their names (``0007`` and ``0007-2``, as `predict` writes them) have one
    label.

    Parameters
    ----------
    path
        ``.roi`` or ``.zip``.
    shape
        Frames, slices, rows and columns of the image.
    channels
        Its channels, which positions in stacks count first.

    Raises
    ------
    DataError
        The file is damaged or holds no outline; an outline encloses no area, lies outside the
        image, belongs to a plane that the image does not have, or is covered by others by more than
        half.
    """
    return label_rois(path, *read_outlines(path), shape, channels)


def label_rois(
    path: Path,
    rois: Sequence[Roi],
    findings: tuple[Finding, ...],
    shape: tuple[int, ...],
    channels: int = 1,
) -> RoiLabels:
    """Give the pixels of outlines their numbers, as `read_roi_labels` does.

    Parameters
    ----------
    path
        Their file.
    rois, findings
        The outlines, and what was noticed about them.
    shape
        Frames, slices, rows and columns of the image.
    channels
        Its channels.
    """
    placed = place_rois(path, rois, shape[:2], channels)
    labels = np.zeros(shape, np.int32)
    numbers: dict[str, int] = {}
    for index, (roi, planes) in enumerate(zip(rois, placed.planes, strict=True)):
        part = _PART.fullmatch(roi.name)
        key = part[1] if part and part[1] in numbers else roi.name
        if key == roi.name and key in numbers:  # two of one name are two objects
            key = f"{key} {index}"
        number = numbers.setdefault(key, len(numbers) + 1)
        place = f"{path}: {roi.name}"
        rectangle, inside = filled_region(roi, (shape[2], shape[3]), place)
        for plane in planes:
            draw_region(labels[plane][rectangle], inside, number, place)
    return RoiLabels(labels, (*findings, *placed.findings))


class Drawn(Protocol):
    """An outline that can be filled; see ``Roi``."""

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge."""

    def fill(self, size: tuple[int, int]) -> Region:
        """Return the pixels of an image of this size that it encloses."""


def filled_region(roi: Drawn, size: tuple[int, int], place: str) -> Region:
    """Return the pixels of an outline.

    Raises
    ------
    DataError
        There are none in the image.
    """
    region = roi.fill(size)
    if not region[1].any():
        left, top, right, bottom = roi.bounds
        raise DataError(
            place,
            "no pixel of the image lies inside it",
            value=f"x {left:g} to {right:g}, y {top:g} to {bottom:g}",
            allowed=f"outlines inside the image of {size[1]} x {size[0]} pixels",
            hint="look whether they belong to another image",
        )
    return region


def draw_region(labels: Labels, inside: NDArray[np.bool_], number: int, place: str) -> None:
    """Give the free pixels of an outline its number.

    Parameters
    ----------
    labels
        ``y x`` int32, the part of the labels in which it lies, changed in place.
    inside
        ``y x`` bool, the pixels of the outline.
    number
        Its number.
    place
        Its name in messages.

    Raises
    ------
    DataError
        Others have more than half of its pixels.
    """
    free = inside & (labels == 0)
    count, kept = int(np.count_nonzero(inside)), int(np.count_nonzero(free))
    if 2 * kept < count:
        raise DataError(
            place,
            "others cover more than half of this outline",
            value=f"{count - kept} of {count} pixels",
            allowed="outlines that overlap at their edges only",
            hint="look whether an object was drawn twice",
        )
    labels[free] = number


def read_outlines(path: Path) -> tuple[Sequence[Roi], tuple[Finding, ...]]:
    """Return the outlines of a file under the names that the ROI Manager shows.

    Returns
    -------
    sequence of Roi
        Those that have an area.
    tuple of Finding
        The others that were left out.

    Raises
    ------
    DataError
        The file is damaged or holds no outline, or one encloses no area.
    """
    found = _from_zip(path) if path.suffix.lower() == ".zip" else _from_file(path)
    if not found:
        raise DataError(
            path, "there is no outline in it", allowed="at least one .roi file", hint=_SAVE
        )
    return outlines_among(path, found)


def is_empty_set(path: Path) -> bool:
    """Return whether a file is a zip without any ROI, as `predict` writes it of no object."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def outlines_among(path: Path, found: Sequence[Roi]) -> tuple[Sequence[Roi], tuple[Finding, ...]]:
    """Return the ROIs of a file that have an area, otherwise as `read_outlines`."""
    rois = [roi for roi in found if not roi.is_note]
    notes = [roi for roi in found if roi.is_note]
    for roi in rois if rois else notes:
        if not roi.has_area:
            raise DataError(
                f"{path}: {roi.name}",
                "it encloses no area",
                value=roi.kind,
                allowed="polygons, rectangles, ovals, freehand, traced and composite outlines",
                hint="draw around the object (Edit » Selection » Line to Area makes an outline of "
                "a line with a width), or take lines and points out of the set",
            )
    return rois, _about_notes(path, notes, len(found))


def _about_notes(path: Path, notes: Sequence[Roi], count: int) -> tuple[Finding, ...]:
    if not notes:
        return ()
    named = listed([f"{roi.name} ({roi.kind})" for roi in notes])
    what = f"{len(notes)} of {count} outlines mark no object and are left out ({named})"
    hint = "draw around the objects that they stand for, if there are any"
    return (OUTLINE_IS_NOTE.finding(path, what, "outlines with an area", hint),)


def _from_file(path: Path) -> list[Roi]:
    try:
        return [_decoded(path.read_bytes(), path.stem)]
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error


def _from_zip(path: Path) -> list[Roi]:
    found = []
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = PurePosixPath(info.filename.replace("\\", "/"))
                if _is_roi(name):
                    where = f"{path}: {name}"
                    found.append(_member(archive, info, str(name.with_suffix(""))))
    # RuntimeError: a password; NotImplementedError, one of these: an unknown compression.
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, zlib.error) as error:
        raise _unreadable(where, error) from error
    return found


def _unreadable(where: Path | str, error: Exception) -> DataError:
    return DataError(
        where,
        "its outlines cannot be read",
        value=str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
        allowed="a .roi file of ImageJ, or a zip of them",
        hint=_SAVE,
    )


def _is_roi(name: PurePosixPath) -> bool:
    # macOS adds a note on each file to the zips it makes: __MACOSX/._name.roi.
    hidden = any(map(is_system_file, name.parts))
    return name.suffix.lower() == ".roi" and not hidden


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Roi:
    if info.file_size > _LARGEST:
        raise ValueError(f"{info.file_size} bytes are no outline")
    return _decoded(archive.read(info), name)


def _decoded(data: bytes, name: str) -> Roi:
    if len(data) > _LARGEST:
        raise ValueError(f"{len(data)} bytes are no outline")
    # The ROI Manager shows the file's name; the one inside may be an older one.
    return read_roi(data, name)
