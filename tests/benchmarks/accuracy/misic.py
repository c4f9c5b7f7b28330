"""MiSiC, a published network for bacteria, run after the recipe of its README.

Panigrahi et al. 2021, https://doi.org/10.7554/eLife.65151.  The wheel `misic` is GPL-3: its weights
are read from the archive, its code is neither imported nor copied.  The recipe: the image is scaled
until cells are 9.7 pixels wide, noise goes where there is no contrast, and the network sees the
shape index at three scales; what is above the threshold are cells, parted by a watershed if that is
better on the training fields.
"""

from __future__ import annotations

import importlib
import itertools
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage
from skimage import feature, segmentation, transform

from tests.benchmarks.accuracy.archives import Members, MissingDataError
from tests.benchmarks.accuracy.classical import middle_of_best, split
from tests.benchmarks.accuracy.fields import Field, numbered

STANDARD_WIDTH = 9.7
SCALES = (1.0, 1.5, 2.0)
SIDE = 256
THRESHOLDS = (0.3, 0.5, 0.7)
DEPTHS = (0.0, 2.0, 4.0)
GROWTHS = (0, 1, 2, 3, 4, 5)
MARGIN = 32
"""Pixels at a window's border whose prediction is left out."""


@dataclass(frozen=True)
class Settings:
    """What the README asks to be adjusted on an image, and how its mask becomes objects.

    Parameters
    ----------
    width
        Width of the cells in pixels.
    noise
        Standard deviation of the noise where there is no contrast, in units of the image's range.
    threshold
        Of the network's output.
    depth
        Seeds of the watershed are what lies deeper in the mask; 0 for connected components.
    growth
        How far an object grows at last, in pixels of the image.
    min_size
        Area below which an object is dropped.
    """

    width: float
    noise: float = 0.13
    threshold: float = 0.5
    depth: float = 0.0
    growth: int = 0
    min_size: int = 80

    def describe(self) -> str:
        """Return the settings in one line."""
        parted = f"watershed, seeds {self.depth:g} deep" if self.depth else "components"
        return (
            f"cells {self.width:g} pixels wide, noise {self.noise:g}, output > {self.threshold:g}, "
            f"{parted}, grown by {self.growth}"
        )


class Misic:
    """The network of the archive.

    Parameters
    ----------
    archive
        The wheel.
    seed
        Of the noise.
    """

    def __init__(self, archive: Path, seed: int) -> None:
        self._seed = seed
        self._model = _model(archive)

    def probabilities(self, image: np.ndarray, settings: Settings) -> np.ndarray:
        """Return the network's output for dark cells, ``y x`` float32 of the image's size."""
        scale = STANDARD_WIDTH / settings.width
        size = tuple(round(length * scale) for length in image.shape)
        small = transform.resize(image.astype(np.float32), size, anti_aliasing=scale < 1)
        noisy = _with_noise(small, settings.noise, self._seed)
        shapes = [feature.shape_index(-noisy / noisy.max(), sigma=sigma) for sigma in SCALES]
        # The shape index is not a number where the surface is flat.
        found = self._in_windows(np.nan_to_num(np.stack(shapes, axis=-1)).astype(np.float32))
        return transform.resize(found, image.shape).astype(np.float32)

    def __call__(self, image: np.ndarray, settings: Settings) -> np.ndarray:
        """Return the label image of one field."""
        return objects(self.probabilities(image, settings), settings)

    def _in_windows(self, shapes: np.ndarray) -> np.ndarray:
        height, width = shapes.shape[:2]
        step = SIDE - 2 * MARGIN
        rows, columns = (-(-length // step) for length in (height, width))
        after = rows * step + MARGIN - height, columns * step + MARGIN - width
        wide = np.pad(shapes, ((MARGIN, after[0]), (MARGIN, after[1]), (0, 0)), mode="symmetric")
        corners = [(row * step, column * step) for row in range(rows) for column in range(columns)]
        windows = np.stack([wide[y : y + SIDE, x : x + SIDE] for y, x in corners])
        found = np.zeros((rows * step, columns * step), np.float32)
        for (y, x), output in zip(corners, self._model.predict_on_batch(windows), strict=True):
            found[y : y + step, x : x + step] = output[MARGIN:-MARGIN, MARGIN:-MARGIN, 0]
        return found[:height, :width]

    def tuned(
        self,
        fields: Sequence[Field],
        widths: Sequence[float],
        noises: Sequence[float],
        value: Callable[[Sequence[np.ndarray]], tuple[float, ...]],
    ) -> Settings:
        """Return the best settings on training fields; a larger ``value`` is better."""
        grid = [widths, noises, THRESHOLDS, DEPTHS, GROWTHS]
        found: dict[tuple[int, ...], tuple[float, ...]] = {}
        for first in itertools.product(*(range(len(values)) for values in grid[:2])):
            start = Settings(widths[first[0]], noises[first[1]])
            maps = [self.probabilities(field.image, start) for field in fields]
            for second in itertools.product(range(len(THRESHOLDS)), range(len(DEPTHS))):
                cut = replace(start, threshold=THRESHOLDS[second[0]], depth=DEPTHS[second[1]])
                cores = [objects(each, cut) for each in maps]
                for place, growth in enumerate(GROWTHS):
                    grown = value([_grown(core, growth) for core in cores])
                    found[*first, *second, place] = grown
        best = middle_of_best(found)
        return Settings(*(values[place] for values, place in zip(grid, best, strict=True)))


def objects(probabilities: np.ndarray, settings: Settings) -> np.ndarray:
    """Return the label image of a network's output."""
    mask = ndimage.binary_fill_holes(probabilities > settings.threshold)
    if settings.depth:
        labels = split(mask, settings.depth)
    else:
        labels, _ = ndimage.label(mask)
    keep = np.bincount(labels.ravel()) >= settings.min_size
    keep[0] = False
    return _grown(numbered(np.where(keep[labels], labels, 0)), settings.growth)


def _grown(labels: np.ndarray, growth: int) -> np.ndarray:
    return segmentation.expand_labels(labels, growth) if growth else labels


def _with_noise(image: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """Return the image from 0 to 1, with noise that fades where the gradient is steep."""
    low, high = image.min(), image.max()
    unit = (image - low) / (high - low)
    gradient = ndimage.gaussian_gradient_magnitude(unit, 1.0)
    fading = 1.0 - np.clip(gradient / np.quantile(gradient, 0.99), 0.0, 1.0)
    return unit + strength * fading * np.random.default_rng(seed).normal(size=image.shape)


def keras_beside_torch() -> Any:
    """Import TensorFlow so that PyTorch can be used in the same process; return Keras.

    Both hold a copy of LLVM.  PyTorch loads its own with Triton, late, as the first optimizer is
    made; if TensorFlow's is there before, the process is aborted (TensorFlow 2.21, Triton 3.9).

    Raises
    ------
    MissingDataError
        TensorFlow is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with suppress(ModuleNotFoundError):
        importlib.import_module("triton")
    try:
        import keras
        import tensorflow as tf
    except ModuleNotFoundError as error:
        raise MissingDataError(
            f"MiSiC is left out: {error.name} is not installed; "
            "pip install 'deepbacs_zoo[tensorflow]'"
        ) from error
    tf.config.threading.set_intra_op_parallelism_threads(1)
    return keras


@cache
def _model(archive: Path) -> Any:
    keras = keras_beside_torch()
    with Members(archive) as members, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "MiSiCv2.h5"
        path.write_bytes(members.read("misic/MiSiCv2.h5"))
        return keras.models.load_model(path, compile=False)
