"""The classical method: local threshold, curvature, and a watershed of the distance transform.

A pixel is foreground where it is brighter (or darker) than the mean of its surroundings, and where
the image is curved like a ridge (or a valley), which parts objects that lie side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Baseline", "Filtered", "Parameters"]

Plane = NDArray[np.float32]
Labels = NDArray[np.int32]

_STRONGEST: Final = 0.001
"""The contrast that this share of the pixels reaches is that of a clear object."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of the classical method; lengths and areas in pixels.

    Parameters
    ----------
    bright
        Whether objects are brighter than what is around them.
    smoothing
        Standard deviation of the Gaussian against noise.
    radius
        Of the square around a pixel whose mean it is compared with.
    level
        Contrast of the foreground, as a share of what the strongest 0.1 % of the pixels have.
    curvature
        Standard deviation of the Laplacian of Gaussian.
    depth
        A part of the foreground that lies deeper than this is a seed of the watershed; what is
        nowhere as deep is one object.
    growth
        How far objects grow at last, without touching.
    min_size
        Area below which an object is dropped, before it grows.
    """

    bright: bool
    smoothing: float
    radius: int
    level: float
    curvature: float
    depth: float
    growth: int
    min_size: int


class Filtered:
    """An image and what its filters gave, each computed once for all parameters.

    Parameters
    ----------
    image
        ``y x``, any real dtype.
    """

    def __init__(self, image: NDArray[np.generic]) -> None:
        values = image.astype(np.float32)
        finite = np.isfinite(values)
        # Anything else than a common value would stand out as an object.
        common = np.median(values[finite]) if finite.any() else 0.0
        self.image: Plane = np.where(finite, values, np.float32(common))
        self._found: dict[Hashable, Any] = {}

    def contrast(self, chosen: Parameters) -> Plane:
        """Return ``y x`` float32, 1 at the pixels of the strongest contrast, 0 where it is none."""
        sign = 1 if chosen.bright else -1
        key = ("contrast", sign, chosen.smoothing, chosen.radius)
        found: Plane = self._once(
            key, lambda: self._contrast(sign, chosen.smoothing, chosen.radius)
        )
        return found

    def _contrast(self, sign: int, smoothing: float, radius: int) -> Plane:
        from scipy import ndimage

        smooth = self._once(
            ("smooth", smoothing), lambda: ndimage.gaussian_filter(self.image, smoothing)
        )
        raised = sign * (smooth - ndimage.uniform_filter(smooth, 2 * radius + 1))
        strongest = float(np.quantile(raised, 1 - _STRONGEST))
        # Rounding leaves differences in an image of one value.
        noticeable = 1e-6 * float(np.abs(self.image).max(initial=0))
        return raised / strongest if strongest > noticeable else np.zeros_like(raised)

    def curved(self, chosen: Parameters) -> NDArray[np.bool_]:
        """Return ``y x`` bool: the pixels on ridges, or in valleys where objects are dark."""
        from scipy import ndimage

        sign = 1 if chosen.bright else -1
        found: NDArray[np.bool_] = self._once(
            ("curved", sign, chosen.curvature),
            lambda: sign * ndimage.gaussian_laplace(self.image, chosen.curvature) < 0,
        )
        return found

    def _once(self, key: Hashable, compute: Callable[[], Any]) -> Any:  # noqa: ANN401 - arrays
        if key not in self._found:
            self._found[key] = compute()
        return self._found[key]


@dataclass(frozen=True)
class Baseline:
    """The classical method with its parameters.

    Parameters
    ----------
    parameters
        Those that were chosen.
    images, objects
        Number of training images and of their labelled objects that they were chosen by.
    f1
        F1 on these images, the mean over IoU thresholds from 0.5 to 0.9.
    """

    parameters: Parameters
    images: int
    objects: int
    f1: float

    @property
    def name(self) -> str:
        """A short name for tables."""
        return "local threshold + watershed"

    @property
    def description(self) -> str:
        """The steps with their parameters, and what chose these, in one sentence."""
        chosen = self.parameters
        return (
            f"{'bright' if chosen.bright else 'dark'} objects: Gaussian smoothing (sigma "
            f"{chosen.smoothing:.3g} px), contrast with the mean of {2 * chosen.radius + 1} x "
            f"{2 * chosen.radius + 1} px above {chosen.level:.1%} of its strongest values, "
            f"Laplacian of Gaussian (sigma {chosen.curvature:.3g} px), holes filled, watershed of "
            f"the distance transform (seeds {chosen.depth:.3g} px deep), objects below "
            f"{chosen.min_size} px dropped, grown by {chosen.growth} px; chosen by F1 on "
            f"{self.images} training images with {self.objects} objects (mean over IoU 0.5 to 0.9: "
            f"{self.f1:.2f})"
        )

    def __call__(self, image: NDArray[np.generic]) -> Labels:
        """Segment one image.

        Parameters
        ----------
        image
            ``y x``, any real dtype.

        Returns
        -------
        ndarray
            ``y x`` int32, 0 background, objects 1..n by first pixel in raster order.
        """
        return _in_order(grow(cores(Filtered(image), self.parameters), self.parameters.growth))


def cores(image: Filtered, chosen: Parameters) -> Labels:
    """Return the objects of an image before they grow, ``y x`` int32, 1..n."""
    from scipy import ndimage

    foreground = (image.contrast(chosen) > chosen.level) & image.curved(chosen)
    components, _ = ndimage.label(foreground)
    areas = np.bincount(components.ravel())
    found = np.zeros(foreground.shape, np.int32)
    count = 0
    # Each by itself: most of a sparse image is background, on which nothing is computed.
    for number, place in enumerate(ndimage.find_objects(components), start=1):
        if areas[number] < chosen.min_size:
            continue
        parts = _split(components[place] == number, chosen.depth)
        kept = np.bincount(parts.ravel()) >= chosen.min_size
        kept[0] = False
        numbers = np.where(kept, count + np.cumsum(kept), 0)[parts]
        found[place][numbers > 0] = numbers[numbers > 0]
        count += int(kept.sum())
    return found


def grow(labels: Labels, growth: int) -> Labels:
    """Return objects, ``y x`` int32, that are grown by pixels, but never into each other."""
    from scipy import ndimage
    from skimage import segmentation

    (place,) = ndimage.find_objects((labels > 0).astype(np.int8)) or (None,)
    if not growth or place is None:
        return labels
    window = tuple(slice(max(side.start - growth, 0), side.stop + growth) for side in place)
    expand: Any = segmentation.expand_labels
    grown = labels.copy()
    grown[window] = expand(labels[window], growth)
    return grown


def _split(component: NDArray[np.bool_], depth: float) -> NDArray[np.integer]:
    """Part one component, ``y x`` bool, into objects 1..n."""
    from scipy import ndimage
    from skimage import segmentation

    watershed: Any = segmentation.watershed
    solid = ndimage.binary_opening(ndimage.binary_fill_holes(np.pad(component, 1)))
    parts, _ = ndimage.label(solid)
    if depth:
        distance = ndimage.distance_transform_edt(solid)
        seeds, count = ndimage.label(distance > depth)
        if count > 1:
            parts = watershed(-distance, seeds, mask=solid)
    inner: NDArray[np.integer] = parts[1:-1, 1:-1]
    return inner


def _in_order(labels: Labels) -> Labels:
    """Renumber labels 1..n by their first pixel in raster order."""
    present, first = np.unique(labels.ravel(), return_index=True)
    order = present[np.argsort(first)]
    order = order[order > 0]
    table = np.zeros(int(present.max(initial=0)) + 1, np.int32)
    table[order] = np.arange(1, len(order) + 1)
    relabeled: Labels = table[labels]
    return relabeled
