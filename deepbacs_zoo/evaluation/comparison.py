"""Scores of several packages on the same images, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.evaluation.base import Best, EvaluationResult, Headline
from deepbacs_zoo.metrics import Estimate

__all__ = ["Comparison", "ScoreRow", "distinct_names"]

SECONDS: Final = "seconds per image"


@dataclass(frozen=True)
class ScoreRow:
    """One score of all models.

    Parameters
    ----------
    name
        The score.
    best
        Which value is the best one.
    values
        One for each model, NaN where it has none.
    baseline
        That of the classical method, ``None`` where it has none.
    winners
        For each model whether no other is better by a thousandth; nobody wins where all are equal.
    """

    name: str
    best: Best
    values: tuple[Estimate, ...]
    baseline: float | None
    winners: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several packages on the same images: their evaluations by short, distinct names."""

    evaluations: Mapping[str, EvaluationResult[Any, Any]]

    @property
    def first(self) -> EvaluationResult[Any, Any]:
        """The evaluation of the first package; all have its images and its baseline."""
        return next(iter(self.evaluations.values()))

    def rows(self) -> tuple[ScoreRow, ...]:
        """Return every score that any of the models has, and the seconds per image."""
        lines = [{each.name: each for each in of.headlines()} for of in self.evaluations.values()]
        names = dict.fromkeys(name for of in lines for name in of)
        seconds = [Estimate(each.seconds / each.images) for each in self.evaluations.values()]
        scores = [_row(name, [of.get(name) for of in lines]) for name in names]
        return (*scores, _with_winners(SECONDS, "lowest", seconds, self._baseline_seconds()))

    def _baseline_seconds(self) -> float | None:
        baseline = self.first.baseline
        return None if baseline is None else baseline.seconds / self.first.images


def distinct_names(paths: Sequence[str | Path]) -> dict[str, Path]:
    """Name packages after their files, and after their folders too where that is not enough.

    Raises
    ------
    UsageError
        One of them is there twice.
    """
    named: dict[str, Path] = {}
    stems = [_stem(Path(path)) for path in paths]
    for path, stem in zip(map(Path, paths), stems, strict=True):
        name = stem if stems.count(stem) == 1 else f"{path.absolute().parent.name}_{stem}"
        if name in named:
            raise UsageError(
                path,
                f"its results would have the same names as those of {named[name]}",
                value=name,
                allowed="packages in files or folders of different names",
                hint="name each package once, or rename one",
            )
        named[name] = path
    return named


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() in {".zip", ".yaml"} else path.absolute().name


def _row(name: str, lines: Sequence[Headline | None]) -> ScoreRow:
    values = [
        Estimate(float("nan")) if line is None else Estimate(line.value, line.low, line.high)
        for line in lines
    ]
    first = next(line for line in lines if line is not None)
    return _with_winners(name, first.best, values, first.baseline)


def _with_winners(
    name: str, best: Best, values: Sequence[Estimate], baseline: float | None
) -> ScoreRow:
    losses = [_loss(best, each.value) for each in values]
    least = min(losses)
    winners = tuple(math.isfinite(least) and loss == least for loss in losses)
    if all(winners):
        winners = (False,) * len(winners)
    return ScoreRow(name, best, tuple(values), baseline, winners)


def _loss(best: Best, value: float) -> float:
    """Return a number that is the lower, the better the value is, to a thousandth."""
    if math.isnan(value):
        return math.inf
    return round({"highest": -value, "lowest": value, "one": abs(value - 1)}[best], 3)
