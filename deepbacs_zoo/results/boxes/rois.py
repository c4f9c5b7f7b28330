"""Boxes as ImageJ ROIs: rectangles with fractions of pixels, in the colour of their class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.annotations.predicted import plain_class
from deepbacs_zoo.images.lut import colour_of
from deepbacs_zoo.results.boxes.rows import BoxRow
from deepbacs_zoo.results.labels.rois import name_roi, place_roi, write_roi_set

if TYPE_CHECKING:
    from roifile import ImagejRoi

__all__ = ["write_box_rois"]

_OPAQUE: Final = 255


def write_box_rois(
    path: Path, boxes: Sequence[BoxRow], classes: Sequence[str], frames: int, slices: int
) -> None:
    """Write boxes as a ROI set for ImageJ's ROI Manager.

    A ROI is named after its number and its class (``0001-rod``; in stacks
    ``t0002-z0001-0001-rod``), with what a file name cannot hold replaced, and has the properties
    ``class`` and ``score``.

    Parameters
    ----------
    path
        The zip file; the same boxes give the same bytes, here and in Java.
    boxes
        In the order of the set.
    classes
        Names of all classes, which decide the colours.
    frames, slices
        Those of the image.  ROIs of stacks carry their frame and slice.

    Raises
    ------
    HostError
        The file cannot be written.
    """
    colours = {
        name: bytes((_OPAQUE, *colour_of(number))) for number, name in enumerate(classes, start=1)
    }
    rois = []
    for row in boxes:
        name = name_roi(f"{row.label:04d}-{plain_class(row.name)}", row.t, row.z, frames, slices)
        roi = _rectangle(row, name, colours[row.name])
        place_roi(roi, row.t, row.z, frames, slices)
        rois.append(roi)
    write_roi_set(path, rois)


def _rectangle(row: BoxRow, name: str, colour: bytes) -> ImagejRoi:
    from roifile import ROI_OPTIONS, ROI_TYPE, ImagejRoi

    x0, y0, x1, y1 = row.pixels
    roi = ImagejRoi()
    roi.name, roi.roitype, roi.stroke_color = name, ROI_TYPE.RECT, colour
    roi.options = (
        ROI_OPTIONS.OVERLAY_LABELS
        | ROI_OPTIONS.OVERLAY_BACKGROUNDS
        | ROI_OPTIONS.SUB_PIXEL_RESOLUTION
    )
    roi.left, roi.top, roi.right, roi.bottom = (
        math.floor(x0),
        math.floor(y0),
        math.ceil(x1),
        math.ceil(y1),
    )
    roi.xd, roi.yd, roi.widthd, roi.heightd = x0, y0, x1 - x0, y1 - y0
    roi.props = f"class: {_escaped(row.name)}\nscore: {row.score:.6g}\n"
    return roi


def _escaped(name: str) -> str:
    r"""Return a name as ImageJ reads it back: ``java.util.Properties`` knows ``\`` and ``\uXXXX``.

    Characters beyond 16 bits are two of these, as in Java; a blank in front would be skipped.
    """
    units = name.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(
        chr(code) if (32 if at else 33) <= code < 127 and code != ord("\\") else f"\\u{code:04x}"
        for at, code in enumerate(codes)
    )
