"""Images of a package, scored against target images one by one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Annotated
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation.evaluator import Evaluator, Predict
from deepbacs_zoo.evaluation.images.result import (
    ImageEvaluation,
    ImagePreview,
    ImageScores,
    SimilarityRow,
)
from deepbacs_zoo.evaluation.previews import first_position
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import ImageSimilarity, compare_images, fit_to_target, scale_target
from deepbacs_zoo.prediction import Engine

__all__ = ["ImageEvaluator"]

INPUT: Final = (
    "input image",
    "the input image itself by the same formulas; its channels are averaged where the target has "
    "another number of them",
)

Plane = NDArray[np.float32]
Planes = NDArray[np.float32]


@dataclass
class ImageEvaluator(Evaluator):
    """Compares images with target images; the first output of a package counts."""

    rows: list[SimilarityRow] = field(default_factory=list)
    input_rows: list[SimilarityRow] = field(default_factory=list)

    def add(self, annotated: Annotated[Image], predict: Predict) -> None:
        """Predict an image, and compare prediction and input with the target."""
        pair, image, target = annotated.pair, annotated.image, _planes(annotated.annotation)
        result, seconds, _ = predict(image, None)
        tensor = next(iter(result.tensors.values()))
        predicted = first_position(tensor.array, tensor.axes)
        if predicted.shape != target.shape:
            raise DataError(
                pair.target,
                "the target image has not the size of the prediction",
                value=_size(target),
                allowed=f"{_size(predicted)}, as the package gives it",
                hint="use the target images that belong to this package",
            )
        given = _like(_planes(image), len(target))
        self.rows.append(_row(pair.name, target, predicted, seconds))
        self.input_rows.append(_row(pair.name, target, given, 0.0))
        self.keep(
            lambda: _preview(pair.name, given[0], predicted[0], target[0]),
            image.findings,
            annotated.annotation.findings,
            result.findings,
        )

    def result(self, package: str, engine: Engine, *, labels_complete: bool) -> ImageEvaluation:
        """Return the scores over all images."""
        return ImageEvaluation(
            **self.common(package, engine, labels_complete),
            model=ImageScores("model", f"{package} by {engine.name}", tuple(self.rows)),
            baseline=ImageScores(*INPUT, tuple(self.input_rows)),
        )


def _planes(image: Image) -> Planes:
    """Return the first position as ``c y x`` float32."""
    return first_position(image.data.transpose("t", "z", "c", "y", "x").values, "tzcyx")


def _size(planes: Planes) -> str:
    channels, height, width = planes.shape
    return f"{channels} channels of {width} x {height} pixels"


def _like(planes: Planes, channels: int) -> Planes:
    """Return ``c y x`` with so many channels: averaged where there is another number of them."""
    if len(planes) == channels:
        return planes
    return np.repeat(planes.mean(axis=0, keepdims=True), channels, axis=0)


def _row(name: str, target: Planes, image: Planes, seconds: float) -> SimilarityRow:
    scores = [compare_images(*planes) for planes in zip(target, image, strict=True)]
    means = {
        key.name: float(np.mean([getattr(each, key.name) for each in scores]))
        for key in dataclasses.fields(ImageSimilarity)
    }
    return SimilarityRow(name, **means, seconds=seconds)


def _preview(name: str, image: Plane, predicted: Plane, target: Plane) -> ImagePreview:
    truth = np.nan_to_num(scale_target(target))

    def fitted(plane: Plane) -> Plane:
        return np.asarray(fit_to_target(truth, plane), np.float32)

    return ImagePreview(name, fitted(image), fitted(predicted), np.asarray(truth, np.float32))
