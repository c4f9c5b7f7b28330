"""The result of an evaluation, common to all kinds of results."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.package.zoo_config import Decoding

__all__ = ["Best", "EvaluationResult", "Headline", "MethodScores"]

Best = Literal["highest", "lowest", "one"]
"""The best value of a score."""


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
    """Scores of one method on all images, common to all kinds of results."""

    @property
    def method(self) -> str:
        """Short name of the method."""

    @property
    def description(self) -> str:
        """The method in one sentence."""

    @property
    def rows(self) -> Sequence[Any]:
        """One row per image."""

    @property
    def seconds(self) -> float:
        """Wall time of all predictions, reading not included."""


S = TypeVar("S", bound=MethodScores)
P = TypeVar("P")


@dataclass(frozen=True, eq=False)
class EvaluationResult(ABC, Generic[S, P]):
    """Scores of a package on images with ground truth.

    Parameters
    ----------
    package
        Name of the package.
    engine, device, weights_format
        What ran it.
    model
        The scores of the model.
    baseline
        The scores of a method without training on the same images, ``None`` when left out.
    previews
        The first images, for overlays.
    findings
        Remarks of prediction and annotations on the images, each once.
    labels_complete
        Whether every object of every image is labelled.  If not, a correct detection without a
        label counts as false: recall means something, and precision, F1, AP and PQ are lower
        bounds.
    """

    kind: ClassVar[str]
    """Key of the kind of result in the tables of kinds."""

    package: str
    engine: str
    device: str
    weights_format: str
    model: S
    baseline: S | None = None
    previews: tuple[P, ...] = ()
    findings: tuple[Finding, ...] = ()
    labels_complete: bool = True

    @property
    def images(self) -> int:
        """Number of images."""
        return len(self.model.rows)

    @property
    def seconds(self) -> float:
        """Wall time of all predictions, reading not included."""
        return self.model.seconds

    @property
    def methods(self) -> tuple[tuple[str, S], ...]:
        """Scores of the model and of the baseline, by the names that tables give them."""
        baseline = () if self.baseline is None else (("baseline", self.baseline),)
        return (("model", self.model), *baseline)

    @property
    def baseline_name(self) -> str:
        """Short name of the baseline; empty when it was left out."""
        return "" if self.baseline is None else self.baseline.method

    @property
    def baselines(self) -> tuple[tuple[str, str, str], ...]:
        """Role, short name and description of every baseline."""
        if self.baseline is None:
            return ()
        return (("the baseline", self.baseline.method, self.baseline.description),)

    @property
    def n_true(self) -> int:
        """Labelled objects in all images; 0 where the ground truth is no objects."""
        return 0

    @property
    @abstractmethod
    def ground_truth(self) -> str:
        """The ground truth in words, for example ``412 labelled objects``."""

    @abstractmethod
    def headlines(self) -> tuple[Headline, ...]:
        """Return the scores that are worth a line each, the most telling first."""

    def shares_baseline(self, decoding: Decoding | None) -> bool:
        """Return whether a package of this decoding has the same baseline on the same images."""
        del decoding
        return True

    def with_baseline_of(self, other: Self) -> Self:
        """Return the same with the baseline of another package on the same images."""
        return dataclasses.replace(self, baseline=other.baseline)
