"""The result of a prediction, frozen: tensors, and what they hold as labels, boxes or an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount
from deepbacs_zoo.results.labels.objects import ObjectRow
from deepbacs_zoo.tiling import TilePlan

__all__ = ["Boxes", "Content", "Labels", "NoObjects", "OutputTensor", "Result"]

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


class Content:
    """The objects in the tensors of a result; each kind of result has a subclass.

    Attributes
    ----------
    kind
        The key of every table of kinds: ``labels``, ``boxes`` or ``image``.
    """

    kind: ClassVar[str]

    @property
    def n_objects(self) -> int | None:
        """The number of objects; ``None`` where the kind has none."""
        return None

    @property
    def class_counts(self) -> dict[str, int] | None:
        """The number of objects of each class; ``None`` where the kind has no classes."""
        return None


@dataclass(frozen=True)
class Labels(Content):
    """Objects as a label image.

    Parameters
    ----------
    array
        ``t z y x`` int32, 0 is background, numbered from 1 at every position.
    objects
        One row per label, in calibrated units.
    """

    kind: ClassVar[str] = "labels"

    array: npt.NDArray[np.int32]
    objects: tuple[ObjectRow, ...]

    @property
    def n_objects(self) -> int:
        """The number of labels at all positions."""
        return len(self.objects)


@dataclass(frozen=True)
class Boxes(Content):
    """Objects as boxes with classes.

    Parameters
    ----------
    rows
        One row per box, in calibrated units.
    counts
        The number of boxes of each class at each position, also of those that have none.
    """

    kind: ClassVar[str] = "boxes"

    rows: tuple[BoxRow, ...]
    counts: tuple[ClassCount, ...]

    @property
    def n_objects(self) -> int:
        """The number of boxes at all positions."""
        return len(self.rows)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the package's order."""
        return tuple(dict.fromkeys(each.name for each in self.counts))

    @property
    def class_counts(self) -> dict[str, int]:
        """The number of boxes of each class at all positions."""
        return {
            name: sum(each.count for each in self.counts if each.name == name)
            for name in self.classes
        }


@dataclass(frozen=True)
class NoObjects(Content):
    """No objects: the tensors themselves are the result, for example an image."""

    kind: ClassVar[str] = "image"


@dataclass(frozen=True)
class Result:
    """Everything that one image became.

    Parameters
    ----------
    stem
        The image's name without its suffix; files are named after it.
    tensors
        Every output by its id, in the package's order.
    content
        What they hold: labels, boxes, or no objects.
    calibration
        Size of the image's pixels.
    findings
        What the user should know.
    engine
        Name and version of the engine, with weights format and device.
    plan
        The passes of one position.
    preview
        First position of the image, ``y x`` or ``y x 3`` (red, green, blue), of the image's data
        type: what outlines are drawn on.
    """

    stem: str
    tensors: Mapping[str, OutputTensor]
    content: Content
    calibration: Calibration
    findings: tuple[Finding, ...]
    engine: str
    plan: TilePlan
    preview: Array = field(repr=False)

    @property
    def n_objects(self) -> int | None:
        """The number of objects; ``None`` where the package finds none."""
        return self.content.n_objects

    @property
    def class_counts(self) -> dict[str, int] | None:
        """The number of boxes of each class at all positions; ``None`` without boxes."""
        return self.content.class_counts

    @property
    def labels(self) -> npt.NDArray[np.int32] | None:
        """``t z y x`` int32, 0 is background; ``None`` without a label image."""
        return self.content.array if isinstance(self.content, Labels) else None

    @property
    def objects(self) -> tuple[ObjectRow, ...]:
        """One row per label, in calibrated units."""
        return self.content.objects if isinstance(self.content, Labels) else ()

    @property
    def boxes(self) -> tuple[BoxRow, ...] | None:
        """One row per box, in calibrated units; ``None`` where the package finds no boxes."""
        return self.content.rows if isinstance(self.content, Boxes) else None

    @property
    def counts(self) -> tuple[ClassCount, ...]:
        """With boxes: the number of each class at each position, also where there is none."""
        return self.content.counts if isinstance(self.content, Boxes) else ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of boxes, in the package's order."""
        return self.content.classes if isinstance(self.content, Boxes) else ()
