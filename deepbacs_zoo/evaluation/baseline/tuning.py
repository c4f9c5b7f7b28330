"""Parameters of the classical method, chosen by F1 on training images.

Lengths are multiples of the objects' half width, which the labels give, as do the smallest size and
whether objects are bright.  Contrast and radius are chosen together, then the curvature, then depth
and growth, two rounds.  Of a table the value counts that is good together with its neighbours:
with few objects a single high one is chance.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.baseline.fields import TrainingField
from deepbacs_zoo.evaluation.baseline.method import Baseline, Filtered, Parameters, cores, grow

__all__ = ["tune_baseline"]

_RADII: Final = (1.5, 2, 3, 5, 8)
_LEVELS: Final = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_CURVATURES: Final = (1 / 6, 1 / 4, 1 / 3)
_DEPTHS: Final = (0.0, 0.2, 0.35, 0.5, 0.65)
_GROWTHS: Final = (0, 1, 2, 3, 4)
_ROUNDS: Final = 2
_NEIGHBORS: Final = np.outer((0.25, 0.5, 0.25), (0.25, 0.5, 0.25))


def tune_baseline(fields: Sequence[TrainingField]) -> Baseline | None:
    """Choose the parameters of the classical method.

    Parameters
    ----------
    fields
        The training images.

    Returns
    -------
    Baseline or None
        ``None`` where no parameters find any object, or there is none to find.
    """
    half_widths = [width for field in fields for width in field.half_widths]
    if not half_widths:
        return None
    half = float(np.median(half_widths))
    search = _Search(fields)
    best = Parameters(
        bright=_are_bright(fields),
        smoothing=half / 6,
        radius=_radius(3, half),
        level=0.2,
        curvature=half / 4,
        depth=0.35 * half,
        growth=0,
        min_size=min(field.min_size for field in fields if field.half_widths),
    )
    radii = tuple(dict.fromkeys(_radius(each, half) for each in _RADII))
    for _ in range(_ROUNDS):
        before = best
        best = search.best(best, radius=radii, level=_LEVELS)
        best = search.best(best, curvature=[each * half for each in _CURVATURES])
        best = search.best(best, depth=[each * half for each in _DEPTHS], growth=_GROWTHS)
        if best == before:
            break
    f1 = search.f1(best)
    return Baseline(best, len(fields), len(half_widths), f1) if f1 > 0 else None


class _Search:
    """Scores of parameters on training images, each computed once."""

    def __init__(self, fields: Sequence[TrainingField]) -> None:
        self._fields = [(Filtered(field.image), field) for field in fields]
        self._f1: dict[Parameters, float] = {}
        self._cores: tuple[Parameters, list[Any]] | None = None

    def best(self, start: Parameters, **choices: Sequence[float]) -> Parameters:
        """Return the best combination of values of one or two parameters."""
        shape = tuple(map(len, choices.values()))
        tried = [
            self._with(start, choices, values) for values in itertools.product(*choices.values())
        ]
        scores = np.array([self.f1(each) for each in tried]).reshape(shape)
        return tried[int(np.ravel_multi_index(_middle_of_best(scores), shape))]

    @staticmethod
    def _with(
        start: Parameters, choices: dict[str, Sequence[float]], values: Sequence[float]
    ) -> Parameters:
        changes: dict[str, Any] = dict(zip(choices, values, strict=True))
        return dataclasses.replace(start, **changes)

    def f1(self, chosen: Parameters) -> float:
        """Return the mean over IoU thresholds of F1 over all images."""
        if chosen not in self._f1:
            counts = [
                field.counts(grow(found, chosen.growth))
                for found, (_, field) in zip(self._found(chosen), self._fields, strict=True)
            ]
            total = sum(counts[1:], counts[0])
            self._f1[chosen] = float(np.nan_to_num(total.f1).mean())
        return self._f1[chosen]

    def _found(self, chosen: Parameters) -> list[Any]:
        """Return the objects before they grow; those of the last call are kept."""
        key = dataclasses.replace(chosen, growth=0)
        if self._cores is None or self._cores[0] != key:
            self._cores = key, [cores(image, key) for image, _ in self._fields]
        return self._cores[1]


def _middle_of_best(scores: NDArray[np.float64]) -> tuple[int, ...]:
    """Return the place of the best score of a row or a table, smoothed over its neighbours.

    Of several equal ones it is the one nearest to their mean.
    """
    if scores.ndim == 2:
        padded = np.pad(scores, 1, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, _NEIGHBORS.shape)
        scores = (windows * _NEIGHBORS).sum(axis=(2, 3))
    tied = np.argwhere(scores >= scores.max() - 1e-9)
    nearest = ((tied - tied.mean(axis=0)) ** 2).sum(axis=1).argmin()
    return tuple(tied[nearest].tolist())


def _radius(multiple: float, half: float) -> int:
    return max(round(multiple * half), 1)


def _are_bright(fields: Sequence[TrainingField]) -> bool:
    """Return whether the middle of the objects is brighter than what is around them."""
    differences = [
        float(np.median(field.image[field.core]) - np.median(field.image[field.outside]))
        for field in fields
        if field.core.any() and field.outside.any()
    ]
    return sum(differences) > 0
