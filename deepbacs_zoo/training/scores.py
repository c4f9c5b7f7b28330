"""Measures over the validation images of one epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import Multilabel, decode, read_decoding
from deepbacs_zoo.metrics import InstanceCounts, class_iou, match
from deepbacs_zoo.tasks import Task

__all__ = ["Scores"]

_IOU: Final = 0.5


@dataclass
class Scores:
    """Pixels and objects gathered image by image; a new one for each epoch."""

    task: Task
    _truth: list[NDArray[np.integer]] = field(default_factory=list)
    _found: list[NDArray[np.integer]] = field(default_factory=list)
    _counts: InstanceCounts | None = None

    def add(
        self,
        probabilities: NDArray[np.float32],
        target: NDArray[np.integer],
        labels: NDArray[np.integer],
    ) -> None:
        """Add an image: network output ``c y x``, classes ``y x``, labels ``y x``."""
        self._truth.append(target.ravel())
        self._found.append(probabilities.argmax(axis=0).ravel())
        settings = self._decoding
        if settings is not None:
            counts = match(labels, decode(settings, probabilities), (_IOU,))
            self._counts = counts if self._counts is None else self._counts + counts

    def measures(self) -> dict[str, float]:
        """Return the task's metrics: pooled over all pixels, or all objects at IoU 0.5.

        A class that is nowhere, and precision when nothing was found, count as 0.
        """
        iou = class_iou(
            np.concatenate(self._truth), np.concatenate(self._found), len(self.task.classes)
        )
        found = {f"iou_{name}": value for name, value in zip(self.task.classes, iou, strict=True)}
        if self._counts is not None:
            tp, fp, fn = (
                values[0] for values in (self._counts.tp, self._counts.fp, self._counts.fn)
            )
            found["recall"] = tp / (tp + fn) if tp + fn else 0.0
            found["precision"] = tp / (tp + fp) if tp + fp else 0.0
        return {
            name: 0.0 if math.isnan(found[name]) else float(found[name])
            for name in self.task.metrics
        }

    @property
    def _decoding(self) -> Multilabel | None:
        return read_decoding({"decode": self.task.decode}) if self.task.decode else None
