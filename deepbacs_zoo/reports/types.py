"""The contents of a report, as frozen plain data; an empty part has no section in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation import EvaluationResult
    from deepbacs_zoo.summary import Summary

__all__ = [
    "Agreement",
    "Fact",
    "FileRow",
    "KeyFigure",
    "Picture",
    "Report",
    "StepRow",
    "TrainedRun",
]


@dataclass(frozen=True)
class KeyFigure:
    """One large number at the top of the page.

    Parameters
    ----------
    name
        Its name.
    value
        The number as text, with its unit.
    note
        A few words below it: the interval, the limit.
    passed
        Whether it keeps a limit; ``None`` when there is none.
    """

    name: str
    value: str
    note: str = ""
    passed: bool | None = None


@dataclass(frozen=True)
class StepRow:
    """One step that was done, with its wall time in seconds and its outcome."""

    name: str
    seconds: float
    detail: str = ""


@dataclass(frozen=True)
class Agreement:
    """The same result computed in two ways, compared.

    Parameters
    ----------
    what
        The two ways, for example ``onnx against torchscript``.
    found
        The difference measured, as text.
    allowed
        The limit, as text.
    passed
        Whether the limit was kept.
    """

    what: str
    found: str
    allowed: str
    passed: bool


class TrainedRun(Protocol):
    """A training that is over, as a page shows it."""

    @property
    def best_epoch(self) -> int | None:
        """The epoch whose weights were kept, marked in the curves."""

    @property
    def thresholds(self) -> str:
        """The fate of the thresholds of decoding in one sentence; empty without any."""

    @property
    def threshold_changes(self) -> Sequence[tuple[str, str, str]]:
        """Name, value before and value after of each threshold that was changed, as text."""

    @property
    def validation_scores(self) -> Mapping[str, float]:
        """Scores on the validation images with the final thresholds, by name."""

    def history(self) -> Sequence[Mapping[str, float]]:
        """Return one mapping per epoch with ``epoch`` and numbers by name.

        Names that contain ``loss`` are drawn together, all others beside them; missing and
        non-finite numbers leave a gap.
        """


@dataclass(frozen=True)
class Fact:
    """A name and a value."""

    name: str
    value: str


@dataclass(frozen=True)
class FileRow:
    """A file that was written; ``path`` is relative to the page, so that it can be a link."""

    path: str
    size: int
    what: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture on the page.

    Parameters
    ----------
    name
        Its caption.
    address
        The picture itself as a ``data:`` address.
    """

    name: str
    address: str


@dataclass(frozen=True, eq=False)
class Report:
    """Everything on a page, in the order of its sections.

    Parameters
    ----------
    title
        The heading.
    lead
        One or two sentences below it.
    figures
        Large numbers at the top, after those of the evaluation, which come by themselves.
    steps
        The steps that were done.
    training
        The training: its curves, its thresholds, and its scores on the validation images.
    evaluation
        Scores and overlays.
    agreement
        Comparisons of formats, runners, tiled and whole.
    facts
        Facts of the package.
    pictures
        Pictures of what the page is about.
    summary
        The findings of validation, and its verdicts on programs.
    files
        The files that were written.
    """

    title: str
    lead: str = ""
    figures: tuple[KeyFigure, ...] = ()
    steps: tuple[StepRow, ...] = ()
    training: TrainedRun | None = None
    evaluation: EvaluationResult[Any, Any] | None = None
    agreement: tuple[Agreement, ...] = ()
    facts: tuple[Fact, ...] = ()
    pictures: tuple[Picture, ...] = ()
    summary: Summary | None = None
    files: tuple[FileRow, ...] = ()
