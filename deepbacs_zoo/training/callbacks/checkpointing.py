"""Files written after each epoch: history, last and best state; and early stopping."""

from __future__ import annotations

import io
import pickle
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import lightning
import torch

from deepbacs_zoo.checkpoints import HistoryRow, Run, append_row, best_row, truncate_history
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files import replacing, write_bytes

if TYPE_CHECKING:
    from deepbacs_zoo.training.module import TrainingModule

__all__ = ["CheckpointCallback", "epochs_in_checkpoint", "is_over"]

_KEY: Final = "deepbacs_zoo"


class CheckpointCallback(lightning.Callback):
    """Writes the run folder.

    The row of the history is written before ``last.ckpt``: whatever interrupts between the two,
    the checkpoint's own count of epochs says which rows to keep.
    """

    def __init__(self, run: Run, patience: int) -> None:
        self.run = run
        self.patience = patience

    def on_train_epoch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Write everything, and stop early when nothing got better for long."""
        module = cast("TrainingModule", pl_module)
        append_row(self.run.history_file, module.finish_epoch())
        history = self.run.history()
        is_best = self.run.best_epoch == len(history)
        with replacing(self.run.last_checkpoint) as temporary:
            trainer.save_checkpoint(temporary)
        if is_best:
            with replacing(self.run.best_checkpoint) as temporary:
                shutil.copyfile(self.run.last_checkpoint, temporary)
            write_bytes(self.run.best_weights, _state_dict(module.network))
        if is_over(history, self.run.best_by, trainer.max_epochs or 0, self.patience):
            trainer.should_stop = True

    def on_save_checkpoint(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        checkpoint: dict[str, Any],
    ) -> None:
        """Add the number of whole epochs."""
        checkpoint[_KEY] = {"epochs": trainer.current_epoch + 1}


def is_over(history: Sequence[HistoryRow], column: str, epochs: int, patience: int) -> bool:
    """Return whether all epochs are done, or none was better for ``patience`` epochs.

    ``column`` is that by which the best epoch is chosen.
    """
    if not history:
        return False
    best = best_row(history, column)["epoch"]
    return len(history) >= epochs or len(history) - best >= patience


def epochs_in_checkpoint(run: Run) -> int:
    """Return the number of whole epochs to resume after, and cut the history to it.

    Returns
    -------
    int
        0 when training was interrupted in its first epoch.

    Raises
    ------
    DataError
        The checkpoint is damaged, or contradicts the history.
    """
    done = _count(run.last_checkpoint) if run.last_checkpoint.exists() else 0
    truncate_history(run.history_file, done)
    rows = len(run.history())
    if rows != done:
        raise _damaged(run.history_file, f"{rows} rows for {done} epochs")
    if done:
        _require_best(run)
    return done


def _require_best(run: Run) -> None:
    """Make the best files anew if the interruption came before they were written."""
    if run.best_epoch == _count_or_zero(run.best_checkpoint) and run.best_weights.exists():
        return
    if run.best_epoch != _count(run.last_checkpoint):
        raise _damaged(run.best_checkpoint, "not the checkpoint of the best epoch")
    with replacing(run.best_checkpoint) as temporary:
        shutil.copyfile(run.last_checkpoint, temporary)
    state = _load(run.best_checkpoint)["state_dict"]
    prefix = "network."
    weights = {
        name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
    }
    write_bytes(run.best_weights, _saved(weights))


def _state_dict(network: torch.nn.Module) -> bytes:
    return _saved({name: value.detach().cpu() for name, value in network.state_dict().items()})


def _saved(weights: Mapping[str, torch.Tensor]) -> bytes:
    buffer = io.BytesIO()
    torch.save(dict(weights), buffer)
    return buffer.getvalue()


def _count(path: Path) -> int:
    try:
        return int(_load(path)[_KEY]["epochs"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


def _count_or_zero(path: Path) -> int:
    return _count(path) if path.exists() else 0


def _load(path: Path) -> dict[str, Any]:
    try:
        return dict(torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise _damaged(path, str(error).splitlines()[0]) from error


def _damaged(path: Path, found: str) -> DataError:
    return DataError(
        path,
        "the run cannot be resumed from this file",
        value=found,
        allowed="a file that deepbacs-zoo train wrote",
        hint="train again into a new folder",
    )
