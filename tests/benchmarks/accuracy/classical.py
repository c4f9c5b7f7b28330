"""The classical recipe for dark cells, tuned on the training fields: what a network has to beat.

Local darkness (how far a pixel lies below the smoothed surroundings) and the Laplacian of Gaussian
(how strongly it is the bottom of a valley) are thresholded, holes are filled, and the watershed of
the distance transform parts what touches.  Labels that include the bright rim of a cell are met by
growing what was found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from skimage import segmentation

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
    depth
        Seeds of the watershed are what lies deeper in the foreground: a rod keeps one seed, because
        its middle line is connected.
    growth
        How far an object grows at last.
    min_size
        Area below which an object is dropped, before it grows.
    """

    background: float = 40.0
    darkness: float = 0.3
    valley: float = 3.0
    curvature: float = 0.0
    depth: float = 3.0
    growth: int = 0
    min_size: int = 80

    def describe(self) -> str:
        """Return the parameters in one line."""
        return (
            f"darkness > {self.darkness:g} (background sigma {self.background:g}), "
            f"LoG sigma {self.valley:g} > {self.curvature:g}, seeds {self.depth:g} deep, "
            f"at least {self.min_size} pixels, grown by {self.growth}"
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
        return _large(split(foreground, self.depth), self.min_size)

    def grow(self, cores: np.ndarray) -> np.ndarray:
        """Return the objects grown; where two meet, each pixel goes to the nearer one."""
        return segmentation.expand_labels(cores, self.growth) if self.growth else cores


def split(foreground: np.ndarray, depth: float) -> np.ndarray:
    """Part a mask by the watershed of its distance transform from seeds ``depth`` pixels inside.

    What is nowhere as deep is one object for each connected component.
    """
    distance = ndimage.distance_transform_edt(foreground)
    seeds, count = ndimage.label(distance > depth)
    components, _ = ndimage.label(foreground)
    deep = np.unique(components[seeds > 0])
    shallow = foreground & ~np.isin(components, deep)
    seeds = np.where(shallow, components + count, seeds)
    return segmentation.watershed(-distance, seeds, mask=foreground).astype(np.int32)


def tuned(
    fields: Sequence[Field],
    choices: Mapping[str, Sequence[float]],
    value: Callable[[Sequence[np.ndarray]], tuple[float, ...]],
    start: Recipe | None = None,
) -> Recipe:
    """Return the best recipe of a grid on training fields.

    Parameters
    ----------
    fields
        Those trained on.
    choices
        Values per parameter, in order; all combinations are tried.
    value
        What is better, from the label images of all fields; larger is better, the first number
        first.  Of equally good recipes the one in their middle is taken.
    start
        The parameters that are not chosen.
    """
    growths = choices.get("growth", (0,))
    names = [name for name in choices if name != "growth"]
    filtered = [Filtered(field.image) for field in fields]
    found: dict[tuple[int, ...], tuple[float, ...]] = {}
    for places in itertools.product(*(range(len(choices[name])) for name in names)):
        recipe = _chosen(start, names, choices, places)
        cores = [recipe.cores(one) for one in filtered]
        for place, growth in enumerate(growths):
            grown = replace(recipe, growth=int(growth))
            found[*places, place] = value([grown.grow(core) for core in cores])
    *places, place = middle_of_best(found)
    return replace(_chosen(start, names, choices, places), growth=int(growths[place]))


def middle_of_best(found: Mapping[tuple[int, ...], tuple[float, ...]]) -> tuple[int, ...]:
    """Return the places of the best value; of several, those nearest to their mean."""
    best = max(found.values())
    tied = np.array([places for places, value in found.items() if value == best])
    nearest = np.argmin(((tied - tied.mean(axis=0)) ** 2).sum(axis=1))
    return tuple(tied[nearest].tolist())


def _chosen(
    start: Recipe | None,
    names: Sequence[str],
    choices: Mapping[str, Sequence[float]],
    places: Sequence[int],
) -> Recipe:
    values = {name: choices[name][place] for name, place in zip(names, places, strict=True)}
    return replace(start or Recipe(), **values)


def _scaled(values: np.ndarray) -> np.ndarray:
    return values / np.quantile(values, 0.999)


def _large(labels: np.ndarray, min_size: int) -> np.ndarray:
    keep = np.bincount(labels.ravel()) >= min_size
    keep[0] = False
    return numbered(np.where(keep[labels], labels, 0))
