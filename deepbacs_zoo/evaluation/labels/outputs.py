"""Label images that prediction wrote, counted and compared."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.output_types import Agreement, Counted, OutputFiles
from deepbacs_zoo.files.text import read_text
from deepbacs_zoo.images import read_image
from deepbacs_zoo.metrics import compare_labels

__all__ = ["LABEL_FILES"]


def _count(folder: Path, image: str) -> Counted | None:
    table = folder / f"{image}_table.csv"
    if not table.exists():
        return None
    return Counted(sum(1 for _ in csv.DictReader(io.StringIO(read_text(table)))))


def _read(folder: Path, image: str) -> NDArray[np.int64]:
    """Return the label image ``t z y x`` int64."""
    values = read_image(folder / f"{image}_labels.tif").data.isel(c=0)
    return np.asarray(values.transpose("t", "z", "y", "x").values, np.int64)


def _agree(one: NDArray[np.int64], other: NDArray[np.int64]) -> Agreement:
    total = Agreement(0, 0, 0)
    for t, z in np.ndindex(*one.shape[:2]):  # labels are numbered anew at every position
        found = compare_labels(one[t, z], other[t, z])
        total += Agreement(found.first, found.second, found.matched)
    return total


LABEL_FILES: Final = OutputFiles(_count, _read, _agree)
