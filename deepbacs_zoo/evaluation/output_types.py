"""Outputs of several packages for the same images, compared: counts and agreement, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["ALL", "Agreement", "Counted", "OutputComparison", "OutputFiles", "OutputRow"]

ALL: Final = "(all)"
"""Stands in the place of an image's name where all are meant."""


@dataclass(frozen=True)
class OutputRow:
    """Objects of one model in one image.

    Parameters
    ----------
    image, model
        Their names.
    kind
        The kind of result, such as ``labels``; ``None`` where the model failed.
    objects
        How many there are at all positions; ``None`` where the result has no objects.
    counts
        How many boxes of each class; empty for other kinds.
    seconds
        Wall time; ``None`` where the results were there already.
    """

    image: str
    model: str
    kind: str | None = None
    objects: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(frozen=True)
class Counted:
    """Number of objects in one image, and of each class; ``None`` where there are no objects."""

    objects: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class OutputFiles:
    """Reading and comparing of the files that prediction writes for one kind of result.

    Parameters
    ----------
    count
        Takes a folder and the name of an image; ``None`` where its results are not there.
    read
        Takes the same; gives the objects of the image in any form that ``agree`` takes.
    agree
        Takes the objects of two models; ``None`` where the kind has no objects.
    """

    count: Callable[[Path, str], Counted | None]
    read: Callable[[Path, str], Any]
    agree: Callable[[Any, Any], Agreement | None]


@dataclass(frozen=True)
class Agreement:
    """Number of objects that two models have in common.

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

    @property
    def swapped(self) -> Agreement:
        """The same, seen from the second model."""
        return Agreement(self.second, self.first, self.matched)

    def __add__(self, other: Agreement) -> Agreement:
        """Return the agreement over the objects of both."""
        return Agreement(
            self.first + other.first, self.second + other.second, self.matched + other.matched
        )


@dataclass(frozen=True)
class OutputComparison:
    """Outputs of several models for the same images, compared.

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
        times = [row.seconds for row in rows if row.seconds is not None]
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(row.counts)  # a sum of counters would drop zeros
        return OutputRow(
            ALL,
            model,
            next((row.kind for row in rows if row.kind), None),
            _sum(row.objects for row in rows),
            counts,
            sum(times) / len(times) if times else None,
        )

    def agreement(self, image: str, one: str, other: str) -> Agreement | None:
        """Return that of two models on an image, on all of them for ``ALL``; ``None`` without."""
        if image != ALL:
            return self.agreements.get((image, one, other))
        parts = [each for (_, a, b), each in self.agreements.items() if (a, b) == (one, other)]
        return sum(parts[1:], parts[0]) if parts else None


def _sum(values: Iterable[int | None]) -> int | None:
    """Return the sum of the values that there are, ``None`` without any."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
