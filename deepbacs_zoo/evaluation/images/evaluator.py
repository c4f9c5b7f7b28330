"""Images of a package, scored against target images one by one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Annotated
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation.evaluator import Evaluator, Predict
from deepbacs_zoo.evaluation.images.baselines import ImageBaselines
from deepbacs_zoo.evaluation.images.guards import about_structure
from deepbacs_zoo.evaluation.images.result import ImageEvaluation, ImagePreview
from deepbacs_zoo.evaluation.images.scores import ImageScores, SimilarityRow
from deepbacs_zoo.evaluation.images.scoring import score_image
from deepbacs_zoo.evaluation.previews import first_position, on_grid_of, planes_of
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import fit_to_target, scale_target
from deepbacs_zoo.prediction import Engine

__all__ = ["ImageEvaluator"]

INPUT: Final = (
    "input image",
    "the input image itself by the same formulas; its channels are averaged where the target has "
    "another number of them, and it is interpolated where the target has more pixels",
)

Plane = NDArray[np.float32]
Planes = NDArray[np.float32]


@dataclass
class ImageEvaluator(Evaluator):
    """Compares images with target images; the first output of a package counts.

    Parameters
    ----------
    baseline
        Methods without a network; ``None`` leaves all but the input image itself out.
    """

    baseline: ImageBaselines | None
    rows: list[SimilarityRow] = field(default_factory=list)
    input_rows: list[SimilarityRow] = field(default_factory=list)
    other_rows: dict[str, list[SimilarityRow]] = field(default_factory=dict)

    def add(self, annotated: Annotated[Image], predict: Predict) -> None:
        """Predict an image, and compare prediction, input and baselines with the target."""
        pair, image, target = annotated.pair, annotated.image, planes_of(annotated.annotation)
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
        given = on_grid_of(target, planes_of(image))
        noisy = given if self.task == "denoising" else None
        score = partial(score_image, pair.name, annotated.annotation, noisy=noisy)
        self.rows.append(score(predicted, seconds=seconds))
        self.input_rows.append(score(given))
        for method in () if self.baseline is None else self.baseline.methods:
            started = time.perf_counter()
            found = np.stack(np.broadcast_arrays(*method(given.mean(axis=0), len(target))))
            row = score(found, seconds=time.perf_counter() - started)
            self.other_rows.setdefault(method.name, []).append(row)
        self.keep(
            lambda: _preview(pair.name, given[0], predicted[0], target[0]),
            image.findings,
            annotated.annotation.findings,
            result.findings,
        )

    def result(self, package: str, engine: Engine, *, labels_complete: bool) -> ImageEvaluation:
        """Return the scores over all images."""
        model = ImageScores("model", f"{package} by {engine.name}", tuple(self.rows))
        methods, remarks = (
            ((), ()) if self.baseline is None else (self.baseline.methods, self.baseline.findings)
        )
        return ImageEvaluation(
            **self.common(
                package, engine, labels_complete, (*about_structure(package, model), *remarks)
            ),
            model=model,
            baseline=ImageScores(*INPUT, tuple(self.input_rows)),
            others=tuple(
                ImageScores(each.name, each.description, tuple(self.other_rows[each.name]))
                for each in methods
            ),
        )


def _size(planes: Planes) -> str:
    channels, height, width = planes.shape
    return f"{channels} channels of {width} x {height} pixels"


def _preview(name: str, image: Plane, predicted: Plane, target: Plane) -> ImagePreview:
    truth = np.nan_to_num(scale_target(target))

    def fitted(plane: Plane) -> Plane:
        return np.asarray(fit_to_target(truth, plane), np.float32)

    return ImagePreview(name, fitted(image), fitted(predicted), np.asarray(truth, np.float32))
