"""A progress bar of all steps on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import lightning
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from deepbacs_zoo.checkpoints import Run

if TYPE_CHECKING:
    from deepbacs_zoo.training.module import TrainingModule

__all__ = ["Bar"]


class Bar(lightning.Callback):
    """Shows epoch, time left and the measures of the last epoch."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.progress = Progress(
            TextColumn("training: epoch {task.fields[epoch]}"),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[measures]}"),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    def on_train_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Begin the bar where the run stands."""
        module = cast("TrainingModule", pl_module)
        self.progress.start()
        self.bar = self.progress.add_task(
            "training",
            total=(trainer.max_epochs or 0) * module.steps_per_epoch,
            completed=trainer.global_step,
            epoch=trainer.current_epoch + 1,
            measures="",
        )

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        """Count a step."""
        self.progress.update(self.bar, advance=1, epoch=trainer.current_epoch + 1)

    def on_train_epoch_end(self, *_: object) -> None:
        """Show the measures of the epoch; the checkpoint callback has written them."""
        rows = self.run.history()
        if rows:
            measures = ", ".join(
                f"{name} {value:.3f}" for name, value in rows[-1].items() if name != "epoch"
            )
            self.progress.update(self.bar, measures=measures)

    def on_train_end(self, *_: object) -> None:
        """Take the bar away."""
        self.progress.stop()

    def on_exception(self, *_: object) -> None:
        """Take the bar away before the error is shown."""
        self.progress.stop()
