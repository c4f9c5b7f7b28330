"""Thresholds of decoding, chosen by the objects that they give on images with truth.

A network is trained by its pixels, but used by its objects: the threshold that gives the best
objects is rarely 0.5.  Weigert et al. 2020 (https://doi.org/10.1109/WACV45572.2020.9093435) choose
both thresholds of StarDist so; here it is done for every kind of label image, and for boxes in
``boxes.py``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.metrics import match
from deepbacs_zoo.package.zoo_config import (
    Decoding,
    Foreground,
    LabelDecoding,
    Multilabel,
    Spline,
    StarConvex,
)

__all__ = ["IOU_THRESHOLDS", "NOTICEABLE", "Tuning", "label_score", "tune"]

Kind = TypeVar("Kind", bound=LabelDecoding)

IOU_THRESHOLDS: Final = (0.5, 0.75)
"""Objects must be found, and their outline must fit: F1 is averaged over both."""

NOTICEABLE: Final = 0.002
"""A smaller gain is chance, and the task's own threshold stays."""
_ROUNDS: Final = 2

_PROBABILITIES: Final = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
_CONVEXITIES: Final = (0.5, 0.7, 0.8, 0.85, 0.9)
_PEAKS: Final = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95)
_OVERLAPS: Final = (0.2, 0.3, 0.4, 0.5)
_CHOICES: Final[Mapping[type[Any], Mapping[str, tuple[float, ...]]]] = MappingProxyType(
    {
        Multilabel: {
            "seed_threshold": _PROBABILITIES,
            "foreground_threshold": _PROBABILITIES,
            "convexity": _CONVEXITIES,
            "peak_threshold": _PEAKS,
        },
        Foreground: {
            "threshold": _PROBABILITIES,
            "split_ratio": (0.5, 0.65, 0.75, 0.85, 0.95),
            "convexity": _CONVEXITIES,
            "peak_threshold": _PEAKS,
        },
        StarConvex: {"probability_threshold": _PROBABILITIES, "nms_threshold": _OVERLAPS},
        Spline: {"probability_threshold": _PROBABILITIES, "nms_threshold": _OVERLAPS},
    }
)


@dataclass(frozen=True)
class Tuning:
    """Thresholds that were chosen.

    Parameters
    ----------
    settings
        The decoding with the chosen thresholds.
    before, after
        The score with the thresholds that were given, and with those that were chosen; NaN where
        there is no object to score by.
    note
        A sentence about thresholds that could not be chosen as they should be; empty without any.
    """

    settings: Decoding
    before: float
    after: float
    note: str = ""


def tune(settings: Kind, score: Callable[[Kind], float]) -> Tuning:
    """Choose thresholds one after the other, two rounds, each time the best of a fixed list.

    Parameters
    ----------
    settings
        Where to begin; the other fields stay as they are.
    score
        How good a decoding is, the higher the better; NaN counts as the lowest.

    Returns
    -------
    Tuning
        Among thresholds of the same score those nearest to ``settings`` are taken, and
        ``settings`` itself unless the gain is above 0.002.
    """
    known: dict[Kind, float] = {}

    def scored(candidate: Kind) -> float:
        if candidate not in known:
            value = score(candidate)
            known[candidate] = -math.inf if math.isnan(value) else value
        return known[candidate]

    best = settings
    before = scored(settings)
    if before == -math.inf:
        return Tuning(settings, math.nan, math.nan)
    for _ in range(_ROUNDS):
        previous = best
        for name, values in _CHOICES[type(settings)].items():
            start: float = getattr(settings, name)
            for value in sorted(values, key=lambda value: abs(value - start)):
                changes: dict[str, Any] = {name: value}
                candidate = dataclasses.replace(best, **changes)
                if scored(candidate) > scored(best):
                    best = candidate
        if best == previous:
            break
    if scored(best) <= before + NOTICEABLE:
        best = settings
    return Tuning(best, before, scored(best))


def label_score(
    tensors: Sequence[NDArray[np.float32]], truths: Sequence[NDArray[np.int32]]
) -> Callable[[LabelDecoding], float]:
    """Return a function that scores a decoding by its label images.

    Parameters
    ----------
    tensors
        What the network gave for each image, ``c y x`` float32.
    truths
        Its label image, ``y x`` int32, 0 background.

    Returns
    -------
    callable
        The mean over ``IOU_THRESHOLDS`` of F1 over all images; NaN without any object.
    """

    def score(settings: LabelDecoding) -> float:
        counts = [
            match(truth, decode(settings, tensor, truth.shape), IOU_THRESHOLDS)
            for tensor, truth in zip(tensors, truths, strict=True)
        ]
        total = counts[0]
        for other in counts[1:]:
            total += other
        return float(np.mean(total.f1))

    return score
