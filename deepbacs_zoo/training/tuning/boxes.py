"""Thresholds of boxes, chosen by how they count: one of the score for each class.

A detector is asked for counts, class by class.  The threshold that suits all classes together
misses cells of the one and finds too many of the other; so each class has its own, at which as many
boxes are found as there are.  Among thresholds whose mean count error over the images is zero
within its standard error, the one with the least absolute error is taken.  A class with few objects
keeps the threshold that suits all classes together.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.anchor_boxes import decode_boxes
from deepbacs_zoo.evaluation.boxes.sets import found_set
from deepbacs_zoo.metrics import BoxSet, f1, match_boxes
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.training.tuning.thresholds import NOTICEABLE, Tuning

__all__ = ["BOX_IOU", "FEWEST_OF_A_CLASS", "tune_boxes"]

BOX_IOU: Final = 0.5
FEWEST_OF_A_CLASS: Final = 20
"""A threshold that counts fewer objects right counts those objects right only."""

_SCORES: Final = tuple(round(0.05 + 0.01 * step, 2) for step in range(91))
_OVERLAPS: Final = (0.2, 0.3, 0.4, 0.5, 0.6)
_F1_LOSS: Final = 0.05
"""F1 of a class stays within this of the best: boxes that count right must stand on objects."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Outcomes:
    """Boxes of one suppression at many score thresholds.

    Parameters
    ----------
    overlap
        ``nms_threshold`` of the suppression.
    scores
        The score thresholds, ascending.
    counts
        ``thresholds images classes 3`` int64: TP, FP, FN.
    """

    overlap: float
    scores: Numbers
    counts: NDArray[np.int64]

    @cached_property
    def n_true(self) -> NDArray[np.int64]:
        """True boxes of each class."""
        found: NDArray[np.int64] = self.counts[0][..., [0, 2]].sum(axis=(0, 2))
        return found

    @cached_property
    def errors(self) -> NDArray[np.int64]:
        """Found less true boxes, ``thresholds images classes``."""
        found: NDArray[np.int64] = self.counts[..., 1] - self.counts[..., 2]
        return found

    @cached_property
    def f1(self) -> Numbers:
        """F1 over all images, ``thresholds classes``; NaN for a class that is nowhere."""
        return f1(*np.moveaxis(self.counts.sum(axis=1).astype(np.float64), -1, 0))

    @cached_property
    def error(self) -> Numbers:
        """Mean absolute count error, ``thresholds classes``."""
        found: Numbers = np.abs(self.errors).mean(axis=1)
        return found

    @cached_property
    def unbiased(self) -> NDArray[np.bool_]:
        """True where the mean error is zero within its standard error, ``thresholds classes``.

        One object too many or too few in all images together is within it, too.
        """
        images = self.errors.shape[1]
        spread = self.errors.std(axis=1, ddof=1) if images > 1 else np.zeros(self.f1.shape)
        mean = np.abs(self.errors.mean(axis=1))
        found: NDArray[np.bool_] = mean <= np.maximum(spread / math.sqrt(images), 1 / images)
        return found

    @cached_property
    def value(self) -> Numbers:
        """F1 less the count error as a share of the true boxes; the higher the better."""
        per_image = np.maximum(self.n_true, 1) / self.errors.shape[1]
        found: Numbers = self.f1 - self.error / per_image
        return found

    def places(self, thresholds: Sequence[float]) -> list[int]:
        """Return the places of thresholds among ``scores``, which has them."""
        return [int(place) for place in np.searchsorted(self.scores, thresholds)]

    def total(self, places: Sequence[int]) -> float:
        """Return the mean value over the classes that are anywhere, one threshold each."""
        return float(_mean(self.value[places, np.arange(len(places))]))


