"""What scores predictions image by image, and what every such judge needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.evaluation.boxes.types import BoxEvaluation
from deepbacs_zoo.evaluation.labels.types import Evaluation
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Image
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.results import Result

__all__ = ["Engine", "Judge", "Predict", "grey", "note", "view"]

Predict = Callable[[Image, Decoding], tuple[Result, float]]
"""Predicts an image with this decoding; gives the result and the seconds it took."""


@dataclass(frozen=True)
class Engine:
    """What was scored, and what ran it."""

    package: str
    engine: str
    device: str
    weights_format: str


class Judge(Protocol):
    """Gathers image by image, and scores at the end."""

    def add(self, pair: Pair, predict: Predict) -> None:
        """Read a pair, predict its image by ``predict``, and compare.

        Raises
        ------
        DataError
            The pair is not as it must be.
        """

    def evaluation(self, engine: Engine, *, labels_complete: bool) -> Evaluation | BoxEvaluation:
        """Return the scores over all images."""


def view(image: Image) -> NDArray[np.float32]:
    """Return the first position for looking at: ``y x 3`` of a colour picture, else ``y x``."""
    plane = image.data.isel(t=0, z=0).transpose("y", "x", "c").values.astype(np.float32)
    if image.rgb and plane.shape[2] >= 3:
        return np.asarray(plane[..., :3], np.float32)
    return np.asarray(plane.mean(axis=2), np.float32)


def grey(result: Result) -> NDArray[np.float32]:
    """Return the first position as ``y x`` for the classical method; colours are averaged."""
    picture = result.picture
    return np.asarray(picture.mean(axis=2) if picture.ndim == 3 else picture, np.float32)


def note(kept: dict[Finding, None], *groups: Iterable[Finding]) -> None:
    """Keep each finding once, in the order in which they came."""
    for group in groups:
        kept.update(dict.fromkeys(group))
