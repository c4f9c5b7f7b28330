"""Outlines drawn in ImageJ or Fiji as label images: a ``.roi`` file, or a set of them in a zip.

A pixel belongs to an outline when its center is inside, by the even-odd rule, as ImageJ fills it.
The format: class ``ij.io.RoiDecoder`` of ImageJ, read by the package roifile.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.polygons import Mask, fill_polygons

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["ROI_SUFFIXES", "outline_corners", "read_outlines", "read_rois"]

ROI_SUFFIXES: Final = frozenset({".roi", ".zip"})
_LARGEST: Final = 2**24
_PART: Final = re.compile(r"(\d{4,})-\d+")


def read_rois(path: Path, size: tuple[int, int]) -> NDArray[np.int32]:
    """Read outlines as labels, numbered in the order of the set.

    Where two outlines overlap, the pixels belong to the one that stands first.  Outlines that are
    parts of one object by their names (``0007`` and ``0007-2``, as `predict` writes them) have one
    label.

    Parameters
    ----------
    path
        ``.roi`` or ``.zip``.
    size
        Rows and columns of the image.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32, 0 is background, labels 1 to n.

    Raises
    ------
    DataError
        The file is damaged or holds no outline; an outline encloses no area, lies outside the
        image, belongs to a plane of a stack, or is covered by others by more than half.
    """
    labels = np.zeros(size, np.int32)
    numbers: dict[str, int] = {}
    for index, roi in enumerate(read_outlines(path)):
        name = roi.name or f"outline {index + 1}"
        place = f"{path}: {name}"
        _check_plane(roi, place)
        mask = _filled(roi, size, place)
        free = mask & (labels == 0)
        if 2 * np.count_nonzero(free) < np.count_nonzero(mask):
            raise DataError(
                place,
                "others cover more than half of this outline",
                value=f"{np.count_nonzero(mask & ~free)} of {np.count_nonzero(mask)} pixels",
                allowed="outlines that overlap at their edges only",
                hint="look whether an object was drawn twice",
            )
        part = _PART.fullmatch(name)
        key = part[1] if part and part[1] in numbers else name
        if key == name and name in numbers:  # two of one name are two objects
            key = f"{name} {index}"
        labels[free] = numbers.setdefault(key, len(numbers) + 1)
    return labels


def read_outlines(path: Path) -> Sequence[ImagejRoi]:
    """Return the outlines of a file under the names that the ROI Manager shows.

    Raises
    ------
    DataError
        The file is damaged or holds none.
    """
    from roifile import ImagejRoi

    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                found = [_member(archive, info) for info in archive.infolist() if _is_roi(info)]
        else:
            found = [_decoded(path.read_bytes(), path.stem)]
        if not all(isinstance(roi, ImagejRoi) for roi in found):
            raise TypeError("no ROI")
    except (zipfile.BadZipFile, ValueError, TypeError, IndexError, OSError, EOFError) as error:
        raise DataError(
            path,
            "its outlines cannot be read",
            value=str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
            allowed="a .roi file of ImageJ, or a zip of them",
            hint="save them again with More » Save… in the ROI Manager",
        ) from error
    if not found:
        raise DataError(
            path,
            "there is no outline in it",
            allowed="at least one .roi file in the zip",
            hint="save them again with More » Save… in the ROI Manager",
        )
    return found


def _is_roi(info: zipfile.ZipInfo) -> bool:
    name = Path(info.filename)
    # macOS adds a note on each file to the zips it makes: __MACOSX/._name.roi.
    return name.suffix.lower() == ".roi" and not name.name.startswith("._")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ImagejRoi:
    if info.file_size > _LARGEST:
        raise ValueError(f"{info.file_size} bytes are no outline")
    return _decoded(archive.read(info), Path(info.filename).stem)


def _decoded(data: bytes, name: str) -> ImagejRoi:
    from roifile import ImagejRoi

    if len(data) > _LARGEST:
        raise ValueError(f"{len(data)} bytes are no outline")
    roi = ImagejRoi.frombytes(data)
    roi.name = name  # the ROI Manager shows the file's name; the one inside may be an older one
    return roi


def _check_plane(roi: ImagejRoi, place: str) -> None:
    planes = {"z": roi.z_position, "t": roi.t_position}
    if not any((roi.c_position, *planes.values())):
        planes = {"slice": roi.position}  # of a stack whose axis ImageJ does not know
    stated = ", ".join(f"{axis} {number}" for axis, number in planes.items() if number > 1)
    if stated:
        raise DataError(
            place,
            "it belongs to a plane of a stack, and labels are those of one image",
            value=stated,
            allowed="outlines of one plane",
            hint="save the planes as images of their own, each with its outlines",
        )


def _filled(roi: ImagejRoi, size: tuple[int, int], place: str) -> Mask:
    """Return the pixels of an outline, refusing what has none in the image."""
    from roifile import ROI_SUBTYPE, ROI_TYPE

    areas = {
        ROI_TYPE.POLYGON,
        ROI_TYPE.RECT,
        ROI_TYPE.OVAL,
        ROI_TYPE.FREEHAND,
        ROI_TYPE.TRACED,
    }
    notes = {ROI_SUBTYPE.TEXT, ROI_SUBTYPE.IMAGE}
    if roi.roitype not in areas or roi.subtype in notes:
        kind = roi.subtype if roi.subtype in notes else roi.roitype
        raise DataError(
            place,
            "it encloses no area",
            value=kind.name.lower(),
            allowed="polygons, rectangles, ovals, freehand and traced outlines",
            hint="draw around the object, and take lines and points out of the set",
        )
    if roi.roitype == ROI_TYPE.OVAL:
        mask = _oval(roi, size)
    else:
        mask = fill_polygons(outline_corners(roi), size)
    if not mask.any():
        rows, columns = size
        raise DataError(
            place,
            "no pixel of the image lies inside it",
            value=f"x {roi.left} to {roi.right}, y {roi.top} to {roi.bottom}",
            allowed=f"outlines inside the image of {columns} x {rows} pixels",
            hint="look whether they belong to another image",
        )
    return mask


def outline_corners(roi: ImagejRoi) -> Sequence[NDArray[Any]]:
    """Return the corners of each part of an outline: ``n 2`` float64, x and y in image pixels."""
    if roi.composite:
        return list(roi.coordinates(multi=True))
    if roi.roitype.name == "RECT":
        left, top, right, bottom = roi.left, roi.top, roi.right, roi.bottom
        return [np.array([[left, top], [right, top], [right, bottom], [left, bottom]])]
    return [np.asarray(roi.coordinates())]


def _oval(roi: ImagejRoi, size: tuple[int, int]) -> Mask:
    across, down = (roi.right - roi.left) / 2, (roi.bottom - roi.top) / 2
    if across <= 0 or down <= 0:
        return np.zeros(size, np.bool_)
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    middle = (roi.left + across, roi.top + down)
    inside: Mask = ((x - middle[0]) / across) ** 2 + ((y - middle[1]) / down) ** 2 <= 1
    return inside
