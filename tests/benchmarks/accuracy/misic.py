"""MiSiC, a published network for bacteria, run after the recipe of its README.

Panigrahi et al. 2021, https://doi.org/10.7554/eLife.65151.  The wheel `misic` is GPL-3: its weights
are read from the archive, its code is neither imported nor copied.  The recipe: the image is scaled
until cells are 9.7 pixels wide, noise goes where there is no contrast, and the network sees the
shape index at three scales; what is above the threshold are cells, parted by a watershed if that is
better on the training fields.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage
from skimage import feature, segmentation, transform

from tests.benchmarks.accuracy.archives import Members, MissingDataError
from tests.benchmarks.accuracy.classical import split
from tests.benchmarks.accuracy.fields import Field, numbered

STANDARD_WIDTH = 9.7
SCALES = (1.0, 1.5, 2.0)
SIDE = 256
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
    spacing
        Smallest distance between two seeds of the watershed; 0 for connected components.
    growth
        How far an object grows at last, in pixels of the image.
    min_size
        Area below which an object is dropped.
    """

    width: float
    noise: float = 0.13
    threshold: float = 0.5
    spacing: int = 0
    growth: int = 0
    min_size: int = 80

    def describe(self) -> str:
        """Return the settings in one line."""
        parted = f"watershed, seeds {self.spacing} apart" if self.spacing else "components"
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
        found = np.zeros((rows * step, columns * step), np.float32)
        for row, column in itertools.product(range(rows), range(columns)):
            y, x = row * step, column * step
            window = wide[np.newaxis, y : y + SIDE, x : x + SIDE]
            inner = np.s_[0, MARGIN:-MARGIN, MARGIN:-MARGIN, 0]
            found[y : y + step, x : x + step] = np.asarray(self._model(window))[inner]
        return found[:height, :width]

    def tuned(
        self,
        fields: Sequence[Field],
        widths: Sequence[float],
        noises: Sequence[float],
        value: Callable[[Sequence[np.ndarray]], tuple[float, ...]],
    ) -> Settings:
        """Return the best settings on training fields; a larger ``value`` is better."""
        best: tuple[tuple[float, ...], Settings] | None = None
        for width, noise in itertools.product(widths, noises):
            start = Settings(width, noise)
            maps = [self.probabilities(field.image, start) for field in fields]
            for threshold, spacing in itertools.product((0.3, 0.5, 0.7), (0, 8)):
                cut = replace(start, threshold=threshold, spacing=spacing)
                cores = [objects(each, cut) for each in maps]
                for growth in range(6):
                    found = value([_grown(core, growth) for core in cores])
                    if best is None or found > best[0]:
                        best = found, replace(cut, growth=growth)
        assert best is not None
        return best[1]


def objects(probabilities: np.ndarray, settings: Settings) -> np.ndarray:
    """Return the label image of a network's output."""
    mask = ndimage.binary_fill_holes(probabilities > settings.threshold)
    if settings.spacing:
        labels = split(mask, settings.spacing, 2.0)
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


@cache
def _model(archive: Path) -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    try:
        import keras
        import tensorflow as tf
    except ModuleNotFoundError as error:
        raise MissingDataError(
            f"MiSiC is left out: {error.name} is not installed; "
            "pip install 'deepbacs_zoo[tensorflow]'"
        ) from error
    tf.config.threading.set_intra_op_parallelism_threads(1)
    with Members(archive) as members, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "MiSiCv2.h5"
        path.write_bytes(members.read("misic/MiSiCv2.h5"))
        return keras.models.load_model(path, compile=False)
