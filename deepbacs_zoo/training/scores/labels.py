"""Measures over the validation images of one epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.evaluation.labels.merging import about_merges
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.metrics import InstanceCounts, Merges, class_iou, match, merges_and_splits
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
    _merges: Merges = field(default_factory=Merges)

    def add(self, output: NDArray[np.float32], truth: GroundTruth) -> None:
        """Add an image: the output, ``c y x`` float32, and the annotation."""
        if any(name.startswith("iou_") for name in self.method.metrics):
            self._truth.append(np.asarray(self.method.make_target(truth.content)).ravel())
            self._found.append(output.argmax(axis=0).ravel())
        settings: Any = self.method.decode
        if settings is not None:
            found = decode(settings, output, truth.shape)
            counts = match(truth.content, found, (_IOU,))
            self._counts = counts if self._counts is None else self._counts + counts
            self._merges += merges_and_splits(truth.content, found)

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

    def final(self) -> dict[str, float]:
        """Return F1 at IoU 0.5 and the shares of merged and split objects, where they are known."""
        if self._counts is None:
            return {}
        merges = self._merges
        scores = {
            f"F1 at IoU {_IOU}": self._counts.f1[0],
            "share of merged objects": merges.merged_share,
            "share of split objects": merges.split_share,
        }
        return {name: value for name, value in scores.items() if math.isfinite(value)}

    def warnings(self, where: Path) -> tuple[Finding, ...]:
        """Return the warning about merged objects."""
        return about_merges(where, self._merges)
