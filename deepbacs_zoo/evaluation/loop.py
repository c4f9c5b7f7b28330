"""Predict every image of a set with truth, by the code that a user runs, and score it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import Multilabel, read_decoding
from deepbacs_zoo.errors import UnsupportedError, UsageError
from deepbacs_zoo.evaluation.baseline import BASELINE, Baseline
from deepbacs_zoo.evaluation.classes import CLASSES, predicted_classes, true_classes
from deepbacs_zoo.evaluation.model import Evaluation, ImageRow, Picture
from deepbacs_zoo.evaluation.scoring import gather, score_image
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Pair, read_annotated
from deepbacs_zoo.metrics import class_iou
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.prediction import Result, predict
from deepbacs_zoo.runners import load_session

__all__ = ["PredictOptions", "evaluate"]


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
) -> Evaluation:
    """Score a package on images with truth, and a classical method beside it.

    Parameters
    ----------
    package
        An open package, or the path of one.
    pairs
        Images and their label images.
    runner, device, trust
        As in ``predict``.
    baseline
        The classical method; ``None`` leaves it out.
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
    Evaluation
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
            allowed="at least one image with its label image",
            hint="check the folders source/ and target/ of the data",
        )
    with ExitStack() as stack:
        if not isinstance(package, Package):
            package = stack.enter_context(open_package(package))
        _require_decoding(package)
        session = load_session(package, runner, device, trust=trust)
        stack.callback(session.close)
        loop = _Loop(package, baseline, pictures)
        for done, pair in enumerate(pairs):
            image, truth = read_annotated(pair)
            started = time.perf_counter()
            result = predict(package, image, session=session, trust=trust, **options)
            loop.add(pair.name, truth.labels, result, time.perf_counter() - started)
            loop.findings.update(dict.fromkeys(truth.findings))
            if progress is not None:
                progress(done + 1, len(pairs))
        return Evaluation(
            package=package.name,
            engine=session.engine,
            device=session.device,
            weights_format=session.weights_format,
            model=gather("model", f"{package.name} by {session.engine}", loop.rows),
            baseline=gather(baseline.name, baseline.description, loop.baseline_rows)
            if baseline is not None
            else None,
            pictures=tuple(loop.pictures),
            findings=tuple(loop.findings),
            labels_complete=labels_complete,
        )


class _Loop:
    """What gathers while images are predicted one by one."""

    def __init__(self, package: Package, baseline: Baseline | None, pictures: int) -> None:
        self._decoding = read_decoding(package.zoo_config)
        self._baseline = baseline
        self._most_pictures = pictures
        self.rows: list[ImageRow] = []
        self.baseline_rows: list[ImageRow] = []
        self.pictures: list[Picture] = []
        # A dictionary keeps each finding once, in order.
        self.findings: dict[Finding, None] = {}

    def add(self, name: str, truth: NDArray[np.int32], result: Result, seconds: float) -> None:
        assert result.labels is not None  # decoding was required before
        predicted = result.labels[0, 0]
        plane = np.asarray(result.picture, np.float32)
        classes = self._class_iou(truth, result)
        self.rows.append(score_image(name, truth, predicted, seconds=seconds, class_iou=classes))
        found = self._add_baseline(name, plane, truth)
        if len(self.pictures) < self._most_pictures:
            self.pictures.append(Picture(name, plane, truth, predicted, found))
        self.findings.update(dict.fromkeys(result.findings))

    def _add_baseline(
        self, name: str, plane: NDArray[np.float32], truth: NDArray[np.int32]
    ) -> NDArray[np.int32] | None:
        if self._baseline is None:
            return None
        started = time.perf_counter()
        found = self._baseline(plane)
        seconds = time.perf_counter() - started
        self.baseline_rows.append(score_image(name, truth, found, seconds=seconds))
        return found

    def _class_iou(self, truth: NDArray[np.int32], result: Result) -> dict[str, float]:
        decoding = self._decoding
        if not isinstance(decoding, Multilabel):
            return {}
        tensor = result.tensors[decoding.output]
        channels = {name: int(getattr(decoding, name)) for name in CLASSES}
        scores = class_iou(
            true_classes(truth),
            predicted_classes(_channels_first(tensor.array, tensor.axes), channels),
            len(CLASSES),
        )
        return {name: float(value) for name, value in zip(CLASSES, scores, strict=True)}


def _require_decoding(package: Package) -> None:
    if read_decoding(package.zoo_config) is None:
        raise UnsupportedError(
            package.path,
            "the package does not say how its output becomes objects",
            allowed="a package with config.deepbacs_zoo.decode",
            hint="evaluate a package that deepbacs-zoo exported, or add that entry",
        )


def _channels_first(array: NDArray[np.floating], axes: str) -> NDArray[np.floating]:
    """Return the first position of an output tensor as ``c y x``."""
    kept = array[tuple(slice(None) if letter in "cyx" else 0 for letter in axes)]
    letters = "".join(letter for letter in axes if letter in "cyx")
    return np.transpose(kept, [letters.index(letter) for letter in "cyx"])
