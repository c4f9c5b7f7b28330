"""What every evaluation has, whatever the package gives: labels or boxes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sized
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["Best", "Evaluated", "Headline", "MethodScores"]

Best = Literal["highest", "lowest", "one"]
"""Which value of a score is the best one."""


@dataclass(frozen=True)
class Headline:
    """One score as a table of a model card or a report shows it, with that of the baseline."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    best: Best = "highest"


class MethodScores(Protocol):
    """What the scores of one method on all images have, whatever it gives."""

    @property
    def rows(self) -> Sized:
        """One row per image."""

    @property
    def n_true(self) -> int:
        """Labelled objects in all images."""

    @property
    def seconds(self) -> float:
        """Wall time of all predictions, reading not included."""


@dataclass(frozen=True, eq=False)
class Evaluated(ABC):
    """How good a package is on images with truth.

    Parameters
    ----------
    package
        Name of the package.
    engine, device, weights_format
        What ran it.
    model
        The scores of the model.
    """

    package: str
    engine: str
    device: str
    weights_format: str
    model: MethodScores

    @property
    def images(self) -> int:
        """Number of images."""
        return len(self.model.rows)

    @property
    def n_true(self) -> int:
        """Labelled objects in all images."""
        return self.model.n_true

    @property
    def seconds(self) -> float:
        """Wall time of all predictions, reading not included."""
        return self.model.seconds

    @property
    @abstractmethod
    def baseline_name(self) -> str:
        """Short name of the classical method beside the model; empty when it was left out."""

    @abstractmethod
    def headlines(self) -> tuple[Headline, ...]:
        """Return the scores that are worth a line each, the most telling first."""
