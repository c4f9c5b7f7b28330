"""Predict every image of a set with ground truth, by the code that a user runs, and score it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.annotations import LabelOptions, Pair
from deepbacs_zoo.annotations.kinds import KINDS as ANNOTATIONS
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.evaluation.base import EvaluationResult
from deepbacs_zoo.evaluation.baseline.choosing import choose_baseline
from deepbacs_zoo.evaluation.comparison import Comparison, distinct_names
from deepbacs_zoo.evaluation.evaluator import Predicted
from deepbacs_zoo.evaluation.kinds import KINDS
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images import Image
from deepbacs_zoo.models import package_path
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.prediction import PredictOptions, Predictor, open_local
from deepbacs_zoo.prediction.options import DEFAULTS

__all__ = ["compare", "evaluate", "require_one_kind"]


TAKES_NO_DECODING: Final = Rule(
    "evaluation-above-package-score",
    Severity.WARNING,
    "Average precision needs boxes of every score, but this predictor finds those that the package "
    "asks for alone.",
)


def evaluate(  # long: half of it documents its parameters
    package: Package | Predictor | str | Path,
    pairs: Sequence[Pair],
    *,
    runner: str | None = None,
    device: str = "auto",
    trust: bool = False,
    options: PredictOptions = DEFAULTS,
    labels: LabelOptions = AS_THEY_ARE,
    training: Sequence[Pair] | None = None,
    labels_complete: bool = True,
    previews: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> EvaluationResult[Any, Any]:
    """Score a package on images with ground truth, and a baseline beside it.

    The kind of the package's results decides what it is compared with: label images, boxes, or
    target images.

    Parameters
    ----------
    package
        A predictor of a package, which stays open; or a package, open or by its path, which is run
        in this process.
    pairs
        Images and their annotations; see ``pairs_for``.
    runner, device, trust
        As in ``predict``; a predictor has its own.
    options
        Options of the prediction.
    labels
        The meaning of the values of label images and masks.
    training
        Images and annotations that the baseline, a classical method, is tuned on; ``None`` for
        those in a folder ``training`` beside the scored ones, without which it is left out and a
        finding says so.  None at all leaves it out.  Images are always compared with the input
        image itself, and with the methods of their task that are tuned so.
    labels_complete
        Whether every object is labelled; only said in the result, scores are the same.
    previews
        How many images are kept for overlays, from the first on.
    progress
        Called with the number of images done and their total.

    Returns
    -------
    EvaluationResult
        Rows per image, scores with intervals, previews.

    Raises
    ------
    UsageError
        There is no pair.
    DataError
        A pair is not as it must be; scores of the rest would be of another data set.
    """
    _require_some(pairs)
    with ExitStack() as stack:
        predictor = (
            stack.enter_context(open_local(package, runner=runner, device=device, trust=trust))
            if isinstance(package, Package | str | Path)
            else package
        )
        return _scored(
            predictor,
            pairs,
            _baseline(predictor.package, training, pairs, labels),
            options=options,
            labels=labels,
            labels_complete=labels_complete,
            previews=previews,
            progress=progress,
        )


def _require_some(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise UsageError(
            "pairs",
            "there is no image to score",
            value=0,
            allowed="at least one image with its annotation",
            hint="check the folders source/ and target/ of the data",
        )


def _baseline(
    package: Package, training: Sequence[Pair] | None, pairs: Sequence[Pair], labels: LabelOptions
) -> Any:  # noqa: ANN401 - each kind has its own
    """Return the tuned classical method, why it is left out, or ``None`` where it has no place."""
    config = package.zoo_config
    tuning = KINDS[config.result].tuning
    if tuning is None or (training is not None and not training):
        return None
    kind, classes = ANNOTATIONS[config.result], getattr(config.decode, "classes", None)
    return choose_baseline(
        kind,
        tuning.field,
        lambda fields: tuning.tune(fields, config.task),
        training,
        pairs,
        classes,
        labels,
    )


def _scored(
    predictor: Predictor,
    pairs: Sequence[Pair],
    baseline: Any,  # noqa: ANN401 - each kind has its own
    *,
    options: PredictOptions,
    labels: LabelOptions,
    labels_complete: bool,
    previews: int,
    progress: Callable[[int, int], None] | None,
) -> EvaluationResult[Any, Any]:
    """Score a package that is open, beside a baseline that is chosen."""
    opened = predictor.package
    decoding = opened.zoo_config.decode
    method, left_out = (None, (baseline,)) if isinstance(baseline, Finding) else (baseline, ())
    evaluator = KINDS[opened.zoo_config.result].evaluator(
        decoding, method, previews, opened.zoo_config.task
    )
    predict = _Timed(predictor, options)
    classes = getattr(decoding, "classes", None)
    annotated = ANNOTATIONS[opened.zoo_config.result].read(pairs, classes, labels)
    for done, each in enumerate(annotated, start=1):
        evaluator.add(each, predict)
        if progress is not None:  # a movie is one pair and many images
            progress(done, max(done, len(pairs)))
    found = evaluator.result(opened.name, predictor.engine, labels_complete=labels_complete)
    return dataclasses.replace(found, findings=(*found.findings, *predict.findings, *left_out))


class _Timed:
    """Predicts by a predictor and takes the time; weights are loaded before the first image."""

    def __init__(self, predictor: Predictor, options: PredictOptions) -> None:
        self._predictor, self._options = predictor, options
        self.findings: dict[Finding, None] = {}
        _ = predictor.engine

    def __call__(self, image: Image, decoding: Decoding | None) -> Predicted:
        if decoding is not None and not self._predictor.takes_decoding:
            decoding = None
            finding = TAKES_NO_DECODING.finding(
                self._predictor.package.path,
                "boxes of a lower score than the package's own are not known to "
                f"{self._predictor.engine.name}: average precision and curves end there",
                "a predictor in Python",
                "evaluate in Python if these scores matter",
            )
            self.findings[finding] = None
        decoding = decoding or self._options.decoding
        options = dataclasses.replace(self._options, decoding=decoding)
        started = time.perf_counter()
        result = self._predictor.predict(image, options)
        seconds = time.perf_counter() - started
        return Predicted(result, seconds, decoding or self._predictor.package.zoo_config.decode)


def compare(  # long: half of it documents its parameters
    packages: Mapping[str, Path] | Sequence[str | Path],
    pairs: Sequence[Pair],
    *,
    open_predictor: Callable[[Package], Predictor] = open_local,
    options: PredictOptions = DEFAULTS,
    labels: LabelOptions = AS_THEY_ARE,
    training: Sequence[Pair] | None = None,
    labels_complete: bool = True,
    previews: int = 16,
    progress: Callable[[str, int, int], None] | None = None,
) -> Comparison:
    """Score several packages, and a baseline once, on the same images.

    Parameters
    ----------
    packages
        Paths by name, or paths that are named after their files.
    pairs
        Images and annotations that fit the packages; see ``pairs_for``.
    open_predictor
        Opens a predictor of each package, which is closed after it.
    options, labels, training, labels_complete, previews
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
        The packages give results of different kinds, or one is named twice.
    DeepbacsZooError
        As ``evaluate``.
    """
    named = packages if isinstance(packages, Mapping) else distinct_names(packages)
    require_one_kind({str(path): path for path in named.values()})
    _require_some(pairs)
    evaluations: dict[str, EvaluationResult[Any, Any]] = {}
    for name, path in named.items():
        first = next(iter(evaluations.values()), None)
        with open_package(package_path(path)) as package, open_predictor(package) as predictor:
            shared = first is not None and first.shares_baseline(package.zoo_config.decode)
            evaluation = _scored(
                predictor,
                pairs,
                None if shared else _baseline(package, training, pairs, labels),
                options=options,
                labels=labels,
                labels_complete=labels_complete,
                previews=previews,
                progress=None if progress is None else _named(progress, name),
            )
        if first is not None and shared:
            evaluation = evaluation.with_baseline_of(first)
        evaluations[name] = evaluation
    return Comparison(evaluations)


def require_one_kind(packages: Mapping[str, Path]) -> None:
    """Refuse packages that give results of different kinds.

    Parameters
    ----------
    packages
        By what the user knows them by: a run's package is a draft that is soon gone.

    Raises
    ------
    UsageError
        They do: no annotation fits both.
    """
    kinds: dict[str, str] = {}
    for name, path in packages.items():
        with open_package(package_path(path)) as package:
            kinds[name] = package.zoo_config.result
    first = next(iter(kinds))
    for name, kind in kinds.items():
        if kind != kinds[first]:
            raise UsageError(
                name,
                f"it gives {KINDS[kind].noun}, but {first} gives {KINDS[kinds[first]].noun}, and "
                "no annotation fits both",
                allowed="packages of one kind",
                hint="evaluate them apart, each with the annotations that fit it",
            )


def _named(progress: Callable[[str, int, int], None], name: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(name, done, total)
