"""Outlines of ImageJ by type and option; ImageJ itself says which pixels they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from roifile import ROI_SUBTYPE, ROI_TYPE, ImagejRoi

from deepbacs_zoo.annotations import read_rois
from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.fiji import Gateway
from tests.benchmarks.field.reading import refused_otherwise
from tests.benchmarks.field.rows import Refused

__all__ = ["RoiRow", "faults_of", "roi_rows"]

PART = "ROI type x option"
SIZE = (40, 50)
# ImageJ opens outlines that reach beyond the image on a canvas of their own.
FILL = """
newImage("filled", "8-bit black", 200, 200, 1);
open("{path}");
setColor(255); fill(); run("Select None");
"""


@dataclass(frozen=True)
class RoiRow:
    """An outline.

    Parameters
    ----------
    name
        ``type/option``.
    make
        Makes it.
    expected
        The number of pixels that ImageJ 1.54p fills, which the walk through ImageJ looks up again.
    """

    name: str
    make: Callable[[], ImagejRoi]
    expected: int | Refused
    part: str = PART

    @property
    def verdict(self) -> str:
        """The expectation in words."""
        return str(self.expected) if isinstance(self.expected, Refused) else f"{self.expected} px"


def _box(kind: str, left: int, top: int, width: int, height: int, arc: int = 0) -> ImagejRoi:
    roi = ImagejRoi(
        roitype=ROI_TYPE[kind], left=left, top=top, right=left + width, bottom=top + height
    )
    roi.rounded_rect_arc_size = arc
    return roi


def _corners(kind: str, *points: tuple[float, float]) -> ImagejRoi:
    roi = ImagejRoi.frompoints(np.array(points, np.float32))
    roi.roitype = ROI_TYPE[kind]
    return roi


def _text() -> ImagejRoi:
    roi = _box("RECT", 3, 4, 17, 11)
    roi.subtype = ROI_SUBTYPE.TEXT
    return roi


def roi_rows() -> Iterator[RoiRow]:
    """Types with their options, on the image and beyond its edges."""
    row = RoiRow
    for arc, pixels in ((0, 187), (2, 187), (5, 183), (8, 175), (11, 163), (60, 147)):
        name = f"rectangle/arc {arc}" if arc else "rectangle/plain"
        yield row(name, partial(_box, "RECT", 3, 4, 17, 11, arc), pixels)
    boxes = {
        "17 x 11": ((3, 4, 17, 11), 147),
        "circle of 9": ((8, 8, 9, 9), 69),
        "circle of 24": ((10, 5, 24, 24), 448),
        "1 x 6": ((10, 5, 1, 6), 6),
        "2 x 2": ((10, 5, 2, 2), 4),
        "3 x 30": ((10, 5, 3, 30), 74),
        "beyond the left edge": ((-6, 5, 12, 12), 56),
        "beyond the lower right corner": ((40, 30, 20, 20), 79),
        "around the image": ((-20, -20, 100, 100), 2000),
    }
    for name, (box, pixels) in boxes.items():
        yield row(f"oval/{name}", partial(_box, "OVAL", *box), pixels)
    yield row("rectangle/beyond the image", partial(_box, "RECT", -5, -5, 20, 10), 75)
    shapes: dict[str, tuple[list[tuple[float, float]], int]] = {
        "convex": ([(5, 5), (30, 8), (21, 33), (14, 20)], 319),
        "concave": ([(5, 5), (40, 5), (20, 12), (40, 35), (5, 35)], 750),
        "crossed": ([(5, 5), (40, 35), (40, 5), (5, 35)], 528),
        "beyond the image": ([(-10, 10), (25, -10), (60, 20), (25, 60)], 1789),
        "half pixels": ([(5.5, 5.5), (30.5, 8.5), (21.5, 33.5)], 325),
        "parts of pixels": ([(5.25, 5.6), (30.3, 8.1), (21.7, 33.4)], 324),
    }
    for name, (points, pixels) in shapes.items():
        for kind in ("POLYGON", "FREEHAND", "TRACED"):
            whole = all(float(each).is_integer() for point in points for each in point)
            if kind != "TRACED" or whole:  # traced along the edges of pixels
                yield row(f"{kind.lower()}/{name}", partial(_corners, kind, *points), pixels)
    none = Refused("DataError", "it encloses no area")
    line = [(5.0, 5.0), (30.0, 8.0), (21.0, 33.0)]
    for kind in ("POLYLINE", "FREELINE", "ANGLE", "POINT"):
        yield row(f"{kind.lower()}/plain", partial(_corners, kind, *line), none)
    outside = Refused("DataError", "no pixel of the image lies inside it")
    yield row("rectangle/off the image", partial(_box, "RECT", 60, 60, 10, 10), outside)
    yield row("oval/off the image", partial(_box, "OVAL", -30, 5, 10, 10), outside)


def faults_of(row: RoiRow, folder: Path, gateway: Gateway | None) -> Iterator[str]:
    """Write an outline, fill it in Python and in ImageJ, and yield what is not as expected."""
    path = folder / "outline.roi"
    row.make().tofile(path)
    try:
        mask = read_rois(path, SIZE) > 0
    except DeepbacsZooError as error:
        refused = row.expected if isinstance(row.expected, Refused) else Refused("none", "none")
        yield from refused_otherwise(refused, type(error).__name__, str(error))
        return
    if isinstance(row.expected, Refused):
        yield f"it is read, and must be refused ({row.expected.phrase})"
        return
    if np.count_nonzero(mask) != row.expected:
        yield f"Python: {np.count_nonzero(mask)} pixels, not {row.expected}"
    if gateway is not None:
        image = gateway.run_macro(FILL.format(path=path.as_posix())).images["filled"]
        filled = image.data.values[0, 0, 0, : SIZE[0], : SIZE[1]] > 0
        if np.count_nonzero(filled) != row.expected:
            yield f"ImageJ: {np.count_nonzero(filled)} pixels, not {row.expected}"
        if (filled != mask).any():
            yield f"Python against ImageJ: {np.count_nonzero(filled != mask)} other pixels"
