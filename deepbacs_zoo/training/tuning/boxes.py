"""Thresholds of boxes, chosen by how they count: one of the score for each class.

A detector is asked for counts, class by class.  The threshold that suits all classes together
misses cells of the one and finds too many of the other; so each class has its own, at which as many
boxes are found as there are.  Among thresholds whose mean count error over the images is zero
within its standard error, the one with the least absolute error is taken.  A class with few objects
keeps the threshold that suits all classes together.

Scores are lower in some images than in others, and then no threshold counts both right.  So a class
with several objects in an image has a count factor, by which an image has as many boxes as its
scores speak for; again that of no bias, and a low threshold.  A threshold stays where its error is
within a tenth of the objects, or lower by more than chance explains.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.anchor_boxes import decode_boxes
from deepbacs_zoo.evaluation.boxes.sets import down_to, found_set, least_scores
from deepbacs_zoo.metrics import BoxMatches, BoxSet, f1, match_boxes
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
_LOW_SCORES: Final = (0.1, 0.15, 0.2, 0.3)
"""Score thresholds under a count factor: what is below speaks for nothing."""
_FACTORS: Final = tuple(round(0.2 + 0.02 * step, 2) for step in range(91))
_SEVERAL: Final = 4
"""Objects of a class in an image, on average, whose scores sum up to a number of boxes."""
_RIGHT: Final = 0.1
"""Count error as a share of the objects up to which a threshold counts right."""
_SURE: Final = 1.64
"""A threshold takes the place of a count factor where its count error is lower by more than so many
standard errors: in 95 of 100 draws chance alone does less."""
_FEWEST_IMAGES: Final = 5
"""A standard error of fewer says nothing, and thresholds stay."""

Numbers = NDArray[np.float64]


class _Option(NamedTuple):
    """A score threshold, with a count factor or without (0)."""

    score: float
    factor: float = 0.0


_COUNTED: Final = tuple(_Option(score, factor) for score in _LOW_SCORES for factor in _FACTORS)


@dataclass(frozen=True, eq=False)
class _Outcomes:
    """Right, wrong and missing boxes under many options.

    Parameters
    ----------
    options
        The options.
    counts
        ``options images classes 3`` int64: TP, FP, FN.
    """

    options: tuple[_Option, ...]
    counts: NDArray[np.int64]

    @cached_property
    def n_true(self) -> NDArray[np.int64]:
        """True boxes of each class."""
        found: NDArray[np.int64] = self.counts[0][..., [0, 2]].sum(axis=(0, 2))
        return found

    @cached_property
    def errors(self) -> NDArray[np.int64]:
        """Found less true boxes, ``options images classes``."""
        found: NDArray[np.int64] = self.counts[..., 1] - self.counts[..., 2]
        return found

    @cached_property
    def f1(self) -> Numbers:
        """F1 over all images, ``options classes``; NaN for a class that is nowhere."""
        return f1(*np.moveaxis(self.counts.sum(axis=1).astype(np.float64), -1, 0))

    @cached_property
    def error(self) -> Numbers:
        """Mean absolute count error, ``options classes``."""
        found: Numbers = np.abs(self.errors).mean(axis=1)
        return found

    @cached_property
    def unbiased(self) -> NDArray[np.bool_]:
        """True where the mean error is zero within its standard error, ``options classes``.

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

    def total(self, places: Sequence[int]) -> float:
        """Return the mean value over the classes that are anywhere, one option each."""
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
    every = [_decoded(settings, each, tensors, truths, sizes) for each in overlaps]
    if not any(map(len, truths)):
        return Tuning(settings, math.nan, math.nan)
    own = [*map(_Option, settings.score_thresholds, settings.count_factors)]
    each_class = range(len(own))
    before = every[0].outcomes(own).total(each_class)
    scores = sorted({*_SCORES, *settings.score_thresholds})
    simple = [boxes.outcomes([_Option(score) for score in scores]) for boxes in every]
    first = scores.index(own[0].score)
    chosen = [
        (boxes, each, _chosen(each, first)) for boxes, each in zip(every, simple, strict=True)
    ]
    boxes, best, places = max(chosen, key=lambda row: row[1].total(row[2]))
    counted = boxes.outcomes(_COUNTED)
    options = [_better(best, counted, index, place) for index, place in enumerate(places)]
    after = boxes.outcomes(options).total(each_class)
    if not after > before + NOTICEABLE:
        return Tuning(settings, before, before)
    found = dataclasses.replace(
        settings,
        nms_threshold=boxes.settings.nms_threshold,
        score_threshold=_one_or_more([option.score for option in options]),
        count_factor=_one_or_more([option.factor for option in options]),
    )
    return Tuning(found, before, after, _note(settings.classes, best.n_true))


