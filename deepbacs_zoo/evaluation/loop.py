"""Predict every image of a set with ground truth, by the code that a user runs, and score it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.evaluation.base import EvaluationResult
from deepbacs_zoo.evaluation.baseline import BASELINE, Baseline
from deepbacs_zoo.evaluation.comparison import Comparison, distinct_names
from deepbacs_zoo.evaluation.evaluator import Engine
from deepbacs_zoo.evaluation.kinds import KINDS, kind_of
from deepbacs_zoo.images import Image
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import Result
from deepbacs_zoo.runners import load_session

__all__ = ["compare", "evaluate", "require_one_kind"]


class PredictOptions(TypedDict, total=False):
    """Options that are handed on to ``prediction.predict``."""

    border: Literal["none", "halo"]
    memory: int
    pixel_size: float | None
    rescale: Literal["none", "auto"]


def evaluate(
    package: Package | str | Path,
    pairs: Sequence[Pair],
    *,
    runner: str | None = None,
    device: str = "auto",
    trust: bool = False,
    baseline: Baseline | None = BASELINE,
    labels_complete: bool = True,
    previews: int = 16,
    progress: Callable[[int, int], None] | None = None,
    **options: Unpack[PredictOptions],
) -> EvaluationResult[Any, Any]:
    """Score a package on images with ground truth, and a baseline beside it.

    The kind of the package's results decides what it is compared with: label images, boxes, or
    target images.

    Parameters
    ----------
    package
        An open package, or the path of one.
    pairs
        Images and their annotations; see ``pairs_for``.
    runner, device, trust
        As in ``predict``.
    baseline
        The classical method; ``None`` leaves it out, with boxes also the guess of counts.  Images
        are always compared with the input image itself.
    labels_complete
        Whether every object is labelled; only said in the result, scores are the same.
    previews
        How many images are kept for overlays, from the first on.
    progress
        Called with the number of images done and their total.
    **options
        Handed on to ``predict``.

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
    if not pairs:
        raise UsageError(
            "pairs",
            "there is no image to score",
            value=0,
            allowed="at least one image with its annotation",
            hint="check the folders source/ and target/ of the data",
        )
    with ExitStack() as stack:
        if not isinstance(package, Package):
            package = stack.enter_context(open_package(package))
        decoding = package.zoo_config.decode
        evaluator = KINDS[kind_of(package)].evaluator(decoding, baseline, previews)
        session = load_session(package, runner, device, trust=trust)
        stack.callback(session.close)

        def run(image: Image, decoding: Decoding | None) -> tuple[Result, float]:
            started = time.perf_counter()
            result = predict(
                package, image, session=session, trust=trust, decoding=decoding, **options
            )
            return result, time.perf_counter() - started

        for done, pair in enumerate(pairs):
            evaluator.add(pair, run)
            if progress is not None:
                progress(done + 1, len(pairs))
        engine = Engine(package.name, session.engine, session.device, session.weights_format)
        return evaluator.result(engine, labels_complete=labels_complete)


def compare(
    packages: Mapping[str, Path] | Sequence[str | Path],
    pairs: Sequence[Pair],
    *,
    runner: str | None = None,
    device: str = "auto",
    trust: bool = False,
    baseline: Baseline | None = BASELINE,
    labels_complete: bool = True,
    previews: int = 16,
    progress: Callable[[str, int, int], None] | None = None,
    **options: Unpack[PredictOptions],
) -> Comparison:
    """Score several packages, and a baseline once, on the same images.

    Parameters
    ----------
    packages
        Paths by name, or paths that are named after their files.
    pairs
        Images and annotations that fit the packages; see ``pairs_for``.
    runner, device, trust, baseline, labels_complete, previews, **options
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
    evaluations: dict[str, EvaluationResult[Any, Any]] = {}
    for name, path in named.items():
        first = next(iter(evaluations.values()), None)
        with open_package(path) as package:
            shared = first is not None and first.shares_baseline(package.zoo_config.decode)
            evaluation = evaluate(
                package,
                pairs,
                runner=runner,
                device=device,
                trust=trust,
                baseline=None if shared else baseline,
                labels_complete=labels_complete,
                previews=previews,
                progress=None if progress is None else _named(progress, name),
                **options,
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
        with open_package(path) as package:
            kinds[name] = kind_of(package)
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
