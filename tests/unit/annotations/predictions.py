"""Results of predictions as they are written, and edited as people do it in Fiji and elsewhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import tifffile
from roifile import ROI_TYPE, ImagejRoi, roiwrite

from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import save
from tests.unit.prediction.samples import fake, image_of
from tests.unit.runners.stub import output, tensor

SIZE = Calibration(0.065, 0.065, None, "µm")
MASK = {"kind": "foreground", "output": "probabilities", "channel": 1, "min_size": 1}
CLASSES = ["rod", "coccus"]
GRID = 8
BOXES = {"kind": "boxes", "output": "boxes", "classes": CLASSES, "anchors": 1, "grid": GRID}


def cells(rows=3, columns=2, frames=1):
    """Return bright rods on dark ground, ``t y x`` uint8."""
    array = np.zeros((frames, 14 * rows + 2, 30 * columns + 2), np.uint8)
    for row, column in np.ndindex(rows, columns):
        top, left = 14 * row + 3, 30 * column + 3
        array[:, top : top + 7, left : left + 20 + row] = 1
    return array


def write_images(folder: Path, name: str, array: np.ndarray, calibration=SIZE) -> None:
    write_tiff(folder / f"{name}.tif", array[:, None], "tzyx", calibration)


def segment(images: Path, results: Path, name: str, array: np.ndarray, calibration=SIZE):
    """Write an image and what a model of its bright regions finds in it; return the labels."""
    write_images(images, name, array, calibration)
    package, session = fake(
        lambda x: np.concatenate([x == 0, x != 0], 1).astype(np.float32),
        outputs=(output("probabilities", "raw", channels=2),),
        decode=MASK,
    )
    return _saved(package, session, name, array[:, None], results, calibration).labels


def detect(images: Path, results: Path, name: str, places, calibration=SIZE, shown=SIZE):
    """Write an image and boxes of 12 by 6 pixels at ``row column class``; return the boxes.

    ``shown`` is the calibration that the image states, ``calibration`` that of the prediction.
    """
    array = np.zeros((1, 1, 48, 64), np.float32)
    for row, column, number in places:
        array[0, 0, row, column] = number

    def marks(x):
        b, _, y, x_size = x.shape
        grid = x.reshape(b, y // GRID, GRID, x_size // GRID, GRID).max((2, 4))
        found = np.zeros((b, 7, *grid.shape[1:]), np.float32)
        found[:, :2], found[:, 2], found[:, 3], found[:, 4] = 0.5, 12, 6, 1
        for number in range(2):
            found[:, 5 + number] = np.where(grid == number + 1, np.float32(0.9), 0)
        return found

    from deepbacs_zoo.tensors import SteppedSize

    package, session = fake(
        marks,
        inputs=(tensor("raw", size=SteppedSize(GRID, GRID)),),
        outputs=(output("boxes", "raw", channels=7, scale=1 / GRID),),
        decode=BOXES,
    )
    write_tiff(images / f"{name}.tif", array, "tzyx", shown)
    return _saved(package, session, name, array, results, calibration).boxes


def _saved(package, session, name, array, results, calibration):
    image = replace(image_of(array, "tzyx", calibration), path=Path(f"{name}.tif"))
    result = predict(package, image, session=session)
    save(result, results)
    return result


def edit_rois(path: Path, edit: Callable[[list[ImagejRoi]], list[ImagejRoi]]) -> None:
    """Load a ROI set, change it, and save it over, as the ROI Manager does."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        rois = [ImagejRoi.frombytes(archive.read(name)) for name in names]
    for roi, name in zip(rois, names, strict=True):
        roi.name = name.removesuffix(".roi")
    rois = edit(rois)
    path.unlink()
    roiwrite(path, rois)


def drawn(corners, name="", kind=ROI_TYPE.POLYGON) -> ImagejRoi:
    roi = ImagejRoi.frompoints(np.array(corners, np.int32), name=name)
    roi.roitype = kind
    return roi


def rectangle(left, top, width, height, name) -> ImagejRoi:
    """Return a rectangle without properties, as one drawn by hand."""
    edges = {"left": left, "top": top, "right": left + width, "bottom": top + height}
    return ImagejRoi(roitype=ROI_TYPE.RECT, version=228, name=name, **edges)


def paint(path: Path, edit: Callable[[np.ndarray], np.ndarray], **options) -> None:
    """Change the pixels of a label image ``y x`` and save it over with tifffile, as napari does."""
    tifffile.imwrite(path, edit(tifffile.imread(path).copy()), **options)
