"""Cut the shipped sample images out of ColiCoords' source distribution.

    python tests/data/make_samples.py colicoords-0.1.5.tar.gz

The archive (PyPI, MIT) is verified by its hash; the same archive gives the same pixels.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile
from scipy import ndimage

SHA256 = "b9d4335751929c494fbe1f6ebebd0cc8f7addda86cccad01244f1edf00de0a4d"
PREFIX = "colicoords-0.1.5/"
OUTPUT = Path(__file__).parents[2] / "deepbacs_zoo/datasets/samples/ecoli_brightfield"
PIXEL_SIZE = 0.08  # µm; ColiCoords' docs/configuration.rst and colicoords/config.py

# Whole fields, from all three sources, that training never sees.
TEST = (
    "ds1_00001",
    "ds1_00002",
    "ds1_00006",
    "ds1_00007",
    "ds2_00066",
    "example_06",
    "example_11",
    "example_13",
)
EMPTY = ("example_07",)  # no labelled cell
CROP = 256
STEP = 8
CELL_AREA = 120  # pixels; dust is smaller, whole cells measure 400 and more
EDGE_AREA = 15  # a part of a cell at the edge of the field
SPECK = 20  # a label's separate specks below this are errors of the labelling

SOURCE_TEXT = """\
Bright-field images of Escherichia coli with label images, for training and testing.

Source: colicoords-0.1.5.tar.gz (PyPI), sha256 {sha256}
  example_NN  plane NN of examples/data/02/brightfield_stack.tif and binary_stack.tif
  ds1_NNNNN   test/test_data/ds1/brightfield/NNNNN.tif and binary/NNNNN_Probabilities_filtered.tif
  ds2_NNNNN   the same in test/test_data/ds2
Licence: MIT, Copyright (c) 2018 Jochem Smit; see LICENSE.
Citation: Smit JH, Li Y, Warszawik EM, Herrmann A, Cordes T. ColiCoords: A Python package for the
  analysis of bacterial fluorescence microscopy data. PLOS ONE 14, e0217524 (2019).
  https://doi.org/10.1371/journal.pone.0217524
Pixel size: 0.08 micrometer, ColiCoords' own default: IMG_PIXELSIZE = 80, "Nanometers, Pixel size
  of the acquired images" (docs/configuration.rst).  The image files themselves state none.
Labels: INCOMPLETE.  Cells that touch, leave the field or are faint were left out by their authors;
  score recall, not precision.

Changes: tests/data/make_samples.py cut them, left pixel values as they were, wrote deflated TIFF
with the pixel size, removed specks of under {speck} pixels from labels and numbered these again.
  test/      whole fields of 512 x 512 pixels; no training image comes from these fields
  training/  crops of {crop} x {crop} pixels from the other fields, placed where they hold the most
             labelled cells, cut none, and show no cell that is not labelled
Left out: {left_out} (no labelled cell, or no place for such a crop).

name            y    x    labelled cells
{rows}
"""


def fields(archive: tarfile.TarFile) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield name, image and label image of every field."""

    def read(member: str) -> np.ndarray:
        file = archive.extractfile(PREFIX + member)
        assert file is not None
        return tifffile.imread(io.BytesIO(file.read()))

    images, labels = (read(f"examples/data/02/{kind}_stack.tif") for kind in FOLDERS)
    for index in range(len(images)):
        yield f"example_{index:02d}", images[index], labels[index]
    for folder, numbers in (("ds1", range(1, 11)), ("ds2", (66, 74))):
        for number in numbers:
            stem = f"test/test_data/{folder}"
            yield (
                f"{folder}_{number:05d}",
                read(f"{stem}/brightfield/{number:05d}.tif"),
                read(f"{stem}/binary/{number:05d}_Probabilities_filtered.tif"),
            )


FOLDERS = ("brightfield", "binary")


def renumbered(labels: np.ndarray) -> np.ndarray:
    """Drop specks and number labels 1 to n by first pixel in raster order."""
    clean = np.zeros(labels.shape, np.uint16)
    values, first = np.unique(labels, return_index=True)
    for value in values[np.argsort(first)]:
        parts, count = ndimage.label(labels == value) if value else (labels, 0)
        sizes = np.bincount(parts.ravel(), minlength=count + 1)[1 : count + 1]
        keep = [part for part, size in enumerate(sizes, 1) if size >= SPECK]
        if keep:
            clean[np.isin(parts, keep)] = clean.max() + 1
    return clean


def unlabelled(image: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mark dark objects of a cell's size, and dark objects at the edge, that have no label."""
    level = (np.median(image) + np.median(image[labels > 0])) / 2
    parts, count = ndimage.label(image < level)
    marked = np.zeros(image.shape, bool)
    edge = np.ones(image.shape, bool)
    edge[1:-1, 1:-1] = False
    for part in range(1, count + 1):
        inside = parts == part
        smallest = EDGE_AREA if (inside & edge).any() else CELL_AREA
        if inside.sum() >= smallest and not (inside & (labels > 0)).any():
            marked |= inside
    return marked


def best_crop(image: np.ndarray, labels: np.ndarray) -> tuple[int, int] | None:
    """Return the place of the crop with most whole cells, the first of equals in raster order."""
    forbidden = unlabelled(image, labels)
    best, place = 0, None
    for y in range(0, image.shape[0] - CROP + 1, STEP):
        for x in range(0, image.shape[1] - CROP + 1, STEP):
            window = np.s_[y : y + CROP, x : x + CROP]
            part = labels[window]
            ring = part.copy()
            ring[2:-2, 2:-2] = 0
            count = len(np.unique(part)) - 1
            if count > best and not ring.any() and not forbidden[window].any():
                best, place = count, (y, x)
    return place


def write(part: str, name: str, image: np.ndarray, labels: np.ndarray) -> None:
    for kind, data in (("source", image), ("target", labels)):
        path = OUTPUT / part / kind / f"{name}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(
            path,
            np.ascontiguousarray(data.astype(np.uint16)),
            imagej=True,
            compression="zlib",
            compressionargs={"level": 9},
            resolution=(1 / PIXEL_SIZE, 1 / PIXEL_SIZE),
            metadata={"unit": "micron", "axes": "YX"},
        )


def main(path: Path) -> None:
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{path}: sha256 {found}, expected {SHA256}")
    if OUTPUT.exists():
        shutil.rmtree(OUTPUT)
    rows, left_out = [], []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        license_file = archive.extractfile(PREFIX + "LICENSE")
        assert license_file is not None
        text = license_file.read()
        for name, image, labels in fields(archive):
            labels = renumbered(labels)
            if name in TEST:
                part, place, size = "test", (0, 0), image.shape[0]
            elif name in EMPTY or (place := best_crop(image, labels)) is None:
                left_out.append(name)
                continue
            else:
                part, size = "training", CROP
            y, x = place
            window = np.s_[y : y + size, x : x + size]
            labels = renumbered(labels[window])
            write(part, name, image[window], labels)
            rows.append(f"{name:<12} {y:>4} {x:>4} {labels.max():>4}  {part}")
    (OUTPUT / "LICENSE").write_bytes(text)
    (OUTPUT / "SOURCE.txt").write_text(
        SOURCE_TEXT.format(
            sha256=SHA256,
            speck=SPECK,
            crop=CROP,
            left_out=", ".join(left_out),
            rows="\n".join(sorted(rows, key=lambda row: row.split()[-1])),
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
