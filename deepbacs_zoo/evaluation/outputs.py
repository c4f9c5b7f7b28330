"""What several packages found in the same images, without any truth: counts and agreement.

Everything is read from the files that prediction wrote, so that it does not matter which engine
wrote them, or when.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images import read_image
from deepbacs_zoo.metrics import BoxSet, compare_labels, match_boxes

__all__ = ["ALL", "Agreement", "OutputComparison", "OutputRow", "compare_outputs"]

Kind = Literal["labels", "boxes"]
ALL: Final = "(all)"
"""Stands in the place of an image's name where all are meant."""
_IOU: Final = 0.5
_EDGES: Final = ("x", "y", "width", "height")


@dataclass(frozen=True)
class OutputRow:
    """What one model found in one image.

    Parameters
    ----------
    image, model
        Their names.
    kind
        ``labels`` or ``boxes``; ``None`` where the model gives neither, or failed.
    objects
        How many there are at all positions; ``None`` as above.
    counts
        How many boxes of each class; empty for labels.
    seconds
        Wall time; ``None`` where the results were there already.
    """

    image: str
    model: str
    kind: Kind | None = None
    objects: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(frozen=True)
class Agreement:
    """How many objects of two models are the same ones.

    Parameters
    ----------
    first, second
        Objects of each.
    matched
        Pairs of one of each: an IoU above 0.5, and with boxes the same class.
    """

    first: int
    second: int
    matched: int

    @property
    def share(self) -> float:
        """2 matched / (first + second), which is F1 if either is the truth; 1 without objects."""
        objects = self.first + self.second
        return 2 * self.matched / objects if objects else 1.0

    def __add__(self, other: Agreement) -> Agreement:
        """Return the agreement over the objects of both."""
        return Agreement(
            self.first + other.first, self.second + other.second, self.matched + other.matched
        )


@dataclass(frozen=True)
class OutputComparison:
    """What several models found in the same images.

    Parameters
    ----------
    models
        Their names.
    rows
        One for each image and model, image by image.
    agreements
        By image and two models, in both orders; only models that give the same kind of result.
    """

    models: tuple[str, ...]
    rows: tuple[OutputRow, ...]
    agreements: Mapping[tuple[str, str, str], Agreement]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of all classes of boxes."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.counts))

    def total(self, model: str) -> OutputRow:
        """Return the sum over the images of a model, and its mean time."""
        rows = [row for row in self.rows if row.model == model]
        found = [row.objects for row in rows if row.objects is not None]
        times = [row.seconds for row in rows if row.seconds is not None]
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(row.counts)
        return OutputRow(
            ALL,
            model,
            next((row.kind for row in rows if row.kind), None),
            sum(found) if found else None,
            counts,
            sum(times) / len(times) if times else None,
        )

    def agreement(self, image: str, one: str, other: str) -> Agreement | None:
        """Return that of two models on an image, on all of them for ``ALL``; ``None`` without."""
        if image != ALL:
            return self.agreements.get((image, one, other))
        parts = [each for (_, a, b), each in self.agreements.items() if (a, b) == (one, other)]
        return sum(parts[1:], parts[0]) if parts else None


def compare_outputs(
    folders: Mapping[str, Path],
    images: Sequence[str],
    seconds: Mapping[tuple[str, str], float] | None = None,
) -> OutputComparison:
    """Compare what lies in the folders of several models.

    Parameters
    ----------
    folders
        By the name of the model, where ``prediction.save`` wrote its results.
    images
        Names of the images without suffix.
    seconds
        Wall time by model and image.
    """
    times = seconds or {}
    rows: list[OutputRow] = []
    agreements: dict[tuple[str, str, str], Agreement] = {}
    for image in images:
        here = [
            _row(image, model, folder, times.get((model, image)))
            for model, folder in folders.items()
        ]
        rows += here
        labels = cache(lambda model, image=image: _labels(folders[model], image))
        boxes = cache(lambda model, image=image: _read_table(folders[model], image))
        for one, other in combinations(here, 2):
            if one.kind is None or one.kind != other.kind:
                continue
            found = (
                _of_labels(labels(one.model), labels(other.model))
                if one.kind == "labels"
                else _of_boxes(boxes(one.model), boxes(other.model))
            )
            agreements[image, one.model, other.model] = found
            agreements[image, other.model, one.model] = Agreement(
                found.second, found.first, found.matched
            )
    return OutputComparison(tuple(folders), tuple(rows), agreements)


def _row(image: str, model: str, folder: Path, seconds: float | None) -> OutputRow:
    if not (folder / f"{image}_table.csv").exists():
        return OutputRow(image, model, seconds=seconds)
    table = _read_table(folder, image)
    counts_file = folder / f"{image}_counts.csv"
    if not counts_file.exists():
        return OutputRow(image, model, "labels", len(table), seconds=seconds)
    counts: Counter[str] = Counter()
    for each in _read_csv(counts_file):
        counts[each["class"]] += int(each["count"])
    return OutputRow(image, model, "boxes", len(table), dict(counts), seconds)


def _read_table(folder: Path, image: str) -> list[dict[str, str]]:
    return _read_csv(folder / f"{image}_table.csv")


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _labels(folder: Path, image: str) -> NDArray[np.int64]:
    """Return the label image ``t z y x``."""
    values = read_image(folder / f"{image}_labels.tif").data.isel(c=0)
    return np.asarray(values.transpose("t", "z", "y", "x").values, np.int64)


def _of_labels(one: NDArray[np.int64], other: NDArray[np.int64]) -> Agreement:
    total = Agreement(0, 0, 0)
    for t, z in np.ndindex(*one.shape[:2]):  # labels are numbered anew at every position
        found = compare_labels(one[t, z], other[t, z])
        total += Agreement(found.first, found.second, found.matched)
    return total


def _of_boxes(one: Sequence[Mapping[str, str]], other: Sequence[Mapping[str, str]]) -> Agreement:
    """Match the rows of two tables; every position is an image of its own."""
    places = sorted({_place(row) for row in (*one, *other)})
    if not places:
        return Agreement(0, 0, 0)
    classes = sorted({row["class"] for row in (*one, *other)})
    sets = [[_box_set(table, place, classes) for place in places] for table in (one, other)]
    matches = match_boxes(sets[0], sets[1], len(classes), (_IOU,))
    return Agreement(len(one), len(other), int(matches.counts(_IOU, 0.0)[..., 0].sum()))


def _place(row: Mapping[str, str]) -> tuple[int, int]:
    return int(row["t"]), int(row["z"])


def _box_set(
    table: Sequence[Mapping[str, str]], place: tuple[int, int], classes: Sequence[str]
) -> BoxSet:
    rows = [row for row in table if _place(row) == place]
    edges = [[float(row[name]) for name in _EDGES] for row in rows]
    return BoxSet.of(
        [(x, y, x + width, y + height) for x, y, width, height in edges],
        [classes.index(row["class"]) for row in rows],
        [float(row["score"]) for row in rows],
    )
