"""A classical method on the same images, which a model has to beat to be worth its training.

Background-subtracted Otsu threshold, then a watershed of the distance transform.  Its parameters
are the same for every data set, stated with the scores, and never tuned on the images it is scored
on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BASELINE", "Baseline"]


@dataclass(frozen=True)
class Baseline:
    """The parameters of the classical method, all in pixels.

    Parameters
    ----------
    background
        Standard deviation of the Gaussian that estimates the background.
    smoothing
        Standard deviation of the Gaussian against noise.
    spacing
        Smallest distance between two seeds of the watershed.
    min_size
        Area below which an object is dropped.
    """

    background: float = 25.0
    smoothing: float = 1.5
    spacing: int = 7
    min_size: int = 30

    @property
    def name(self) -> str:
        """A short name for tables."""
        return "Otsu + watershed"

    @property
    def description(self) -> str:
        """The steps with their parameters, in one sentence."""
        return (
            f"Gaussian smoothing (sigma {self.smoothing:g} px) minus background (sigma "
            f"{self.background:g} px), polarity by the sign of the skewness, Otsu threshold, "
            f"holes filled, watershed of the distance transform (seeds {self.spacing} px apart), "
            f"objects below {self.min_size} px dropped; the same for every image"
        )

    def __call__(self, image: NDArray[np.generic]) -> NDArray[np.int32]:
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
        from scipy import ndimage
        from skimage import filters

        otsu: Any = filters.threshold_otsu
        values = image.astype(np.float32)
        flat = ndimage.gaussian_filter(values, self.smoothing)
        flat -= ndimage.gaussian_filter(values, self.background)
        # Objects are the rarer pixels, so they make the longer tail: bright if it is on the right.
        if _skewness(flat) < 0:
            flat = -flat
        if float(np.ptp(flat)) == 0.0:
            return np.zeros(image.shape, np.int32)
        foreground = ndimage.binary_fill_holes(flat > otsu(flat))
        return self._split(ndimage.binary_opening(foreground))

    def _split(self, foreground: NDArray[np.bool_]) -> NDArray[np.int32]:
        from scipy import ndimage
        from skimage import feature, segmentation

        find_peaks: Any = feature.peak_local_max
        watershed: Any = segmentation.watershed
        distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(foreground), 2.0)
        components, _ = ndimage.label(foreground)
        peaks = find_peaks(
            distance, min_distance=self.spacing, labels=components, exclude_border=False
        )
        seeds = np.zeros(foreground.shape, np.int32)
        seeds[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
        labels = watershed(-distance, seeds, mask=foreground)
        large = np.bincount(labels.ravel()) >= self.min_size
        large[0] = False
        return _relabel_sequential(np.where(large[labels], labels, 0))


BASELINE: Final = Baseline()


def _skewness(values: NDArray[np.float32]) -> float:
    centered = values.astype(np.float64) - float(values.mean(dtype=np.float64))
    return float((centered**3).mean())


def _relabel_sequential(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Renumber labels 1..n by their first pixel in raster order."""
    present, first = np.unique(labels.ravel(), return_index=True)
    order = present[np.argsort(first)]
    order = order[order > 0]
    table = np.zeros(int(present.max()) + 1, np.int32)
    table[order] = np.arange(1, len(order) + 1)
    relabeled: NDArray[np.int32] = table[labels]
    return relabeled
