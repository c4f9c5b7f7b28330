"""A run: settings, images and results of one training, and the folder that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.checkpoints.history import HistoryRow, read_history
from deepbacs_zoo.checkpoints.split import Split
from deepbacs_zoo.checkpoints.tuned import Change, TunedDecoding
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.options import Option

__all__ = ["BEST_BY", "RUN_FILE", "SCHEMA_VERSION", "VALIDATION_LOSS", "Best", "Run", "best_row"]

RUN_FILE: Final = "run.json"
SCHEMA_VERSION: Final = 2
VALIDATION_LOSS: Final = "val_loss"
"""The column of the history by which the best epoch is chosen unless settings name another one."""
_ALIKE: Final = 0.01
"""Values of another column that are no better than each other."""
BEST_BY: Final[Mapping[str, str]] = MappingProxyType(
    {VALIDATION_LOSS: "validation loss", "val_map_50": "mAP at IoU 0.5 of the validation images"}
)
"""Columns of the history that tell which epoch is the best, in words: the lowest validation loss,
or the highest of another one."""


@dataclass(frozen=True)
class Best:
    """The epoch whose weights were kept.

    Parameters
    ----------
    epoch, epochs
        Its number, counted from 1, and that of all.
    column, value
        The column of the history by which it is the best, and its value there.
    """

    epoch: int
    epochs: int
    column: str
    value: float

    @property
    def reason(self) -> str:
        """The reason for the choice, such as ``the lowest validation loss``."""
        if self.column == VALIDATION_LOSS:
            return f"the lowest {self._name}"
        return f"the last within {_ALIKE:g} of the highest {self._name}"

    @property
    def _name(self) -> str:
        return BEST_BY[self.column]

    def __str__(self) -> str:
        return f"best of {self.epochs} epochs: {self.epoch}, {self._name} {self.value:.4g}"


def best_row(rows: Sequence[HistoryRow], column: str) -> HistoryRow:
    """Return the first row with the lowest ``val_loss``, or the last near the highest of another.

    A measure of objects jumps by 0.01 from epoch to epoch, and of epochs that it cannot tell apart
    the last has learned most.
    """
    if column == VALIDATION_LOSS:
        return min(rows, key=lambda row: row[column])
    highest = max(row[column] for row in rows)
    return next(row for row in reversed(rows) if row[column] >= highest - _ALIKE)


@dataclass(frozen=True)
class Run:
    """A run folder, as its ``run.json`` describes it.

    Parameters
    ----------
    folder
        Where it is.
    task, method
        Names of the task and of its method.
    network, network_arguments
        A name in ``deepbacs_zoo.networks``, and the arguments of the exported network.
    seed
        Of the split, the first weights and the patches.
    split
        Which images were for what.
    pixel_size
        Micrometers along y and x, ``None`` when the images do not say.
    settings
        Epochs, patches, optimizer and so on.
    versions
        Of Python and the libraries that decide about the result.
    ended
        ISO 8601, UTC; ``None`` while training is not over.
    method_arguments
        Arguments that the method was built with.
    pretrained
        Name and SHA-256 of the weights that training started from; ``None`` for fresh ones.
    tuned
        The decoding with thresholds chosen by the validation images; ``None`` where the method's
        own are used.
    untuned
        Why they are, in a few words; empty for a method without thresholds, while training is not
        over, and for runs of older versions.
    validation_scores
        Scores of the best weights on the validation images with the final decoding, by name.
    """

    folder: Path
    task: str
    method: str
    network: str
    network_arguments: Mapping[str, Any]
    seed: int
    split: Split
    pixel_size: tuple[float, float] | None
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    ended: str | None = None
    method_arguments: Mapping[str, Any] = field(default_factory=dict)
    pretrained: Mapping[str, str] | None = None
    tuned: TunedDecoding | None = None
    untuned: str = ""
    validation_scores: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.absolute().name

    @property
    def threshold_changes(self) -> tuple[Change, ...]:
        """The thresholds that were changed when training was over."""
        return () if self.tuned is None else self.tuned.changes

    @property
    def validated(self) -> str:
        """The scores on the validation images in one line; empty where there is none."""
        return ", ".join(f"{name} {value:.3f}" for name, value in self.validation_scores.items())

    @property
    def thresholds(self) -> str:
        """The fate of the thresholds in one sentence; empty where there is nothing to say."""
        if self.tuned is not None:
            return self.tuned.summary
        return f"the method's own: {self.untuned}" if self.untuned else ""

    @property
    def file(self) -> Path:
        """The description of the run."""
        return self.folder / RUN_FILE

    @property
    def history_file(self) -> Path:
        """One row of losses and scores for each epoch."""
        return self.folder / "history.csv"

    @property
    def last_checkpoint(self) -> Path:
        """The whole state after the last epoch, from which training resumes."""
        return self.folder / "last.ckpt"

    @property
    def best_checkpoint(self) -> Path:
        """The whole state after the best epoch."""
        return self.folder / "best.ckpt"

    @property
    def best_weights(self) -> Path:
        """The network's weights after the best epoch: a state dict of tensors only."""
        return self.folder / "best.pt"

    def history(self) -> tuple[HistoryRow, ...]:
        """Return one row per epoch; ``DataError`` if the file is damaged."""
        return read_history(self.history_file)

    @property
    def best_by(self) -> str:
        """The column of the history by which the best epoch is chosen."""
        return str(self.settings.get("best_by", VALIDATION_LOSS))

    @property
    def best_epoch(self) -> int | None:
        """The best epoch, counted from 1; ``None`` before the first."""
        rows = self.history()
        return int(best_row(rows, self.best_by)["epoch"]) if rows else None

    @property
    def best(self) -> Best:
        """The best epoch so far; ``DataError`` before the first."""
        rows, epoch = self.history(), self.best_epoch
        if epoch is None:
            raise self._untrained()
        return Best(epoch, len(rows), self.best_by, rows[epoch - 1][self.best_by])

    def weights(self) -> Path:
        """Return the file of the best weights; ``DataError`` if there is none."""
        if not self.best_weights.is_file():
            raise self._untrained()
        return self.best_weights

    def _untrained(self) -> DataError:
        return DataError(
            self.folder,
            "this run has no trained weights yet",
            value=f"no {self.best_weights.name}",
            allowed="a run of at least one whole epoch",
            hint="go on with the same training and " + Option("resume", True),
        )
