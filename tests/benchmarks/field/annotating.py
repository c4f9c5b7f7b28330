"""The rows of annotations as training reads them: folders, pairs, objects."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.annotations.labels.options import LabelOptions
from deepbacs_zoo.errors import DeepbacsZooError
from tests.benchmarks.field.annotation_rows import AnnotationRow, Boxes, Labels
from tests.benchmarks.field.reading import refused_otherwise
from tests.benchmarks.field.rows import Refused

__all__ = ["faults_of"]


@dataclass
class Read:
    """What is read of a folder: the objects of each image, or a refusal."""

    images: dict[str, Any] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    error: str = ""
    sentence: str = ""


def faults_of(row: AnnotationRow, folder: Path) -> list[str]:
    """Write a row's folder, read it, and return everything that is not as expected."""
    row.write(folder)
    return differences(row.expected, read_folder(row, folder))


def read_folder(row: AnnotationRow, folder: Path) -> Read:
    """Read all pairs of a folder as training does."""
    kind, found = KINDS[row.kind], Read()
    try:
        pairs = kind.match_pairs(*kind.find_folders(folder, None))
        options = LabelOptions(**row.options)
        for each in kind.read(pairs, row.classes, options):
            # The same accents are stored in two ways.
            name = unicodedata.normalize("NFC", each.pair.name)
            found.images[name] = _objects(each.annotation)
            found.notes |= {finding.id for finding in each.annotation.findings}
    except DeepbacsZooError as error:
        return Read(error=type(error).__name__, sentence=str(error))
    return found


def _objects(annotation: Any) -> Any:
    if hasattr(annotation, "labels"):
        return annotation.labels
    return [(box.x0, box.y0, box.x1, box.y1, box.name) for box in annotation.boxes]


def differences(expected: Labels | Boxes | Refused, found: Read) -> list[str]:
    """Return everything in which a folder is read otherwise."""
    if isinstance(expected, Refused):
        return refused_otherwise(expected, found.error, found.sentence)
    if found.error:
        return [f"refused: {found.error}: {found.sentence}"]
    faults = []
    if found.images.keys() != expected.images.keys():
        faults.append(f"images {sorted(found.images)}, not {sorted(expected.images)}")
    else:
        faults += _unlike(expected.images, found.images)
    if found.notes != set(expected.notes):
        faults.append(f"says {sorted(found.notes) or 'nothing'}, not {list(expected.notes)}")
    return faults


def _unlike(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    faults = []
    for name, right in expected.items():
        if isinstance(right, np.ndarray):
            same = np.array_equal(right, found[name])
            given = f"{np.unique(found[name]).size - 1} objects or other pixels"
        else:
            same = len(right) == len(found[name]) and all(
                np.allclose(one[:4], other[:4], atol=0.01) and one[4] == other[4]
                for one, other in zip(right, found[name], strict=True)
            )
            given = str(found[name])
        if not same:
            faults.append(f"{name}: {given}")
    return faults
