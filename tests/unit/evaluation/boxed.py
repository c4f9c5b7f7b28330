"""A package that finds the boxes that its image encodes, and pairs with boxes to be found."""

from pathlib import Path

import numpy as np
import tifffile

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.tensors import SteppedSize
from tests.package_writer import image, like, write_package
from tests.tiny_networks import Network, _constant, _node

GRID = 4
CLASSES = ("rod", "coccus", "debris")
DECODE = {"kind": "boxes", "output": "anchors", "classes": [*CLASSES], "anchors": 1, "grid": GRID}
SHAPE = (64, 96)

A, B, C = (8, 8, 28, 18), (50, 10, 62, 22), (20, 40, 44, 52)


def boxed_network(channels):
    """The first pixels of each block of 4 by 4, row by row, are the channels of its cell."""

    def nodes(i, o):
        places = {"first": 0, "last": channels, "axis": 1}
        constants = [_constant(name, np.array([place]), np.int64) for name, place in places.items()]
        return [
            _node("SpaceToDepth", [i[0]], ["cells"], blocksize=GRID),
            _node("Slice", ["cells", "first", "last", "axis"], [o[0]]),
        ], constants

    def compute(x):
        b, _, y, x_size = x.shape
        cells = x.reshape(b, y // GRID, GRID, x_size // GRID, GRID).transpose(0, 2, 4, 1, 3)
        return (cells.reshape(b, GRID * GRID, y // GRID, x_size // GRID)[:, :channels].copy(),)

    return Network(nodes, "", compute)


def write_boxed_package(folder: Path, name="boxed.zip", **decode) -> Path:
    spec = image("image", "bcyx", channels=("painted",), sizes=SteppedSize(GRID, GRID))
    decode = DECODE | decode
    count = 5 + len(decode["classes"])
    channels = tuple(f"channel{number}" for number in range(count))
    config = {"deepbacs_zoo": {"schema_version": 1, "decode": decode}}
    return write_package(
        folder / name,
        inputs=[spec],
        outputs=[like(spec, "anchors", "bcyx", channels=channels, ratio=1 / GRID)],
        network=boxed_network(count),
        weights=("onnx",),
        config=config,
        name=f"boxes of {Path(name).stem}",
    )


def painted(found, shape=SHAPE):
    """An image that encodes boxes ``(x0, y0, x1, y1), class name, score``."""
    cells = np.zeros((16, shape[0] // GRID, shape[1] // GRID), np.float32)
    for (x0, y0, x1, y1), name, score in found:
        centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2]) / GRID
        column, row = np.floor(centre).astype(int)
        cells[:2, row, column] = centre - (column, row)
        cells[2:5, row, column] = x1 - x0, y1 - y0, score
        cells[5 + CLASSES.index(name), row, column] = 1
    blocks = cells.reshape(GRID, GRID, *cells.shape[1:])
    return blocks.transpose(2, 0, 3, 1).reshape(shape)


def write_box_pair(folder: Path, name: str, truth, found, shape=SHAPE) -> Pair:
    """Label ``truth``, boxes with class names, and let the package find ``found``, with scores."""
    source, target = folder / "source" / f"{name}.tif", folder / "target" / f"{name}.xml"
    for path in (source, target):
        path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(source, painted(found, shape))
    objects = "".join(
        f"<object><name>{kind}</name><bndbox><xmin>{x0 + 1}</xmin><ymin>{y0 + 1}</ymin>"
        f"<xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>"
        for (x0, y0, x1, y1), kind in truth
    )
    size = f"<size><width>{shape[1]}</width><height>{shape[0]}</height></size>"
    target.write_text(
        f"<annotation><filename>{name}.tif</filename>{size}{objects}</annotation>", "utf-8"
    )
    return Pair(name, source, target)


def three_box_pairs(folder: Path) -> list[Pair]:
    """All found; one missed and one of a wrong class; one found that has no label."""
    return [
        write_box_pair(
            folder, "all", [(A, "rod"), (B, "coccus")], [(A, "rod", 0.9), (B, "coccus", 0.8)]
        ),
        write_box_pair(
            folder,
            "missed",
            [(A, "rod"), (B, "coccus"), (C, "rod")],
            [(A, "rod", 0.2), (B, "rod", 0.7), (C, "rod", 0.6)],
        ),
        write_box_pair(folder, "extra", [(C, "rod")], [(C, "rod", 0.9), (A, "coccus", 0.5)]),
    ]


def training_box_pairs(folder: Path) -> list[Pair]:
    """Two images of bright discs, on which a baseline can be tuned."""
    pairs = []
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for name, centers in (("one", ((20, 20), (40, 70))), ("two", ((30, 50),))):
        discs = [np.hypot(rows - y, columns - x) < 8 for y, x in centers]
        boxes = [((x - 8, y - 8, x + 8, y + 8), "rod") for y, x in centers]
        pair = write_box_pair(folder / "training", name, boxes, [])
        tifffile.imwrite(pair.source, 100 * np.any(discs, axis=0).astype(np.float32))
        pairs.append(pair)
    return pairs
