"""The evaluation of a package that gives images, scored against target images."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.base import EvaluationResult, Headline
from deepbacs_zoo.evaluation.images.scores import SCORES, ImageScores
from deepbacs_zoo.metrics import Estimate

__all__ = ["ERROR_RANGE", "ImageEvaluation", "ImagePreview"]

ERROR_RANGE: Final = 0.25
"""The error that is shown white, as a share of the target's range: at the range of the images, all
but the worst errors would be black."""


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

    @property
    def shown(self) -> tuple[NDArray[np.float32], ...]:
        """Input, prediction, target and error, ``y x`` float32, from 0 (black) to 1 (white)."""
        return self.image, self.predicted, self.target, self.error / np.float32(ERROR_RANGE)


@dataclass(frozen=True, eq=False)
class ImageEvaluation(EvaluationResult[ImageScores, ImagePreview]):
    """Scores of a package that gives images; the baseline is the input image itself.

    Parameters
    ----------
    others
        Scores of methods without a network that were tuned on training images.
    """

    kind: ClassVar[str] = "image"

    others: tuple[ImageScores, ...] = ()

    @property
    def methods(self) -> tuple[tuple[str, ImageScores], ...]:
        """Scores by the names that tables give them: model, baseline, and the names of others."""
        return (*super().methods, *((each.method, each) for each in self.others))

    @property
    def baselines(self) -> tuple[tuple[str, str, str], ...]:
        """Role, short name and description of every baseline."""
        others = (("another baseline", each.method, each.description) for each in self.others)
        return (*super().baselines, *others)

    @property
    def ground_truth(self) -> str:
        """The ground truth in words."""
        return "a target image each"

    def headlines(self) -> tuple[Headline, ...]:
        """Return every score, the most telling first."""
        other = _lines(self.baseline) if self.baseline else {}
        return tuple(
            Headline(
                name,
                estimate.value,
                estimate.low,
                estimate.high,
                other[name].value if name in other else None,
                _BEST.get(name, "lowest"),
            )
            for name, estimate in _lines(self.model).items()
        )

    def with_baseline_of(self, other: Self) -> Self:
        """Return the same with the baselines of another package on the same images."""
        return dataclasses.replace(super().with_baseline_of(other), others=other.others)


_BEST: Final = {score.name: score.best for score in SCORES}


def _lines(scores: ImageScores) -> Mapping[str, Estimate]:
    found: dict[str, Estimate] = {}
    for score in SCORES:
        estimate = scores.estimates.get(score.key)
        if estimate is None:
            continue
        found[score.name] = estimate
        in_units = scores.resolution_in_units
        if score.key == "resolution" and in_units is not None and not math.isnan(in_units.value):
            found[f"resolution in {scores.unit}"] = in_units
    return found
