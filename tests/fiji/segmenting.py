"""A package that finds bright spots: small, deterministic, and decoded into labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from deepbacs_zoo.tensors import Step, SteppedSize
from tests.package_writer import image, like, write_package
from tests.tiny_networks import Arrays, Network

__all__ = ["cells", "pairs_of_cells", "segmenter", "segmenter_of_any_size"]

CLASSES = ("background", "interior", "boundary")
GAINS = np.array([-3.0, 4.0, 1.0])
SIZES = SteppedSize(16, 4)
STEPS = (Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),)
OFFSETS = np.array([2.0, -3.0, 0.0])


def cells(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Bright discs on a noisy ground, float64 around 0 to 1."""
    rng = np.random.default_rng(seed)
    picture = rng.normal(0, 0.05, (height, width))
    for _ in range(max(height * width // 900, 1)):
        row, column, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(4, 9)
        top, left = max(int(row) - 20, 0), max(int(column) - 20, 0)
        part = picture[top : top + 40, left : left + 40]
        y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
        part += np.exp(-((((y - row) ** 2 + (x - column) ** 2) / size**2) ** 2))
    return picture


def pairs_of_cells(height: int, width: int) -> np.ndarray:
    """Cells that touch in pairs, on a grid, float64 around 0 to 1."""
    picture = np.random.default_rng(1).normal(0, 0.03, (height, width))
    y, x = np.mgrid[:height, :width]
    for row in range(16, height - 10, 34):
        for column in range(16, width - 16, 44):
            for place in (column, column + 14):
                picture += np.exp(-((((y - row) ** 2 + (x - place) ** 2) / 6.5**2) ** 2))
    return picture


def _nodes(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
    from onnx import helper, numpy_helper

    weight = np.repeat(np.full((1, 1, 3, 3), 1 / 9.0), 3, axis=0) * GAINS[:, None, None, None]
    constants = [
        numpy_helper.from_array(weight.astype(np.float32), "w"),
        numpy_helper.from_array(OFFSETS.astype(np.float32), "b"),
    ]
    conv = {"pads": [1, 1, 1, 1], "kernel_shape": [3, 3]}
    return [
        helper.make_node("Conv", [inputs[0], "w", "b"], ["scores"], **conv),
        helper.make_node("Softmax", ["scores"], [outputs[0]], axis=1),
    ], constants


def _compute(x: np.ndarray) -> Arrays:
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    height, width = x.shape[2:]
    mean = sum(padded[:, :, i : i + height, j : j + width] for i in range(3) for j in range(3)) / 9
    scores = mean * GAINS[:, None, None] + OFFSETS[:, None, None]
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return ((powers / powers.sum(1, keepdims=True)).astype(np.float32),)


_SOURCE = '''\
"""Probabilities of background, interior and boundary from the mean of 3x3 pixels."""
import torch


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 3, 3, padding=1)
        gains = torch.tensor([-3.0, 4.0, 1.0])
        self.conv.weight.data = torch.full((3, 1, 3, 3), 1 / 9) * gains[:, None, None, None]
        self.conv.bias.data = torch.tensor([2.0, -3.0, 0.0])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.conv(x), 1)
'''


def _doubled(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
    from onnx import helper, numpy_helper

    nodes, constants = _nodes(inputs, ["small"])
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
    resize = helper.make_node(
        "Resize", ["small", "", "factors"], [outputs[0]], nearest_mode="floor", **how
    )
    factors = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "factors")
    return [*nodes, resize], [*constants, factors]


def _compute_doubled(x: np.ndarray) -> Arrays:
    (small,) = _compute(x)
    return (small.repeat(2, axis=2).repeat(2, axis=3),)


def segmenter_of_any_size(target: Path) -> Path:
    """Write such a package of sizes from 1, without halo and statistics: the same in one piece.

    ``scale_linear`` stands in for the normalization of images around 2000.
    """
    sizes = SteppedSize(1, 1)
    steps = (Step("scale_linear", {"gain": 1 / 400, "offset": -5.5}),)
    return segmenter(target, sizes=sizes, steps=steps, halo=0, torchscript=True)


def segmenter(
    target: Path,
    *,
    ratio: int = 1,
    torchscript: bool = False,
    sizes: SteppedSize = SIZES,
    steps: Sequence[Step] = STEPS,
    halo: int = 4,
    decode: Mapping[str, Any] = MappingProxyType({}),
    **more: Any,
) -> Path:
    """Write the package; ``b c y x``, sizes 16 + n*4, halo 4, decoded as background and cells.

    ``ratio=2`` gives probabilities of twice the image's size; ``torchscript`` adds those weights;
    ``decode`` adds settings.
    """
    config = {
        "schema_version": 1,
        "task": "segmentation",
        "pixel_size": {"y": 0.08, "x": 0.08, "unit": "micrometer"},
        "bytes_per_pixel": 400.0,
        "decode": {
            "kind": "multilabel",
            "output": "probabilities",
            "background": 0,
            "interior": 1,
            "boundary": 2,
            **decode,
        },
    }
    source = image("raw", sizes=sizes, steps=tuple(steps))
    return write_package(
        target,
        inputs=[source],
        outputs=[like(source, "probabilities", channels=CLASSES, halo=halo * ratio, ratio=ratio)],
        network=Network(_nodes, _SOURCE, _compute)
        if ratio == 1
        else Network(_doubled, "", _compute_doubled),
        weights=("onnx", "torchscript") if torchscript else ("onnx",),
        config={"deepbacs_zoo": config},
        **more,
    )
