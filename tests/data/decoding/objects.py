"""Labels drawn by hand, and the table and the ROI sets that they must become in any language.

``python -m tests.data.decoding.objects`` writes the files again, after a deliberate change.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.images import Calibration
from deepbacs_zoo.results import ObjectRow, measure_objects, write_rois

FOLDER = Path(__file__).parent
NAMES: Final = ("plane", "stack")
PIXEL: Final = Calibration(0.0645, 0.08, None, "µm")

_PLANE = """
11..2222......333.
111.2..2......333.
111.2..2.......3..
....2222..3.......
.........3........
5................6
.55.....7.7...666.
..5....7777....6..
""".strip()
_STACK = """
1.. .2. ...
1.. 22. ...
... ..1 333
.1. .3. .11
2.1 ... .11
2.1 1.. ...
""".strip()


def labels_of(name: str) -> np.ndarray:
    """``t z y x`` labels of ``plane`` (1 x 1) or ``stack`` (2 frames of 3 slices)."""
    rows = {"plane": _PLANE, "stack": _STACK}[name].replace(".", "0").splitlines()
    if name == "plane":
        return np.array([[[[int(cell) for cell in row] for row in rows]]], np.int32)
    cells = [[[int(cell) for cell in part] for part in row.split()] for row in rows]
    planes = np.array(cells, np.int32).reshape(2, 3, 3, 3)  # t y z x
    return np.ascontiguousarray(planes.transpose(0, 2, 1, 3))


def table_of(labels: np.ndarray) -> str:
    """The rows of all planes with six significant digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in dataclasses.fields(ObjectRow)]
    writer.writerow(names)
    for t, z in np.ndindex(*labels.shape[:2]):
        for row in measure_objects(labels[t, z], PIXEL):
            found = dataclasses.asdict(dataclasses.replace(row, t=t, z=z))
            cells = [found[name] for name in names]
            writer.writerow([f"{c:.6g}" if isinstance(c, float) else c for c in cells])
    return text.getvalue()


def main() -> None:
    entries = []
    for name in NAMES:
        labels = labels_of(name)
        entry = {"name": name, "shape": labels.shape, "labels": labels.ravel().tolist()}
        entries.append(json.dumps({**entry, "pixel": [PIXEL.x, PIXEL.y]}))
        write_rois(FOLDER / f"{name}_rois.zip", labels)
        table = table_of(labels).encode("utf-8")
        (FOLDER / f"{name}_table.csv").write_bytes(table)
    lines = ",\n".join(entries)
    (FOLDER / "objects.json").write_bytes(f"[\n{lines}\n]\n".encode())


if __name__ == "__main__":
    main()
