"""Run one package on the same images in several ways and measure how the results agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.images import read_image
from deepbacs_zoo.metrics import FORMAT_AGREEMENT, LabelAgreement, compare_labels
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import PredictOptions, open_local
from deepbacs_zoo.results import Labels, Result, save

__all__ = ["Comparison", "Way", "compare_ways"]

TILED_ALLOWED: Final = 1e-5
LEAST_PIXEL_SHARE: Final = 0.99999
# Far below what an image of 512 x 512 pixels takes, so that the planner must tile it.
TILED: Final = PredictOptions(memory=16 * 1024**2)


@dataclass(frozen=True)
class Way:
    """Another way to the same result, compared with ONNX Runtime on the whole image."""

    name: str
    allowed: float
    difference: float
    labels: LabelAgreement
    tiles: int

    @property
    def passed(self) -> bool:
        """True if tensors and labels agree as well as they must."""
        return (
            self.difference <= self.allowed
            and self.labels.same_objects
            and self.labels.pixel_share >= LEAST_PIXEL_SHARE
        )


@dataclass(frozen=True)
class Comparison:
    """All ways, over all images."""

    images: int
    ways: tuple[Way, ...]

    @property
    def passed(self) -> bool:
        """True if every way agrees."""
        return all(way.passed for way in self.ways)

    def figures(self) -> dict[str, Any]:
        """Return the measured numbers by the name of the way."""
        return {
            way.name: {
                "max_difference": way.difference,
                "same_objects": way.labels.same_objects,
                "pixel_share": way.labels.pixel_share,
                "tiles": way.tiles,
            }
            for way in self.ways
        }


def compare_ways(package: Path, pairs: Sequence[Pair], folder: Path) -> Comparison:
    """Predict every image with ONNX Runtime, PyTorch, and in tiles; keep the first one's files."""
    with (
        open_package(package) as opened,
        open_local(opened, runner="onnx", device="cpu") as onnx,
        open_local(opened, runner="torch", device="cpu") as torch,
    ):
        ways: list[Way] = []
        for pair in pairs:
            image = read_image(pair.source)
            whole = onnx.predict(image)
            save(whole, folder)
            other = torch.predict(image)
            tiled = onnx.predict(image, TILED)
            found = (
                _compare("torch against onnx", FORMAT_AGREEMENT, whole, other),
                _compare("tiled against whole", TILED_ALLOWED, whole, tiled),
            )
            ways = [*found] if not ways else [_worse(*two) for two in zip(ways, found, strict=True)]
    return Comparison(len(pairs), tuple(ways))


def _compare(name: str, allowed: float, first: Result, second: Result) -> Way:
    difference = max(
        float(np.abs(tensor.array - second.tensors[key].array).max(initial=0.0))
        for key, tensor in first.tensors.items()
    )
    # The method of the demo gives label images.
    ours, theirs = cast(Labels, first.content), cast(Labels, second.content)
    labels = compare_labels(ours.array, theirs.array)
    return Way(name, allowed, difference, labels, len(second.plan.tiles))


def _worse(first: Way, second: Way) -> Way:
    return Way(
        first.name,
        first.allowed,
        max(first.difference, second.difference),
        first.labels + second.labels,
        max(first.tiles, second.tiles),
    )
