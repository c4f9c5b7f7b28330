"""What a prediction gives, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount
from deepbacs_zoo.results.labels.objects import ObjectRow
from deepbacs_zoo.tiling import TilePlan

__all__ = ["OutputTensor", "Result"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class OutputTensor:
    """One output of a package for a whole image.

    Parameters
    ----------
    array
        The postprocessed values, of the data type that the package states.
    axes
        Its axes: ``tzcyx``, or the output's own where it has an index axis.
    calibration
        Size of its pixels, which differs from the image's where the network scales.
    """

    array: Array
    axes: str
    calibration: Calibration


@dataclass(frozen=True)
class Result:
    """Everything that one image became.

    Parameters
    ----------
    stem
        The image's name without its suffix; files are named after it.
    tensors
        Every output by its id, in the package's order.
    labels
        ``t z y x`` int32, 0 is background, numbered from 1 at every position; ``None`` where the
        package does not say how to decode, or finds boxes.
    objects
        One row per label, in calibrated units.
    calibration
        Size of the image's pixels.
    findings
        What the user should know.
    engine
        Name and version of the engine, with weights format and device.
    plan
        The passes of one position.
    picture
        First position of the image, ``y x`` or ``y x 3`` (red, green, blue): what outlines are
        drawn on.
    boxes
        One row per box, in calibrated units; ``None`` where the package does not find boxes.
    counts
        With boxes: how many there are of each class at each position, also where there is none.
    """

    stem: str
    tensors: Mapping[str, OutputTensor]
    labels: npt.NDArray[np.int32] | None
    objects: tuple[ObjectRow, ...]
    calibration: Calibration
    findings: tuple[Finding, ...]
    engine: str
    plan: TilePlan
    picture: Array = field(repr=False)
    boxes: tuple[BoxRow, ...] | None = None
    counts: tuple[ClassCount, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of boxes, in the package's order."""
        return tuple(dict.fromkeys(each.name for each in self.counts))

    @property
    def class_counts(self) -> dict[str, int] | None:
        """How many boxes of each class there are at all positions; ``None`` without boxes."""
        if self.boxes is None:
            return None
        return {
            name: sum(each.count for each in self.counts if each.name == name)
            for name in self.classes
        }

    @property
    def found(self) -> int:
        """How many objects or boxes there are."""
        return len(self.objects) if self.boxes is None else len(self.boxes)
