"""Measures of boxes over the validation images of one epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import decode_boxes
from deepbacs_zoo.evaluation.boxes.sets import down_to, found_set, least_scores, true_set
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.metrics import BoxSet, match_boxes
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.tasks import GroundTruth, Method

__all__ = ["BoxScores"]

_IOU: Final = 0.5
_LOWEST_SCORE: Final = 0.05
"""Average precision asks for boxes of low scores too; lower ones hardly change it."""


@dataclass
class BoxScores:
    """AnchorBoxes gathered image by image."""

    method: Method
    _truth: list[BoxSet] = field(default_factory=list)
    _found: list[BoxSet] = field(default_factory=list)

    def add(self, output: NDArray[np.float32], truth: GroundTruth) -> None:
        """Add an image: what the exported network gives, ``c y x`` float32, and its boxes."""
        settings = self._settings
        found = decode_boxes(down_to(settings, _LOWEST_SCORE), output, truth.shape)
        self._truth.append(true_set(truth.content.boxes, settings.classes))
        self._found.append(found_set(found))

    def measures(self) -> dict[str, float]:
        """Return mAP, recall and precision at IoU 0.5, and how wrong objects are counted.

        The latter three of the boxes that the decoding gives; ``count_error`` is the mean over
        images and classes of how far the number of boxes is off, either way.  What is not defined,
        such as precision when nothing was found, counts as 0.
        """
        settings = self._settings
        matches = match_boxes(self._truth, self._found, len(settings.classes), (_IOU,))
        counts = matches.counts(_IOU, self._least())
        hits, false, missed = (int(each) for each in counts.sum((0, 1)))
        found = {
            "map_50": matches.mean_ap(),
            "recall": hits / (hits + missed) if hits + missed else 0.0,
            "precision": hits / (hits + false) if hits + false else 0.0,
            "count_error": float(np.abs(counts[..., 1] - counts[..., 2]).mean()),
        }
        return {
            name: 0.0 if math.isnan(found[name]) else float(found[name])
            for name in self.method.metrics
        }

    def final(self) -> dict[str, float]:
        """Return the measures under their names in words."""
        words = {"map_50": "mAP at IoU 0.5", "count_error": "count error"}
        return {words.get(name, name): value for name, value in self.measures().items()}

    def warnings(self, where: Path) -> tuple[Finding, ...]:
        """Return nothing: boxes have no larger part that another one could cover."""
        return ()

    def _least(self) -> NDArray[np.float64]:
        return np.stack([least_scores(self._settings, found) for found in self._found])

    @property
    def _settings(self) -> AnchorBoxes:
        return cast("AnchorBoxes", self.method.decode)
