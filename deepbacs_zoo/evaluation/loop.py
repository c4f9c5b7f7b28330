"""Predict every image of a set with truth, by the code that a user runs, and score it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from deepbacs_zoo.annotations import (
    Pair,
    find_box_folders,
    find_folders,
    match_box_pairs,
    match_pairs,
)
from deepbacs_zoo.errors import UnsupportedError, UsageError
from deepbacs_zoo.evaluation.baseline import BASELINE, Baseline
from deepbacs_zoo.evaluation.boxes.evaluator import BoxJudge
from deepbacs_zoo.evaluation.boxes.types import BoxEvaluation
from deepbacs_zoo.evaluation.evaluator import Engine, Judge
from deepbacs_zoo.evaluation.labels.evaluator import LabelJudge
from deepbacs_zoo.evaluation.labels.types import Evaluation
from deepbacs_zoo.images import Image
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Decoding, read_decoding
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import Result
from deepbacs_zoo.runners import load_session

__all__ = ["PredictOptions", "evaluate", "finds_boxes", "pairs_for"]


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
    pictures: int = 16,
    progress: Callable[[int, int], None] | None = None,
    **options: Unpack[PredictOptions],
) -> Evaluation | BoxEvaluation:
    """Score a package on images with truth, and a classical method beside it.

    A package that finds boxes is scored by boxes, any other by label images.

    Parameters
    ----------
    package
        An open package, or the path of one.
    pairs
        Images and their label images, or boxes; see ``pairs_for``.
    runner, device, trust
        As in ``predict``.
    baseline
        The classical method; ``None`` leaves it out, with boxes also the guess of counts.
    labels_complete
        Whether every object is labelled; only said in the result, scores are the same.
    pictures
        How many images are kept for overlays, from the first on.
    progress
        Called with the number of images done and their total.
    **options
        Handed on to ``predict``.

    Returns
    -------
    Evaluation or BoxEvaluation
        Rows per image, scores with intervals, pictures.

    Raises
    ------
    UsageError
        There is no pair.
    UnsupportedError
        The package does not say how its output becomes objects.
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
        decoded = _decoding_of(package)
        judge: Judge = (
            BoxJudge(decoded, baseline, pictures)
            if isinstance(decoded, AnchorBoxes)
            else LabelJudge(decoded, baseline, pictures)
        )
        session = load_session(package, runner, device, trust=trust)
        stack.callback(session.close)

        def run(image: Image, decoding: Decoding) -> tuple[Result, float]:
            started = time.perf_counter()
            result = predict(
                package, image, session=session, trust=trust, decoding=decoding, **options
            )
            return result, time.perf_counter() - started

        for done, pair in enumerate(pairs):
            judge.add(pair, run)
            if progress is not None:
                progress(done + 1, len(pairs))
        engine = Engine(package.name, session.engine, session.device, session.weights_format)
        return judge.evaluation(engine, labels_complete=labels_complete)


def pairs_for(package: Package, data: Path, part: str | None = "test") -> tuple[Pair, ...]:
    """Find the images of a folder with the annotations that fit a package.

    Parameters
    ----------
    package
        The package: one that finds boxes needs boxes, any other label images or outlines.
    data
        The folder, as ``images.find_folders`` or ``images.find_box_folders`` take it.
    part
        ``test``, ``training``, or any.

    Raises
    ------
    UsageError, DataError
        There is no such folder, or its files do not fit each other.
    """
    if finds_boxes(package):
        return match_box_pairs(*find_box_folders(data, part))
    return match_pairs(*find_folders(data, part))


def finds_boxes(package: Package) -> bool:
    """Say whether a package finds boxes, not label images.

    Raises
    ------
    UnsupportedError
        It does not say how its output becomes objects.
    """
    return isinstance(_decoding_of(package), AnchorBoxes)


def _decoding_of(package: Package) -> Decoding:
    decoding = read_decoding(package.zoo_config)
    if decoding is None:
        raise UnsupportedError(
            package.path,
            "the package does not say how its output becomes objects",
            allowed="a package with config.deepbacs_zoo.decode",
            hint="evaluate a package that deepbacs-zoo exported, or add that entry",
        )
    return decoding
