"""The classical recipe for dark cells, tuned on the training fields: what a network has to beat.

Local darkness (how far a pixel lies below the smoothed surroundings) and the Laplacian of Gaussian
(how strongly it is the bottom of a valley) are thresholded, holes are filled, and the watershed of
the distance transform parts what touches.  Labels that include the bright rim of a cell are met by
growing what was found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from skimage import feature, segmentation

from tests.benchmarks.accuracy.fields import Field, numbered


class Filtered:
    """A field and what its filters gave, each computed once for all recipes of a grid."""

    def __init__(self, image: np.ndarray) -> None:
        self._values = image.astype(np.float32)
        self._found: dict[tuple[str, float], np.ndarray] = {}

    def darkness(self, background: float) -> np.ndarray:
        """Return how far pixels lie below their surroundings; 0.1 % are above 1."""
        key = ("darkness", background)
        if key not in self._found:
            smooth = ndimage.gaussian_filter(self._values, 1.0)
            self._found[key] = _scaled(ndimage.gaussian_filter(self._values, background) - smooth)
        return self._found[key]

    def valley(self, sigma: float) -> np.ndarray:
        """Return the Laplacian of Gaussian, positive in valleys; 0.1 % are above 1."""
        key = ("valley", sigma)
        if key not in self._found:
            self._found[key] = _scaled(ndimage.gaussian_laplace(self._values, sigma))
        return self._found[key]


@dataclass(frozen=True)
class Recipe:
    """The parameters, lengths in pixels.

    Parameters
    ----------
    background
        Standard deviation of the Gaussian that estimates the surroundings.
    darkness
        Threshold of local darkness, as a share of the darkest 0.1 % of the field.
    valley
        Standard deviation of the Laplacian of Gaussian.
    curvature
        Threshold of the Laplacian of Gaussian, as a share of its highest 0.1 % of the field.
    spacing
        Smallest distance between two seeds of the watershed.
    smoothing
        Standard deviation by which the distance transform is smoothed before seeds are sought.
    growth
        How far an object grows at last.
    min_size
        Area below which an object is dropped, before it grows.
    """

    background: float = 40.0
    darkness: float = 0.3
    valley: float = 3.0
    curvature: float = 0.0
    spacing: int = 8
    smoothing: float = 2.0
    growth: int = 0
    min_size: int = 80

    def describe(self) -> str:
        """Return the parameters in one line."""
        return (
            f"darkness > {self.darkness:g} (background sigma {self.background:g}), "
            f"LoG sigma {self.valley:g} > {self.curvature:g}, seeds {self.spacing} apart "
            f"(sigma {self.smoothing:g}), grown by {self.growth}, at least {self.min_size} pixels"
        )

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the label image of one field."""
        return self.grow(self.cores(image))

    def cores(self, image: np.ndarray | Filtered) -> np.ndarray:
        """Return the objects before they grow."""
        filtered = image if isinstance(image, Filtered) else Filtered(image)
        foreground = (filtered.darkness(self.background) > self.darkness) & (
            filtered.valley(self.valley) > self.curvature
        )
        foreground = ndimage.binary_opening(ndimage.binary_fill_holes(foreground))
        return _large(split(foreground, self.spacing, self.smoothing), self.min_size)

    def grow(self, cores: np.ndarray) -> np.ndarray:
        """Return the objects grown; where two meet, each pixel goes to the nearer one."""
        return segmentation.expand_labels(cores, self.growth) if self.growth else cores


def split(foreground: np.ndarray, spacing: int, smoothing: float) -> np.ndarray:
    """Part a mask by the watershed of its distance transform; ``y x`` int32."""
    distance = ndimage.distance_transform_edt(foreground)
    if smoothing:
        distance = ndimage.gaussian_filter(distance, smoothing)
    components, _ = ndimage.label(foreground)
    peaks = feature.peak_local_max(
        distance, min_distance=spacing, labels=components, exclude_border=False
    )
    seeds = np.zeros(foreground.shape, np.int32)
    seeds[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return segmentation.watershed(-distance, seeds, mask=foreground).astype(np.int32)


def tuned(
    fields: Sequence[Field],
    choices: dict[str, Iterable[float]],
    value: Callable[[Sequence[np.ndarray]], tuple[float, ...]],
    start: Recipe | None = None,
) -> Recipe:
    """Return the best recipe of a grid on training fields.

    Parameters
    ----------
    fields
        Those trained on.
    choices
        Values per parameter; all combinations are tried.
    value
        What is better, from the label images of all fields; larger is better, the first number
        first.
    start
        The parameters that are not chosen.
    """
    growths = tuple(choices.get("growth", (0,)))
    names = [name for name in choices if name != "growth"]
    best: tuple[tuple[float, ...], Recipe] | None = None
    filtered = [Filtered(field.image) for field in fields]
    for values in itertools.product(*(choices[name] for name in names)):
        recipe = replace(start or Recipe(), **dict(zip(names, values, strict=True)))
        cores = [recipe.cores(one) for one in filtered]
        for growth in growths:
            grown = replace(recipe, growth=int(growth))
            found = value([grown.grow(core) for core in cores])
            if best is None or found > best[0]:
                best = found, grown
    assert best is not None
    return best[1]


def _scaled(values: np.ndarray) -> np.ndarray:
    return values / np.quantile(values, 0.999)


def _large(labels: np.ndarray, min_size: int) -> np.ndarray:
    keep = np.bincount(labels.ravel()) >= min_size
    keep[0] = False
    return numbered(np.where(keep[labels], labels, 0))
