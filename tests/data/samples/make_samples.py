"""Rebuild the shipped sample images from the source archive of ColiCoords 0.1.5.

    pip download --no-deps --no-binary=colicoords colicoords==0.1.5
    python tests/data/samples/make_samples.py colicoords-0.1.5.tar.gz deepbacs_zoo/datasets/samples

The same archive gives the same files, byte for byte with the same tifffile and zlib.  The fields of
the test part are kept whole.  From each field of the training part a window of SIDE pixels is cut,
the one with the most labelled cells of which none is cut and the fewest cells without a label:
what is learned from should be labelled completely.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile
from scipy import ndimage

SHA256 = "b9d4335751929c494fbe1f6ebebd0cc8f7addda86cccad01244f1edf00de0a4d"
ROOT = "colicoords-0.1.5/"
PIXEL_SIZE = 0.08
SIDE = 304
GRID = 8
"""Windows begin at multiples of this."""
MARGIN = 4
"""A labelled cell this near to the window's edge counts as cut."""
SPECK = (251, 279)
"""A speck on the camera, dark in every field of the example series: not a cell."""

FEWEST = 2
"""Training windows with fewer labelled cells, or with any that lacks a label, are left out."""
TEST = frozenset(
    [
        "example02_06",
        "example02_11",
        "example02_13",
        "example02_15",
        "ds1_00001",
        "ds1_00004",
        "ds1_00007",
        "ds2_00066",
    ]
)
"""These whole fields are never trained on."""
FLUORESCENCE = frozenset({"example02_08", "ds1_00002"})


@dataclass(frozen=True)
class Field:
    """One field of view, 512 x 512."""

    name: str
    brightfield: np.ndarray
    fluorescence: np.ndarray
    labels: np.ndarray


def read_fields(archive: Path) -> Iterator[Field]:
    """Yield all fields of the example series 02 and of the test series ds1 and ds2."""
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{archive}: not colicoords-0.1.5.tar.gz as published ({SHA256})")
    with tarfile.open(archive) as tar:

        def read(name: str) -> np.ndarray:
            member = tar.extractfile(ROOT + name)
            assert member is not None
            return tifffile.imread(io.BytesIO(member.read()))

        kinds = ("brightfield", "fluorescence", "binary")
        stacks = [read(f"examples/data/02/{kind}_stack.tif") for kind in kinds]
        for index, planes in enumerate(zip(*stacks, strict=True)):
            yield Field(f"example02_{index:02d}", *planes)
        for series, numbers in (("ds1", range(1, 11)), ("ds2", (66, 74))):
            for number in numbers:
                folder, stem = f"test/test_data/{series}", f"{number:05d}"
                yield Field(
                    f"{series}_{stem}",
                    read(f"{folder}/brightfield/{stem}.tif"),
                    read(f"{folder}/fluorescence/{stem}.tif"),
                    read(f"{folder}/binary/{stem}_Probabilities_filtered.tif"),
                )


def unlabelled(field: Field) -> list[tuple[int, int]]:
    """Return the centres of dark objects that carry no label."""
    smooth = ndimage.median_filter(field.brightfield, 3).astype(np.float64)
    median = np.median(smooth)
    dark = smooth < median - 0.4 * (median - np.percentile(smooth, 0.1))
    objects, count = ndimage.label(dark)
    found = []
    for number in range(1, count + 1):
        inside = objects == number
        if inside.sum() < 25 or (field.labels[inside] > 0).mean() > 0.3:
            continue
        y, x = (round(value) for value in ndimage.center_of_mass(inside))
        if max(abs(y - SPECK[0]), abs(x - SPECK[1])) > 5:
            found.append((y, x))
    return found


def best_window(field: Field) -> tuple[int, int, int, int]:
    """Return top, left, and the number of labelled cells and of cells without a label inside."""
    boxes = [box for box in ndimage.find_objects(field.labels.astype(np.int32)) if box]
    others = unlabelled(field)
    best = None
    for top in range(0, field.labels.shape[0] - SIDE + 1, GRID):
        for left in range(0, field.labels.shape[1] - SIDE + 1, GRID):
            inside = cut = 0
            for rows, columns in boxes:
                far = (
                    rows.stop <= top
                    or rows.start >= top + SIDE
                    or columns.stop <= left
                    or columns.start >= left + SIDE
                )
                whole = (
                    rows.start >= top + MARGIN
                    and rows.stop <= top + SIDE - MARGIN
                    and columns.start >= left + MARGIN
                    and columns.stop <= left + SIDE - MARGIN
                )
                inside += whole
                cut += not whole and not far
            bare = sum(top <= y < top + SIDE and left <= x < left + SIDE for y, x in others)
            score = inside - 3 * cut - 1.5 * bare
            if best is None or score > best[0]:
                best = (score, top, left, inside, bare)
    assert best is not None
    return best[1:]


def renumbered(labels: np.ndarray) -> np.ndarray:
    """Number the labels 1 to n in the order of their first pixel."""
    present, first = np.unique(labels, return_index=True)
    table = np.zeros(int(labels.max()) + 1, np.uint16)
    ordered = present[np.argsort(first)]
    ordered = ordered[ordered > 0]
    table[ordered] = np.arange(1, len(ordered) + 1)
    return table[labels]


def write(path: Path, plane: np.ndarray) -> None:
    """Write one plane for ImageJ: deflate without a predictor, which ImageJ does not undo."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(
        path,
        plane[None, None, None],
        imagej=True,
        photometric="minisblack",
        compression="deflate",
        compressionargs={"level": 9},
        rowsperstrip=plane.shape[0],
        resolution=(1 / PIXEL_SIZE, 1 / PIXEL_SIZE),
        resolutionunit="NONE",
        metadata={"axes": "TZCYX", "unit": "micron"},
    )


def main(archive: Path, samples: Path) -> None:
    """Write the samples and print the table of SOURCE.txt."""
    print("name           part       top left side cells without_label")
    for field in read_fields(archive):
        whole = field.name in TEST
        top, left, inside, bare = best_window(field)
        if whole:
            top, left, bare = 0, 0, len(unlabelled(field))
        elif inside < FEWEST or bare > 0:
            continue
        side = field.labels.shape[0] if whole else SIDE
        window = np.s_[top : top + side, left : left + side]
        part = "test" if whole else "training"
        labels = renumbered(field.labels[window])
        folder = samples / "ecoli_brightfield" / part
        write(folder / "source" / f"{field.name}.tif", field.brightfield[window])
        write(folder / "target" / f"{field.name}.tif", labels)
        if field.name in FLUORESCENCE:
            folder = samples / "ecoli_fluorescence"
            write(folder / "source" / f"{field.name}.tif", field.fluorescence[window])
            write(folder / "target" / f"{field.name}.tif", labels)
        row = f"{top:>4} {left:>4} {side:>4} {labels.max():>5} {bare:>4}"
        print(f"{field.name:<14} {part:<9} {row}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