def _one_or_more(values: Sequence[float]) -> float | tuple[float, ...]:
    return tuple(values) if len(set(values)) > 1 else values[0]


@dataclass(frozen=True, eq=False)
class _Boxes:
    """The boxes of one suppression down to the lowest score, among which are all others.

    Parameters
    ----------
    settings
        What they are decoded with.
    found
        Those of each image.
    matches
        With the true ones.
    """

    settings: AnchorBoxes
    found: Sequence[BoxSet]
    matches: BoxMatches

    def outcomes(self, options: Sequence[_Option]) -> _Outcomes:
        """Count what the options leave of the boxes."""
        counts = [self.matches.counts(BOX_IOU, self._least(option)) for option in options]
        return _Outcomes(tuple(options), np.stack(counts))

    def _least(self, option: _Option) -> Numbers:
        """Return the score from which boxes stay, ``images classes``."""
        own = dataclasses.replace(
            self.settings, score_threshold=option.score, count_factor=option.factor
        )
        return np.stack([least_scores(own, found) for found in self.found])


def _decoded(
    settings: AnchorBoxes,
    overlap: float,
    tensors: Sequence[NDArray[np.float32]],
    truths: Sequence[BoxSet],
    sizes: Sequence[tuple[int, int]],
) -> _Boxes:
    every = dataclasses.replace(down_to(settings, _SCORES[0]), nms_threshold=overlap)
    found = [
        found_set(decode_boxes(every, tensor, size))
        for tensor, size in zip(tensors, sizes, strict=True)
    ]
    return _Boxes(every, found, match_boxes(truths, found, len(settings.classes), (BOX_IOU,)))


def _chosen(outcomes: _Outcomes, first: int) -> list[int]:
    """Return the places of the best thresholds, one for each class; of equal ones the nearest.

    ``first`` is the place of the method's own threshold.
    """
    classes = len(outcomes.n_true)
    totals = np.array([outcomes.total([place] * classes) for place in range(len(outcomes.options))])
    joint = _best(np.where(_near_best(_mean(outcomes.f1)), totals, -np.inf), first)
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


def _better(simple: _Outcomes, counted: _Outcomes, index: int, place: int) -> _Option:
    """Return the option of a class: a count factor, or the threshold that is surely better."""
    option, n_true, images = simple.options[place], simple.n_true[index], simple.errors.shape[1]
    few = n_true < max(FEWEST_OF_A_CLASS, _SEVERAL * images) or images < _FEWEST_IMAGES
    if few or simple.error[place, index] * images <= _RIGHT * n_true:
        return option
    least = np.nan_to_num(simple.f1[:, index]).max() - _F1_LOSS
    bias = np.abs(counted.errors[..., index].mean(axis=1))
    error = np.where(counted.f1[:, index] >= least, counted.error[:, index], np.inf)
    # For each low score the factor of the least bias; of these that of the least error.
    groups = np.arange(len(counted.options)).reshape(len(_LOW_SCORES), -1)
    unbiased = [group[np.lexsort((error[group], bias[group]))[0]] for group in groups]
    found = min(unbiased, key=lambda number: error[number])
    more = np.abs(counted.errors[found, :, index]) - np.abs(simple.errors[place, :, index])
    worse = more.mean() > _SURE * more.std(ddof=1) / math.sqrt(images)
    return option if worse or not np.isfinite(error[found]) else counted.options[found]


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
