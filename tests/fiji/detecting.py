"""A package that finds boxes: small, deterministic, and exact in every engine, to the bit.

Input values are multiples of 1/256 and weights of 1/1024: sums of a few hundred products and all
that follows are exact in float32, in whatever order an engine adds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from deepbacs_zoo.tensors import Step, SteppedSize
from tests.package_writer import image, like, write_package
from tests.tiny_networks import Arrays, Network

__all__ = ["CLASSES", "GRID", "colours", "detector"]

GRID = 8
CLASSES = ("rod", "dividing", "microcolony")
ANCHORS = 2
BLOCK = 5 + len(CLASSES)
KERNEL = 16
PAD = (KERNEL - GRID) // 2
RGB = ("red", "green", "blue")


def colours(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Bright spots of several colours, ``y x 3`` uint8."""
    rng = np.random.default_rng(seed)
    picture = rng.uniform(0, 60, (height, width, 3))
    y, x = np.mgrid[:height, :width]
    for _ in range(height * width // 700):
        row, column, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(3, 9)
        spot = np.exp(-((((y - row) ** 2 + (x - column) ** 2) / size**2) ** 2))
        picture += spot[..., None] * rng.uniform(40, 255, 3)
    return picture.clip(0, 255).astype(np.uint8)


def _weights(channels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights ``c' c y x``, offsets, and what the clipped values are multiplied by."""
    rng = np.random.default_rng(channels)
    weight = rng.integers(-3, 4, (ANCHORS * BLOCK, channels, KERNEL, KERNEL)) / 1024
    offset = np.full(ANCHORS * BLOCK, 0.5)
    scale = np.ones(ANCHORS * BLOCK)
    for anchor in range(ANCHORS):
        first = anchor * BLOCK
        weight[first + 4] = (4 + anchor) / 1024  # objectness is brightness
        offset[first + 4] = 0.25
        scale[first + 2 : first + 4] = (12, 30)[anchor], (20, 16)[anchor]
    shape = (-1, 1, 1)
    return weight.astype(np.float32), offset, scale.astype(np.float32).reshape(shape)


def _network(channels: int) -> Network:
    weight, offset, scale = _weights(channels)

    def nodes(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Any], list[Any]]:
        from onnx import helper, numpy_helper

        constants = {"w": weight, "b": offset, "scale": scale[None], "low": 0.0, "high": 1.0}
        conv = {"kernel_shape": [KERNEL] * 2, "strides": [GRID] * 2, "pads": [PAD] * 4}
        return [
            helper.make_node("Conv", [inputs[0], "w", "b"], ["sums"], **conv),
            helper.make_node("Clip", ["sums", "low", "high"], ["clipped"]),
            helper.make_node("Mul", ["clipped", "scale"], [outputs[0]]),
        ], [
            numpy_helper.from_array(np.asarray(value, np.float32), name)
            for name, value in constants.items()
        ]

    def compute(x: np.ndarray) -> Arrays:
        padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (PAD, PAD), (PAD, PAD)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (KERNEL, KERNEL), (2, 3))
        windows = windows[:, :, ::GRID, ::GRID]
        raw = np.einsum("bcyxij,ocij->boyx", windows, weight.astype(np.float64))
        raw += offset.reshape(-1, 1, 1)
        return ((raw.clip(0, 1) * scale).astype(np.float32),)

    return Network(nodes, "", compute)


def detector(
    target: Path,
    *,
    channels: Sequence[str] = ("grey",),
    decode: Mapping[str, Any] = MappingProxyType({}),
    **more: Any,
) -> Path:
    """Write the package; ``b c y x``, sizes 32 + n*8, 8-bit values, on a grid of 8 pixels.

    ``decode`` adds settings.
    """
    config = {
        "schema_version": 1,
        "task": "detection",
        "bytes_per_pixel": 100.0,
        "decode": {
            "kind": "boxes",
            "output": "anchors",
            "classes": list(CLASSES),
            "anchors": ANCHORS,
            "grid": GRID,
            "score_threshold": 0.3,
            "overlap_threshold": 0.3,
            **decode,
        },
    }
    steps = (Step("scale_linear", {"gain": 1 / 256, "offset": 0.0}),)
    source = image("raw", channels=channels, sizes=SteppedSize(32, GRID), steps=steps)
    names = [f"{anchor} {index}" for anchor in range(ANCHORS) for index in range(BLOCK)]
    return write_package(
        target,
        inputs=[source],
        outputs=[like(source, "anchors", channels=names, halo=1, ratio=1 / GRID)],
        network=_network(len(channels)),
        weights=("onnx",),
        config={"deepbacs_zoo": config},
        **more,
    )
