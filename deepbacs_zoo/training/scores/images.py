"""Measures of images over the validation images of one epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.metrics import compare_images
from deepbacs_zoo.processing import apply
from deepbacs_zoo.tasks import GroundTruth, Method

__all__ = ["ImageScores"]

_WORDS: Final = {"psnr": "PSNR", "ssim": "SSIM", "pearson": "Pearson correlation"}


@dataclass
class ImageScores:
    """Similarity to the target images, gathered image by image; channels are averaged."""

    method: Method
    _rows: list[tuple[float, float, float]] = field(default_factory=list)

    def add(self, output: NDArray[np.float32], truth: GroundTruth) -> None:
        """Add an image: what the exported network gives, ``c y x`` float32, and its target."""
        if not self.method.metrics:
            return
        steps = self.method.outputs[0].steps
        found = apply(steps, output[np.newaxis], "bcyx")[0]
        for plane, target in zip(found, truth.content, strict=False):
            scores = compare_images(target, plane)
            self._rows.append((scores.psnr, scores.ssim, _pearson(target, plane)))

    def measures(self) -> dict[str, float]:
        """Return the means over images of the method's metrics, 0 for one that is not defined."""
        if not self._rows:
            return {}
        found = dict(zip(_WORDS, np.nanmean(np.array(self._rows, np.float64), axis=0), strict=True))
        return {
            name: 0.0 if math.isnan(found[name]) else float(found[name])
            for name in self.method.metrics
        }

    def final(self) -> dict[str, float]:
        """Return the measures under their names in words."""
        return {_WORDS[name]: value for name, value in self.measures().items()}

    def warnings(self, where: Path) -> tuple[Finding, ...]:
        """Return nothing: there are no objects that could be merged."""
        return ()


def _pearson(target: NDArray[np.float32], image: NDArray[np.float32]) -> float:
    """Return the correlation of two planes; NaN where one of them is constant."""
    if not target.std() or not image.std():
        return math.nan
    return float(np.corrcoef(target.ravel(), image.ravel())[0, 1])
