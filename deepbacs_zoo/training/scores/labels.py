"""Measures over the validation images of one epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.metrics import InstanceCounts, class_iou, match
from deepbacs_zoo.package.zoo_config import AnchorBoxes, LabelDecoding, read_decoding
from deepbacs_zoo.tasks import Task, Truth
from deepbacs_zoo.training.scores.boxes import BoxScores

__all__ = ["LabelScores", "Scores", "build_scores"]

_IOU: Final = 0.5


class Scores(Protocol):
    """What is gathered image by image; a new one for each epoch."""

    def add(self, output: NDArray[np.float32], truth: Truth) -> None:
        """Add an image: what the exported network gives, ``c y x``, and its annotation."""

    def measures(self) -> dict[str, float]:
        """Return the task's metrics."""


@dataclass
class LabelScores:
    """Pixels and objects of label images."""

    task: Task
    _truth: list[NDArray[np.integer]] = field(default_factory=list)
    _found: list[NDArray[np.integer]] = field(default_factory=list)
    _counts: InstanceCounts | None = None

    def add(self, output: NDArray[np.float32], truth: Truth) -> None:
        """Add an image."""
        if any(name.startswith("iou_") for name in self.task.metrics):
            self._truth.append(np.asarray(self.task.make_target(truth.content)).ravel())
            self._found.append(output.argmax(axis=0).ravel())
        settings = self._decoding
        if settings is not None:
            counts = match(truth.content, decode(settings, output, truth.shape), (_IOU,))
            self._counts = counts if self._counts is None else self._counts + counts

    def measures(self) -> dict[str, float]:
        """Return the task's metrics: pooled over all pixels, or all objects at IoU 0.5.

        A class that is nowhere, and precision when nothing was found, count as 0.
        """
        found: dict[str, float] = {}
        if self._truth:
            iou = class_iou(
                np.concatenate(self._truth), np.concatenate(self._found), len(self.task.classes)
            )
            found = {
                f"iou_{name}": value for name, value in zip(self.task.classes, iou, strict=True)
            }
        if self._counts is not None:
            found["recall"], found["precision"] = self._counts.recall[0], self._counts.precision[0]
        return {
            name: 0.0 if math.isnan(found[name]) else float(found[name])
            for name in self.task.metrics
        }

    @property
    def _decoding(self) -> LabelDecoding | None:
        if self.task.decode is None:
            return None
        settings = read_decoding({"decode": self.task.decode})
        assert not isinstance(settings, AnchorBoxes)
        return settings


SCORES: Final[Mapping[str, Callable[[Task], Scores]]] = MappingProxyType(
    {"labels": LabelScores, "boxes": BoxScores}
)
"""By the kind of annotation of the task."""


def build_scores(task: Task) -> Scores:
    """Return empty scores for a task."""
    return SCORES[task.annotation](task)