def tune_boxes(
    settings: AnchorBoxes,
    tensors: Sequence[NDArray[np.float32]],
    truths: Sequence[BoxSet],
    sizes: Sequence[tuple[int, int]],
) -> Tuning:
    """Choose the overlap of suppression and a score threshold for each class.

    Parameters
    ----------
    settings
        Where to begin.
    tensors
        What the network gave for each image, ``c y x`` float32 on its grid.
    truths
        Its true boxes.
    sizes
        Its height and width.

    Returns
    -------
    Tuning
        Its score is the mean over classes of F1 at an IoU of 0.5 over all images, less how far an
        image's count is off on average, as a share of its true boxes: a rare class weighs as much
        as a frequent one.  ``settings`` stay unless that gains more than 0.002.  The score is NaN
        without any box.
    """
    start = settings.nms_threshold
    overlaps = sorted({*_OVERLAPS, start}, key=lambda overlap: abs(overlap - start))
    outcomes = [_outcomes(settings, each, tensors, truths, sizes) for each in overlaps]
    if not any(map(len, truths)):
        return Tuning(settings, math.nan, math.nan)
    own = outcomes[0].places(settings.score_thresholds)
    before = outcomes[0].total(own)
    chosen = [(each, _chosen(each, own)) for each in outcomes]
    best, places = max(chosen, key=lambda pair: pair[0].total(pair[1]))
    after = best.total(places)
    if not after > before + NOTICEABLE:
        return Tuning(settings, before, before)
    thresholds = tuple(float(best.scores[place]) for place in places)
    found = dataclasses.replace(
        settings,
        nms_threshold=best.overlap,
        score_threshold=thresholds if len(set(thresholds)) > 1 else thresholds[0],
    )
    return Tuning(found, before, after, _note(settings.classes, best.n_true))


def _outcomes(
    settings: AnchorBoxes,
    overlap: float,
    tensors: Sequence[NDArray[np.float32]],
    truths: Sequence[BoxSet],
    sizes: Sequence[tuple[int, int]],
) -> _Outcomes:
    """Decode and match the boxes of the lowest threshold, among which are those of all others."""
    scores = sorted({*_SCORES, *settings.score_thresholds})
    every = dataclasses.replace(settings, nms_threshold=overlap, score_threshold=scores[0])
    found = [
        found_set(decode_boxes(every, tensor, size))
        for tensor, size in zip(tensors, sizes, strict=True)
    ]
    matches = match_boxes(truths, found, len(settings.classes), (BOX_IOU,))
    # Scores are float32: decoding compares them with thresholds as such.
    counts = [matches.counts(BOX_IOU, float(np.float32(score))) for score in scores]
    return _Outcomes(overlap, np.array(scores), np.stack(counts))


def _chosen(outcomes: _Outcomes, own: Sequence[int]) -> list[int]:
    """Return the places of the best thresholds, one for each class; of equal ones the nearest.

    ``own`` are the places of the method's own thresholds.
    """
    classes = len(own)
    totals = np.array([outcomes.total([place] * classes) for place in range(len(outcomes.scores))])
    joint = _best(np.where(_near_best(_mean(outcomes.f1)), totals, -np.inf), own[0])
    found = []
    for index, count in enumerate(outcomes.n_true):
        if count < FEWEST_OF_A_CLASS:
            found.append(joint)
            continue
        good = _near_best(outcomes.f1[:, index])
        right = good & outcomes.unbiased[:, index]
        # Where no threshold counts right and stands on objects, the best of those that stand.
        chosen = -outcomes.error[:, index] if right.any() else outcomes.value[:, index]
        found.append(_best(np.where(right if right.any() else good, chosen, -np.inf), joint))
    return found


def _mean(values: Numbers) -> Numbers:
    """Return the mean over the last axis without NaN, 0 where there is nothing else."""
    found: Numbers = np.nansum(values, axis=-1) / np.maximum((~np.isnan(values)).sum(axis=-1), 1)
    return found


def _near_best(scores: Numbers) -> NDArray[np.bool_]:
    scores = np.where(np.isnan(scores), 0.0, scores)
    found: NDArray[np.bool_] = scores >= scores.max() - _F1_LOSS
    return found


def _best(values: Numbers, start: int) -> int:
    """Return the place of the largest value; of equal ones that nearest to ``start``."""
    best = np.flatnonzero(values == values.max())
    return int(best[np.abs(best - start).argmin()])


def _note(classes: Sequence[str], n_true: NDArray[np.int64]) -> str:
    few = [
        f"{name} ({count})"
        for name, count in zip(classes, n_true.tolist(), strict=True)
        if count < FEWEST_OF_A_CLASS
    ]
    if len(classes) == 1 or not few:
        return ""
    return (
        f"classes with fewer than {FEWEST_OF_A_CLASS} objects have the score threshold that suits "
        f"all classes together: {', '.join(few)}"
    )
