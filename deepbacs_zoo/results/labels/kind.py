"""Labels as a kind of result: the label image, its ROIs, its table and its overlay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.images.resample import nearest
from deepbacs_zoo.results.labels.objects import ObjectRow, measure_objects
from deepbacs_zoo.results.labels.rois import write_rois
from deepbacs_zoo.results.overlay import outlines_on, write_picture
from deepbacs_zoo.results.table import lines, write_text
from deepbacs_zoo.results.types import Labels, Result

__all__ = ["FILES", "content", "draw", "measure_positions", "object_table", "read", "table"]
__all__ += ["write_labels", "writers"]

FILES: Final = ("labels.tif", "rois.zip", "table.csv", "overlay.png")
LARGEST_UINT16: Final = 65535

Array = NDArray[np.int32]


def content(
    settings: object,
    found: Array,
    size: Mapping[str, int],
    seen: Mapping[str, int],
    calibration: Calibration,
) -> Labels:
    """Bring labels ``t z y x`` int32 to the image's size by nearest neighbor, and measure them."""
    frames, slices = found.shape[:2]
    array = np.empty((frames, slices, size["y"], size["x"]), np.int32)
    for place in np.ndindex(frames, slices):
        array[place] = _brought_back(found[place], size)
    return Labels(array, measure_positions(array, calibration))


def _brought_back(labels: Array, size: Mapping[str, int]) -> Array:
    """Bring labels ``y x`` to a size; numbers stay 1 to n where one is lost on the way."""
    if labels.shape == (size["y"], size["x"]):
        return labels
    moved = nearest(labels, "yx", size)
    present = np.unique(moved)
    if present[0] != 0:
        present = np.concatenate([[0], present])
    return np.searchsorted(present, moved).astype(np.int32)


def measure_positions(labels: Array, calibration: Calibration) -> tuple[ObjectRow, ...]:
    """Return one row per label of ``t z y x`` int32, in calibrated units, with its position."""
    rows: list[ObjectRow] = []
    for t, z in np.ndindex(*labels.shape[:2]):
        found = measure_objects(labels[t, z], calibration)
        rows += [dataclasses.replace(row, t=t, z=z) for row in found]
    return tuple(rows)


def writers(found: Labels, result: Result) -> dict[str, Callable[[Path], None]]:
    """Return what writes each file, by the end of its name."""
    each: tuple[Callable[[Path], None], ...] = (
        lambda path: write_labels(path, found.array, result.calibration),
        lambda path: write_rois(path, found.array),
        lambda path: write_text(path, table(found)),
        # The outlines of the first position; the ROIs hold those of all.
        lambda path: write_picture(path, draw(result.preview, found)),
    )
    return dict(zip(FILES, each, strict=True))


def write_labels(path: Path, labels: Array, calibration: Calibration) -> None:
    """Write labels ``t z y x`` int32 as uint16, or as float32 where more would not fit."""
    dtype = np.uint16 if labels.max(initial=0) <= LARGEST_UINT16 else np.float32
    write_tiff(path, labels.astype(dtype), "tzyx", calibration, labels=True)


def read(paths: Sequence[Path], calibration: Calibration) -> Labels:
    """Read the label image, and measure it as it was measured before it was written."""
    labels = read_image(paths[0]).data.values[:, :, 0].astype(np.int32)
    return Labels(labels, measure_positions(labels, calibration))


def table(found: Labels) -> str:
    """Return one line per object."""
    return object_table(found.objects)


def object_table(objects: Sequence[ObjectRow]) -> str:
    """Return one line per object; the columns are the fields of the row."""
    names = [field.name for field in dataclasses.fields(ObjectRow)]
    return lines([names, *([getattr(row, name) for name in names] for row in objects)])


def draw(preview: NDArray[np.generic], found: Labels) -> NDArray[np.uint8]:
    """Draw the outlines of the first position on its preview, as ``y x 3`` uint8."""
    return outlines_on(preview, found.array[0, 0])
