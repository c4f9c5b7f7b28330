"""Write TIFF files that ImageJ opens as calibrated hyperstacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.files.atomic import replacing
from deepbacs_zoo.images.image import Calibration
from deepbacs_zoo.images.lut import label_colours
from deepbacs_zoo.images.order import in_image_order

__all__ = ["write_tiff"]

_DTYPES: Final = (np.uint8, np.uint16, np.float32)
_COLOR_MAP: Final = 320  # TIFF 6.0, section 8
_SHORT: Final = 3
# Where the pages of a TIFF file no longer reach, ImageJ reads a stack from its first page alone.
_MOST_BYTES_OF_PAGES: Final = 2**32 - 2**25


def write_tiff(
    path: Path,
    data: NDArray[np.generic],
    axes: str,
    calibration: Calibration,
    *,
    labels: bool = False,
) -> None:
    """Write an ImageJ hyperstack; the same data give the same bytes.

    Parameters
    ----------
    path
        The file; missing parent folders are made, an existing file is replaced.
    data
        uint8, uint16 or float32, the types that ImageJ has.
    axes
        Its axes, some of ``t z c y x`` in any order.
    calibration
        Size of the pixels.
    labels
        Show every number in a colour of its own.

    Raises
    ------
    HostError
        The folder or the disk refuses; nothing is left.
    """
    if data.dtype.type not in _DTYPES:
        raise TypeError(f"ImageJ has no images of type {data.dtype}")
    array = np.ascontiguousarray(in_image_order(data, axes))
    metadata, options = _calibrated(calibration)
    if labels:
        largest = float(array.max(initial=0))
        metadata |= {"min": 0.0, "max": max(255.0, largest)}
        # Of one channel ImageJ shows the colours of this tag, and not those of its own metadata.
        table = label_colours().astype(np.uint16) * 257
        options["extratags"] = [(_COLOR_MAP, _SHORT, table.size, table.ravel().tolist(), True)]
    if array.nbytes > _MOST_BYTES_OF_PAGES:
        options["truncate"] = True
    with replacing(path) as partial:
        tifffile.imwrite(
            partial,
            array[..., None],
            imagej=True,
            photometric="minisblack",
            metadata=metadata,
            **options,
        )


def _calibrated(calibration: Calibration) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return ImageJ's metadata and tifffile's options for the size of pixels."""
    # Without an axis of samples, tifffile takes the x axis of an image one pixel wide for it.
    metadata: dict[str, Any] = {"axes": IMAGE_AXES.upper() + "S"}
    options: dict[str, Any] = {}
    if calibration.x and calibration.y and calibration.unit == "µm":
        metadata["unit"] = "micron"  # ASCII; ImageJ shows it as µm
        options = {"resolution": (1 / calibration.x, 1 / calibration.y), "resolutionunit": "NONE"}
        if calibration.z:
            metadata["spacing"] = calibration.z
    if calibration.frame_interval:
        metadata["finterval"] = calibration.frame_interval
    return metadata, options
