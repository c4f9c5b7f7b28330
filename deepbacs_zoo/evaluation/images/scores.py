"""The scores of images: one row for each, from which tables, headlines and pages are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.metrics import Estimate, Estimates, RingCorrelation, estimated, estimated_mean

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation.base import Best

__all__ = ["SCORES", "ImageScores", "RingCurve", "Score", "SimilarityRow"]


@dataclass(frozen=True)
class Score:
    """One score of images.

    Parameters
    ----------
    key
        Its name in files.
    name
        Its name on pages.
    best
        Which value is the best one.
    meaning
        What it is, in one sentence for a page.
    """

    key: str
    name: str
    best: Best
    meaning: str


SCORES: Final = (
    Score(
        "psnr",
        "PSNR in dB",
        "highest",
        "peak signal-to-noise ratio after the fit: the image is multiplied by a factor and shifted "
        "so that it fits its target best",
    ),
    Score("ssim", "SSIM", "highest", "structural similarity after the fit"),
    Score(
        "nrmse",
        "NRMSE",
        "lowest",
        "root of the mean squared error in the range of the target (percentiles 0.1 to 99.9), "
        "after the fit",
    ),
    Score(
        "pearson",
        "Pearson correlation",
        "highest",
        "correlation of all pixels; a field that is mostly empty flatters it",
    ),
    Score(
        "pearson_objects",
        "Pearson correlation near objects",
        "highest",
        "correlation of the pixels within 5 pixels of what Otsu's threshold finds in the target",
    ),
    Score(
        "resolution",
        "resolution in pixels",
        "lowest",
        "wavelength at which the Fourier ring correlation with the target falls below 1/7",
    ),
    Score(
        "structure_recall",
        "structure kept",
        "highest",
        "share of the edges and ridges of the target, by contrast, that the image has, too",
    ),
    Score(
        "structure_precision",
        "structure not invented",
        "highest",
        "share of the edges and ridges of the image, by contrast, that the target has, too; noise "
        "counts as invented",
    ),
    Score(
        "residual_correlation",
        "autocorrelation of the residual",
        "lowest",
        "magnitude of the strongest autocorrelation, up to 3 pixels, of what was taken away from "
        "the input, brought to the variance 1 by the generalized Anscombe transform; white noise "
        "has about 2.2 / root of the number of pixels",
    ),
    Score("psnr_unfitted", "PSNR in dB, unfitted", "highest", "the same without the fit"),
    Score("ssim_unfitted", "SSIM, unfitted", "highest", "the same without the fit"),
    Score(
        "nrmse_unfitted",
        "NRMSE, unfitted",
        "lowest",
        "the same without the fit: the error of the values themselves",
    ),
    Score(
        "zc_nrmse",
        "ZeroCostDL4Mic's NRMSE",
        "lowest",
        "root of the mean absolute error, which the notebooks of ZeroCostDL4Mic call NRMSE; to "
        "compare with their numbers alone",
    ),
)
"""The most telling first."""


@dataclass(frozen=True, eq=False)
class SimilarityRow:
    """Similarity of one image of one method to its target.

    Parameters
    ----------
    name
        The name of the pair.
    scores
        By the keys of ``SCORES``, the mean over channels; NaN where one is not defined, and one
        that has no meaning for the task is missing.
    rings
        Correlation with the target over spatial frequency, one for each channel.
    residual
        The signed autocorrelation whose magnitude is ``residual_correlation``; NaN without.
    pixel_size, unit
        Of the target; ``None`` and ``pixel`` where it is not known.
    seconds
        Wall time of the prediction, reading not included.
    """

    name: str
    scores: Mapping[str, float]
    rings: Sequence[RingCorrelation]
    residual: float = float("nan")
    pixel_size: float | None = None
    unit: str = "pixel"
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class RingCurve:
    """Mean Fourier ring correlation over images: ``n`` cycles per pixel, and ``n`` estimates."""

    frequencies: NDArray[np.float64]
    correlations: Estimates


_FREQUENCIES: Final = np.arange(1, 65) / 128
"""Images of different sizes have different rings."""


@dataclass(frozen=True)
class ImageScores:
    """One method on all images.

    Parameters
    ----------
    method, description
        Its short name, and the method in one sentence.
    rows
        One row per image, in the order of the pairs.
    """

    method: str
    description: str
    rows: tuple[SimilarityRow, ...]

    @property
    def seconds(self) -> float:
        """Wall time of all predictions."""
        return sum(row.seconds for row in self.rows)

    @cached_property
    def estimates(self) -> Mapping[str, Estimate]:
        """Means over images of every score that the rows have, in the order of ``SCORES``."""
        return {
            score.key: estimated_mean(row.scores[score.key] for row in self.rows)
            for score in SCORES
            if all(score.key in row.scores for row in self.rows)
        }

    @property
    def unit(self) -> str | None:
        """The unit of the pixel sizes; ``None`` where not all are known in the same."""
        units = {row.unit if row.pixel_size is not None else None for row in self.rows}
        return units.pop() if len(units) == 1 else None

    @property
    def resolution_in_units(self) -> Estimate | None:
        """Mean resolution in the unit of the pixel sizes; ``None`` where there is none."""
        if self.unit is None:
            return None
        return estimated_mean(row.scores["resolution"] * (row.pixel_size or 1) for row in self.rows)

    @property
    def residual(self) -> Estimate:
        """Mean over images of the signed autocorrelation of the residual."""
        return estimated_mean(row.residual for row in self.rows)

    @cached_property
    def curve(self) -> RingCurve | None:
        """Mean over images of the Fourier ring correlation; ``None`` where no image has one."""
        curves = [
            np.mean(
                [np.interp(_FREQUENCIES, ring.frequencies, ring.smooth) for ring in row.rings], 0
            )
            for row in self.rows
        ]
        defined = np.array([curve for curve in curves if np.isfinite(curve).all()])
        if not defined.size:
            return None
        sums = np.stack([defined, np.ones_like(defined)], axis=-1)
        means = estimated(sums, lambda drawn: drawn[..., 0] / drawn[..., 1])
        return RingCurve(_FREQUENCIES, means)
