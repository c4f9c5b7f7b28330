"""Evaluators: they gather predictions image by image, and score at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deepbacs_zoo.annotations import Annotated
from deepbacs_zoo.evaluation.base import EvaluationResult
from deepbacs_zoo.findings import Finding, Gathered
from deepbacs_zoo.images import Image
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.prediction import Engine
from deepbacs_zoo.results import Result

__all__ = ["Evaluator", "Predict", "Predicted"]


class Predicted(NamedTuple):
    """The prediction of an image.

    Parameters
    ----------
    result
        The result.
    seconds
        How long it took.
    decoding
        What it was decoded with: the asked one, unless the predictor takes none.
    """

    result: Result
    seconds: float
    decoding: Decoding | None


Predict = Callable[[Image, Decoding | None], Predicted]
"""Predicts an image, with another decoding than the package's unless that is ``None``."""


@dataclass
class Evaluator(ABC):
    """Gathers image by image, and scores at the end.

    Parameters
    ----------
    decoding
        How the package's output becomes objects; ``None`` where it stays an image.
    baseline
        The classical method; ``None`` leaves it out.
    most_previews
        How many images are kept for overlays, from the first on.
    task
        One of DeepBacs' tasks, ``None`` where the package does not say.
    """

    decoding: Any
    baseline: Any
    most_previews: int
    task: str | None = None
    previews: list[Any] = field(default_factory=list)
    findings: Gathered = field(default_factory=Gathered)

    @abstractmethod
    def add(self, annotated: Annotated[Any], predict: Predict) -> None:
        """Predict an image by ``predict``, and compare with its ground truth.

        Raises
        ------
        DataError
            The prediction does not fit the ground truth.
        """

    @abstractmethod
    def result(
        self, package: str, engine: Engine, *, labels_complete: bool
    ) -> EvaluationResult[Any, Any]:
        """Return the scores over all images, of a package by its name."""

    def common(
        self,
        package: str,
        engine: Engine,
        labels_complete: bool,
        findings: Iterable[Finding] = (),
    ) -> dict[str, Any]:
        """Return the fields that the results of all kinds have, but for the scores.

        ``findings`` are those about the scores, which come first.
        """
        return {
            "package": package,
            "engine": engine.name,
            "device": engine.device,
            "weights_format": engine.weights_format,
            "previews": tuple(self.previews),
            "findings": (*findings, *self.findings.together()),
            "labels_complete": labels_complete,
        }

    def keep(self, preview: Callable[[], object], *findings: Iterable[Finding]) -> None:
        """Keep the preview of one of the first images, and the findings about the image."""
        if len(self.previews) < self.most_previews:
            self.previews.append(preview())
        self.findings.add(*findings)
