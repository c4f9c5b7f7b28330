"""Measures over the validation images of one epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.metrics import InstanceCounts, class_iou, match
from deepbacs_zoo.tasks import GroundTruth, Method

__all__ = ["LabelScores"]

_IOU: Final = 0.5


@dataclass
class LabelScores:
    """Pixels and objects of label images."""

    method: Method
    _truth: list[NDArray[np.integer]] = field(default_factory=list)
    _found: list[NDArray[np.integer]] = field(default_factory=list)
    _counts: InstanceCounts | None = None

    def add(self, output: NDArray[np.float32], truth: GroundTruth) -> None:
        """Add an image: the output, ``c y x`` float32, and the annotation."""
        if any(name.startswith("iou_") for name in self.method.metrics):
            self._truth.append(np.asarray(self.method.make_target(truth.content)).ravel())
            self._found.append(output.argmax(axis=0).ravel())
        settings: Any = self.method.decode
        if settings is not None:
            counts = match(truth.content, decode(settings, output, truth.shape), (_IOU,))
            self._counts = counts if self._counts is None else self._counts + counts

    def measures(self) -> dict[str, float]:
        """Return the method's metrics: pooled over all pixels, or all objects at IoU 0.5.

        A class that is nowhere, and precision when nothing was found, count as 0.
        """
        found: dict[str, float] = {}
        if self._truth:
            iou = class_iou(
                np.concatenate(self._truth), np.concatenate(self._found), len(self.method.classes)
            )
            found = {
                f"iou_{name}": value for name, value in zip(self.method.classes, iou, strict=True)
            }
        if self._counts is not None:
            found["recall"], found["precision"] = self._counts.recall[0], self._counts.precision[0]
        return {
            name: 0.0 if math.isnan(found[name]) else float(found[name])
            for name in self.method.metrics
        }
