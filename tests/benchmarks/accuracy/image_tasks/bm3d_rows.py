"""BM3D (Dabov et al. 2007), the measure of denoisers, as its authors' package gives it.

The package is free for non-commercial use only, so that the project does not ask for it: rows of it
are left out where it is not installed.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

import numpy as np

from deepbacs_zoo.metrics import CameraNoise

ABSENT = "BM3D is left out: pip install bm3d, if its license allows your use."


def is_installed() -> bool:
    """Return whether the package bm3d is there."""
    return importlib.util.find_spec("bm3d") is not None


def plain(image: np.ndarray, deviation: float) -> np.ndarray:
    """Denoise ``y x`` of any range whose noise has the same deviation everywhere."""
    function: Callable[..., np.ndarray] = importlib.import_module("bm3d").bm3d
    low, extent = float(image.min()), max(float(np.ptp(image)), 1e-9)
    found = function((image - low) / extent, deviation / extent)
    return np.asarray(found, np.float32) * np.float32(extent) + np.float32(low)


def stabilized(image: np.ndarray, noise: CameraNoise) -> np.ndarray:
    """Denoise ``y x`` between the generalized Anscombe transform and its unbiased inverse."""
    return np.asarray(noise.restore(plain(noise.stabilize(image), 1.0)), np.float32)
