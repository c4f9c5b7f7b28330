"""Boxes of a package, scored image by image."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Annotated, BoxAnnotation
from deepbacs_zoo.evaluation.baseline.method import Baseline
from deepbacs_zoo.evaluation.boxes.baseline import boxes_by_baseline
from deepbacs_zoo.evaluation.boxes.result import BoxEvaluation, BoxPreview
from deepbacs_zoo.evaluation.boxes.scores import BoxScores, DetectedBoxes
from deepbacs_zoo.evaluation.boxes.scoring import gather_boxes, guess_counts
from deepbacs_zoo.evaluation.boxes.sets import corners_of, down_to, least_scores, true_set
from deepbacs_zoo.evaluation.evaluator import Evaluator, Predict
from deepbacs_zoo.evaluation.previews import grey, preview
from deepbacs_zoo.metrics import BoxSet, ScoreThreshold
from deepbacs_zoo.prediction import Engine
from deepbacs_zoo.results import Boxes

__all__ = ["LOWEST_SCORE", "BoxEvaluator"]

LOWEST_SCORE: Final = 0.01
"""Boxes of lower scores than the package's own count for curves, down to this one."""


@dataclass
class BoxEvaluator(Evaluator):
    """Compares boxes with classes."""

    baseline: Baseline | None
    names: list[str] = field(default_factory=list)
    truth: list[BoxSet] = field(default_factory=list)
    found: list[BoxSet] = field(default_factory=list)
    least: list[NDArray[np.float64]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    corners: list[NDArray[np.float64]] = field(default_factory=list)
    baseline_seconds: list[float] = field(default_factory=list)

    def add(self, annotated: Annotated[BoxAnnotation], predict: Predict) -> None:
        """Predict an image, and keep both sets of boxes."""
        name, image, annotation = annotated.pair.name, annotated.image, annotated.annotation
        result, seconds, decoding = predict(image, down_to(self.decoding, LOWEST_SCORE))
        number = self.decoding.classes.index
        self.names.append(name)
        self.truth.append(true_set(annotation.boxes, self.decoding.classes))
        first = [row for row in cast(Boxes, result.content).rows if (row.t, row.z) == (0, 0)]
        found = BoxSet.of(
            [row.pixels for row in first],
            [number(row.name) for row in first],
            [row.score for row in first],
        )
        self.found.append(found)
        self.least.append(
            np.zeros(len(self.decoding.classes))  # the package's own boxes alone
            if decoding == self.decoding
            else least_scores(self.decoding, found)
        )
        self.seconds.append(seconds)
        self._add_baseline(grey(result))
        self.keep(
            lambda: BoxPreview(name, preview(image)),
            image.findings,
            annotation.findings,
            result.findings,
        )

    def _add_baseline(self, plane: NDArray[np.float32]) -> None:
        if self.baseline is not None:
            started = time.perf_counter()
            self.corners.append(corners_of(self.baseline(plane)))
            self.baseline_seconds.append(time.perf_counter() - started)

    def result(self, package: str, engine: Engine, *, labels_complete: bool) -> BoxEvaluation:
        """Return the scores over all images."""
        classes = self.decoding.classes

        def scored(found: DetectedBoxes, score: ScoreThreshold) -> BoxScores:
            return gather_boxes(found, self.truth, names=self.names, classes=classes, score=score)

        true = np.array([np.bincount(each.classes, minlength=len(classes)) for each in self.truth])
        baseline = self.baseline
        return BoxEvaluation(
            **self.common(package, engine, labels_complete),
            model=scored(
                DetectedBoxes("model", f"{package} by {engine.name}", self.found, self.seconds),
                np.stack(self.least),
            ),
            score_thresholds=self.decoding.score_thresholds,
            count_factors=self.decoding.count_factors,
            baseline=scored(
                boxes_by_baseline(
                    baseline, self.corners, self.baseline_seconds, self.truth, classes
                ),
                0.0,
            )
            if baseline is not None
            else None,
            constant=guess_counts(true, classes),
        )
