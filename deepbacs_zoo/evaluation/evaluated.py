"""What every evaluation has, whatever the package gives: labels or boxes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

__all__ = ["Best", "Evaluated", "Headline"]

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


@dataclass(frozen=True, eq=False)
class Evaluated(ABC):
    """How good a package is on images with truth.

    Parameters
    ----------
    package
        Name of the package.
    engine, device, weights_format
        What ran it.
    """

    package: str
    engine: str
    device: str
    weights_format: str

    @property
    @abstractmethod
    def images(self) -> int:
        """Number of images."""

    @property
    @abstractmethod
    def n_true(self) -> int:
        """Labelled objects in all images."""

    @property
    @abstractmethod
    def seconds(self) -> float:
        """Wall time of all predictions, reading not included."""

    @property
    @abstractmethod
    def baseline_name(self) -> str:
        """Short name of the classical method beside the model; empty when it was left out."""

    @abstractmethod
    def headlines(self) -> tuple[Headline, ...]:
        """Return the scores that are worth a line each, the most telling first."""
