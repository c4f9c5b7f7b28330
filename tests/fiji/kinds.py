"""Every kind of small package, and images that its inputs take."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.package import Package
from tests.packages import CASES

__all__ = ["WITHOUT_ONNX", "build_kinds", "images_for"]

WITHOUT_ONNX: Final = {"torchscript_only", "state_dict_only"}
"""The kinds that Python runs in PyTorch only."""


def build_kinds(folder: Path) -> dict[str, Path]:
    """Write one package of each kind that ONNX Runtime runs, into a folder of its name."""
    kinds = {}
    for name in CASES.keys() - WITHOUT_ONNX:
        (folder / name).mkdir()
        kinds[name] = CASES[name](folder / name)
    return kinds


def images_for(
    package: Package, folder: Path, dtype: str, height: int, width: int
) -> dict[str, Path]:
    """Write hyperstacks with the channels of a package's inputs, and two frames and slices."""
    images = {}
    for number, spec in enumerate(package.inputs):
        channels = spec.size_of("c") or 1
        slices = 14 if "z" in spec.axis_names else 2
        rng = np.random.default_rng(height + number)
        values = rng.integers(0, 200, (2, slices, channels, height, width)).astype(dtype)
        if dtype == "float32":
            values = values / np.float32(50) - 2
        images[spec.id] = folder / f"{spec.id}_{dtype}_{height}.tif"
        write_tiff(images[spec.id], values, "tzcyx", Calibration(0.1, 0.1, 0.3, "µm", 2.0))
    return images
