"""A package whose input is painted with classes, and pairs in which it finds what was painted."""

from pathlib import Path

import numpy as np
import tifffile

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.annotations.labels.classes import true_classes
from tests.package_writer import image, like, write_package
from tests.tiny_networks import Network, _constant, _node

DECODE = {"kind": "multilabel", "output": "probabilities", "min_size": 5, "min_seed": 1}


def painted_network():
    """Class k has probability max(0, 1 - |x - k|): the classes 0, 1, 2 are the values 0, 1, 2."""

    def nodes(i, o):
        constants = [
            _constant("classes", np.arange(3, dtype=np.float32).reshape(1, 3, 1, 1)),
            _constant("one", np.float32(1)),
        ]
        return [
            _node("Sub", [i[0], "classes"], ["away"]),
            _node("Abs", ["away"], ["distance"]),
            _node("Sub", ["one", "distance"], ["near"]),
            _node("Relu", ["near"], [o[0]]),
        ], constants

    def compute(x):
        classes = np.arange(3, dtype=np.float32).reshape(1, 3, 1, 1)
        return (np.maximum(1 - np.abs(x - classes), 0).astype(np.float32),)

    return Network(nodes, "", compute)


def write_painted_package(folder: Path, config=None, name="painted.zip") -> Path:
    spec = image("image", "bcyx", channels=("painted",))
    output = like(spec, "probabilities", "bcyx", channels=("background", "interior", "boundary"))
    config = {"deepbacs_zoo": {"schema_version": 1, "decode": DECODE}} if config is None else config
    return write_package(
        folder / name,
        inputs=[spec],
        outputs=[output],
        network=painted_network(),
        weights=("onnx",),
        config=config,
    )


def cells(*boxes, shape=(48, 64)):
    """A label image with one rectangle per ``(top, left, height, width)``."""
    labels = np.zeros(shape, np.int32)
    for number, (top, left, height, width) in enumerate(boxes, start=1):
        labels[top : top + height, left : left + width] = number
    return labels


def write_pair(folder: Path, name: str, truth, painted) -> Pair:
    """Label ``truth``; paint, and so let the network find, the objects of ``painted``."""
    source, target = folder / "source" / f"{name}.tif", folder / "target" / f"{name}.tif"
    for path in (source, target):
        path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(source, true_classes(painted).astype(np.float32))
    tifffile.imwrite(target, truth.astype(np.uint16))
    return Pair(name, source, target)


A, B, C = (4, 4, 12, 8), (20, 30, 8, 16), (36, 6, 8, 20)


def three_pairs(folder: Path) -> list[Pair]:
    """All found; one of two missed; one found that has no label."""
    return [
        write_pair(folder, "all", cells(A, B, C), cells(A, B, C)),
        write_pair(folder, "missed", cells(A, B), cells(A)),
        write_pair(folder, "extra", cells(B), cells(B, C)),
    ]


def training_pairs(folder: Path) -> list[Pair]:
    """Two other images, on which a baseline can be tuned."""
    return [
        write_pair(folder / "training", name, cells(*boxes), cells(*boxes))
        for name, boxes in (("one", (A, C)), ("two", (B, (4, 40, 14, 9))))
    ]
