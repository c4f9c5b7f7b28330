"""Several packages on the same images, score by score."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Unpack

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.evaluation.base import Best, Headline
from deepbacs_zoo.evaluation.baseline import BASELINE, Baseline
from deepbacs_zoo.evaluation.boxes.types import BoxEvaluation
from deepbacs_zoo.evaluation.estimates import Estimate
from deepbacs_zoo.evaluation.labels.types import Evaluation
from deepbacs_zoo.evaluation.loop import PredictOptions, evaluate, finds_boxes
from deepbacs_zoo.package import open_package

__all__ = ["Comparison", "ScoreRow", "compare", "distinct_names", "require_one_kind"]

AnyEvaluation = Evaluation | BoxEvaluation
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

    evaluations: Mapping[str, AnyEvaluation]

    @property
    def first(self) -> AnyEvaluation:
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


def compare(
    packages: Mapping[str, Path] | Sequence[str | Path],
    pairs: Sequence[Pair],
    *,
    runner: str | None = None,
    device: str = "auto",
    trust: bool = False,
    baseline: Baseline | None = BASELINE,
    labels_complete: bool = True,
    pictures: int = 16,
    progress: Callable[[str, int, int], None] | None = None,
    **options: Unpack[PredictOptions],
) -> Comparison:
    """Score several packages, and a classical method once, on the same images.

    Parameters
    ----------
    packages
        Paths by name, or paths that are named after their files.
    pairs
        Images and what fits the packages: label images, or boxes; see ``pairs_for``.
    runner, device, trust, baseline, labels_complete, pictures, **options
        As in ``evaluate``.
    progress
        Called with the name of a package, the number of its images done, and their total.

    Returns
    -------
    Comparison
        The evaluations by name.

    Raises
    ------
    UsageError
        Some of the packages find boxes and others give label images, or one is named twice.
    DeepbacsZooError
        As ``evaluate``.
    """
    named = packages if isinstance(packages, Mapping) else distinct_names(packages)
    require_one_kind({str(path): path for path in named.values()})
    found: dict[str, AnyEvaluation] = {}
    for name, path in named.items():
        done = None if progress is None else _named(progress, name)
        known = next((each for each in found.values() if baseline is not None), None)
        evaluation = evaluate(
            path,
            pairs,
            runner=runner,
            device=device,
            trust=trust,
            baseline=baseline if known is None or not _same_classes(known, path) else None,
            labels_complete=labels_complete,
            pictures=pictures,
            progress=done,
            **options,
        )
        found[name] = _with_baseline_of(known, evaluation)
    return Comparison(found)


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


def require_one_kind(packages: Mapping[str, Path]) -> None:
    """Refuse packages of which some find boxes and others give label images.

    Parameters
    ----------
    packages
        By what the user knows them by: a run's package is a draft that is soon gone.

    Raises
    ------
    UsageError
        They do: no annotation fits both.
    """
    with ExitStack() as stack:
        kinds = {
            name: finds_boxes(stack.enter_context(open_package(path)))
            for name, path in packages.items()
        }
    boxes = [name for name, found in kinds.items() if found]
    labels = [name for name, found in kinds.items() if not found]
    if boxes and labels:
        raise UsageError(
            boxes[0],
            f"it finds boxes, but {labels[0]} gives label images, and no annotation fits both",
            allowed="packages of one kind",
            hint="evaluate them apart, each with the annotations that fit it",
        )


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() in {".zip", ".yaml"} else path.absolute().name


def _named(progress: Callable[[str, int, int], None], name: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(name, done, total)


def _same_classes(known: AnyEvaluation, path: Path) -> bool:
    """Say whether a package can share a baseline: that of boxes depends on the classes."""
    if not isinstance(known, BoxEvaluation):
        return True
    with open_package(path) as package:
        block = package.zoo_config.get("decode")
    classes = block.get("classes") if isinstance(block, Mapping) else None
    return list(known.classes) == classes


def _with_baseline_of(known: AnyEvaluation | None, evaluation: AnyEvaluation) -> AnyEvaluation:
    if known is None or evaluation.baseline is not None:
        return evaluation
    if isinstance(known, BoxEvaluation) and isinstance(evaluation, BoxEvaluation):
        return dataclasses.replace(evaluation, baseline=known.baseline, constant=known.constant)
    if isinstance(known, Evaluation) and isinstance(evaluation, Evaluation):
        return dataclasses.replace(evaluation, baseline=known.baseline)
    return evaluation


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
