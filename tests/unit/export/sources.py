"""A source for the export without a training: a random network and small images."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepbacs_zoo.decoding import Multilabel
from deepbacs_zoo.export.source import Source
from deepbacs_zoo.images import Calibration, Pair, match_pairs, write_tiff
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, Step, TensorSpec
from tests.unit.export import networks


def axes(channels: tuple[str, ...]) -> tuple[Axis, ...]:
    return (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "channel", FixedSize(len(channels)), channel_names=channels),
        Axis("y", "y", FreeSize()),
        Axis("x", "x", FreeSize()),
    )


def make_pairs(folder: Path, count: int = 2, shape: tuple[int, int] = (60, 70)) -> tuple[Pair, ...]:
    random = np.random.default_rng(0)
    for index in range(count):
        labels = np.zeros(shape, np.uint16)
        labels[5:20, 10:30] = 1
        labels[30 : 45 + index, 30:50] = 2
        image = random.normal(1000, 50, shape) + 300.0 * (labels > 0)
        calibration = Calibration(0.08, 0.08, None, "µm")
        write_tiff(folder / f"source/{index}.tif", image.astype(np.uint16), "yx", calibration)
        write_tiff(folder / f"target/{index}.tif", labels, "yx", calibration, labels=True)
    return match_pairs(folder / "source", folder / "target")


def make_source(folder: Path, **changes: object) -> Source:
    arguments: dict[str, object] = {
        "name": "my_run",
        "task": "segmentation",
        "network": networks.build(networks.Pooled),
        "network_file": Path(networks.__file__),
        "network_callable": "Pooled",
        "network_kwargs": {},
        "inputs": (
            TensorSpec(
                "raw",
                axes(("brightfield",)),
                steps=(Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),),
                description="image",
            ),
        ),
        "outputs": (
            TensorSpec(
                "probabilities",
                axes(("background", "interior", "boundary")),
                description="probability of each class",
            ),
        ),
        "ranges": {"probabilities": (0.0, 1.0)},
        "decode": Multilabel("probabilities"),
        "pixel_size": (0.08, 0.08),
        "pairs": make_pairs(folder / "images"),
        "split": "test",
        "training": (("epochs", "1"),),
        "network_tags": ("unet",),
        "timestamp": "2026-01-02T03:04:05+00:00",
    }
    return Source(**{**arguments, **changes})  # type: ignore[arg-type]
