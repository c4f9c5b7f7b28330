"""Rows of annotations: a folder as somebody has it, and the objects that must be read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from tests.benchmarks.field.rows import Refused

__all__ = ["BOXES", "FIELD", "LABELS", "AnnotationRow", "Boxes", "Labels", "folder_of"]

SIZE = (24, 32)
BOXES = ((2, 2, 10, 8), (14, 2, 22, 8), (5, 14, 25, 20))
"""Three objects: left, top, right and lower edge."""


def _labels() -> np.ndarray:
    labels = np.zeros(SIZE, np.int32)
    for number, (x0, y0, x1, y1) in enumerate(BOXES, 1):
        labels[y0:y1, x0:x1] = number
    return labels


LABELS = _labels()
FIELD = (np.arange(SIZE[0] * SIZE[1]).reshape(SIZE) % 251 + 400 * (LABELS > 0)).astype(np.uint16)


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of each image of the folder, ``y x``, and the ids of the findings."""

    images: Mapping[str, np.ndarray]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = " + ".join(str(len(np.unique(each[each > 0]))) for each in self.images.values())
        return f"{counts} objects{_said(self.notes)}"


@dataclass(frozen=True)
class Boxes:
    """Boxes of each image, left, top, right, lower edge and class; the ids of the findings."""

    images: Mapping[str, Sequence[tuple[float, float, float, float, str]]]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = " + ".join(str(len(each)) for each in self.images.values())
        return f"{counts} boxes{_said(self.notes)}"


def _said(notes: Sequence[str]) -> str:
    return f", says {', '.join(notes)}" if notes else ""


@dataclass(frozen=True)
class AnnotationRow:
    """A folder of images and annotations.

    Parameters
    ----------
    name
        ``format/oddity``.
    part
        The part of the matrix.
    kind
        ``labels`` or ``boxes``: what is trained with it.
    write
        Writes an empty folder.
    expected
        What must be read.
    classes
        Names of classes that are known; ``None`` for any.
    options
        Arguments of ``LabelOptions``.
    """

    name: str
    part: str
    kind: str
    write: Callable[[Path], None]
    expected: Labels | Boxes | Refused
    classes: Sequence[str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The expectation in words."""
        return str(self.expected)


def folder_of(
    annotate: Callable[[Path], object], images: Sequence[str] = ("f0",)
) -> Callable[[Path], None]:
    """Return a writer of images in ``source/``, annotated in ``target/`` by a function."""

    def write(folder: Path) -> None:
        source, target = folder / "source", folder / "target"
        source.mkdir()
        target.mkdir()
        for name in images:
            tifffile.imwrite(source / f"{name}.tif", FIELD)
        annotate(target)

    return write
