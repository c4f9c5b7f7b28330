"""Label images of a package, scored image by image."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Annotated, Annotation
from deepbacs_zoo.annotations.labels.classes import CLASSES, predicted_classes, true_classes
from deepbacs_zoo.evaluation.baseline.method import Baseline
from deepbacs_zoo.evaluation.evaluator import Evaluator, Predict
from deepbacs_zoo.evaluation.labels.merging import about_merges
from deepbacs_zoo.evaluation.labels.result import LabelEvaluation, LabelPreview
from deepbacs_zoo.evaluation.labels.scores import LabelImageRow
from deepbacs_zoo.evaluation.labels.scoring import gather, score_image
from deepbacs_zoo.evaluation.previews import first_position, grey, preview
from deepbacs_zoo.metrics import class_iou
from deepbacs_zoo.package.zoo_config import LabelDecoding, Multilabel
from deepbacs_zoo.prediction import Engine
from deepbacs_zoo.results import Labels, Result

__all__ = ["LabelEvaluator"]


@dataclass
class LabelEvaluator(Evaluator):
    """Compares label images."""

    baseline: Baseline | None
    rows: list[LabelImageRow] = field(default_factory=list)
    baseline_rows: list[LabelImageRow] = field(default_factory=list)

    def add(self, annotated: Annotated[Annotation], predict: Predict) -> None:
        """Predict an image, and compare."""
        name, image, annotation = annotated.pair.name, annotated.image, annotated.annotation
        result, seconds, _ = predict(image, None)
        content = cast(Labels, result.content)
        truth, predicted = annotation.labels, content.array[0, 0]
        classes = _class_scores(self.decoding, truth, predicted, result)
        self.rows.append(score_image(name, truth, predicted, seconds=seconds, class_iou=classes))
        found = self._add_baseline(name, grey(result), truth)
        self.keep(
            lambda: LabelPreview(name, preview(image), truth, predicted, found),
            image.findings,
            annotation.findings,
            result.findings,
        )

    def _add_baseline(
        self, name: str, plane: NDArray[np.float32], truth: NDArray[np.int32]
    ) -> NDArray[np.int32] | None:
        if self.baseline is None:
            return None
        started = time.perf_counter()
        found = self.baseline(plane)
        seconds = time.perf_counter() - started
        classes = {"foreground": _foreground(truth, found)}
        self.baseline_rows.append(
            score_image(name, truth, found, seconds=seconds, class_iou=classes)
        )
        return found

    def result(self, package: str, engine: Engine, *, labels_complete: bool) -> LabelEvaluation:
        """Return the scores over all images."""
        baseline = self.baseline
        model = gather("model", f"{package} by {engine.name}", self.rows)
        return LabelEvaluation(
            **self.common(package, engine, labels_complete, about_merges(package, model.merges)),
            model=model,
            baseline=gather(baseline.name, baseline.description, self.baseline_rows)
            if baseline is not None
            else None,
        )


def _class_scores(
    decoding: LabelDecoding,
    truth: NDArray[np.int32],
    predicted: NDArray[np.int32],
    result: Result,
) -> dict[str, float]:
    """Return the IoU of cells against background, and of each class where the network has any."""
    found = {"foreground": _foreground(truth, predicted)}
    if isinstance(decoding, Multilabel):
        tensor = result.tensors[decoding.output]
        channels = {name: int(getattr(decoding, name)) for name in CLASSES}
        scores = class_iou(
            true_classes(truth),
            predicted_classes(first_position(tensor.array, tensor.axes), channels),
            len(CLASSES),
        )
        found |= {name: float(value) for name, value in zip(CLASSES, scores, strict=True)}
    return found


def _foreground(truth: NDArray[np.int32], predicted: NDArray[np.int32]) -> float:
    return float(class_iou(_cells(truth), _cells(predicted), 2)[1])


def _cells(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.asarray(labels > 0, np.int32)
