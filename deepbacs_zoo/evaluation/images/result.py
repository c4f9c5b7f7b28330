"""The evaluation of a package that gives images, scored against target images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.base import EvaluationResult, Headline
from deepbacs_zoo.metrics import Estimate, estimated_mean

__all__ = ["ImageEvaluation", "ImagePreview", "ImageScores", "SimilarityRow"]


@dataclass(frozen=True)
class SimilarityRow:
    """Similarity of one image of one method to its target, the mean over channels.

    Parameters
    ----------
    name
        The name of the pair.
    psnr, ssim, nrmse
        As in ``metrics.compare_images``.
    seconds
        Wall time of the prediction, reading not included.
    """

    name: str
    psnr: float
    ssim: float
    nrmse: float
    seconds: float = 0.0


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

    @property
    def psnr(self) -> Estimate:
        """Mean over images of the PSNR in dB."""
        return estimated_mean(row.psnr for row in self.rows)

    @property
    def ssim(self) -> Estimate:
        """Mean over images of the SSIM."""
        return estimated_mean(row.ssim for row in self.rows)

    @property
    def nrmse(self) -> Estimate:
        """Mean over images of the NRMSE."""
        return estimated_mean(row.nrmse for row in self.rows)


@dataclass(frozen=True, eq=False)
class ImagePreview:
    """First channel of one image, its prediction and its target, on the target's scale.

    All are ``y x`` float32 of the target's size: 0 and 1 are the target's percentiles 0.1 and 99.9;
    ``image`` and ``predicted`` are fitted to the target as for the scores.
    """

    name: str
    image: NDArray[np.float32]
    predicted: NDArray[np.float32]
    target: NDArray[np.float32]

    @property
    def error(self) -> NDArray[np.float32]:
        """Absolute difference of prediction and target, ``y x`` float32."""
        return np.asarray(np.abs(self.predicted - self.target), np.float32)


@dataclass(frozen=True, eq=False)
class ImageEvaluation(EvaluationResult[ImageScores, ImagePreview]):
    """Scores of a package that gives images; the baseline is the input image itself."""

    kind: ClassVar[str] = "image"

    @property
    def ground_truth(self) -> str:
        """The ground truth in words."""
        return "a target image each"

    def headlines(self) -> tuple[Headline, ...]:
        """Return PSNR, SSIM and NRMSE."""
        other = _lines(self.baseline) if self.baseline else {}
        return tuple(
            Headline(
                name,
                estimate.value,
                estimate.low,
                estimate.high,
                other[name].value if name in other else None,
                "lowest" if name == "NRMSE" else "highest",
            )
            for name, estimate in _lines(self.model).items()
        )


def _lines(scores: ImageScores) -> Mapping[str, Estimate]:
    return {"PSNR in dB": scores.psnr, "SSIM": scores.ssim, "NRMSE": scores.nrmse}
