"""The training loop: Lightning, on one device, from the beginning or the last checkpoint."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import lightning
import torch

from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.errors import HostError
from deepbacs_zoo.options import Option
from deepbacs_zoo.training.callbacks.checkpointing import (
    CheckpointCallback,
    epochs_in_checkpoint,
    is_over,
)
from deepbacs_zoo.training.callbacks.interruption import Interruption, catching
from deepbacs_zoo.training.callbacks.progress import Bar
from deepbacs_zoo.training.module import TrainingModule, init_network
from deepbacs_zoo.training.plan import TrainingPlan
from deepbacs_zoo.training.threads import all_cores

__all__ = ["check_device", "check_weights", "run_loop"]

_LOGGERS: Final = ("lightning.pytorch", "lightning.fabric", "lightning")

# Lightning's advice that does not apply here; everything else is shown.
_KNOWN: Final = (
    # Cutting patches takes under 1 % of the time; workers would cost more.
    r".*does not have many workers.*",
    # The CPU is a choice, and gives repeatable results.
    r".*GPU available but not used.*",
    # An automatic-mixed-precision step may be skipped at first, its schedule is not.
    r".*lr_scheduler\.step\(\).* before .*optimizer\.step\(\).*",
    # Lightning uses what PyTorch renamed.
    r".*LeafSpec.*",
)


class _BetweenSteps(lightning.Callback):
    """Stop between two steps after Ctrl-C."""

    def __init__(self, interruption: Interruption) -> None:
        self.interruption = interruption

    def on_train_batch_start(self, *_: object) -> None:
        """Stop before a training step."""
        self.interruption.check()

    def on_validation_batch_start(self, *_: object) -> None:
        """Stop before a validation image."""
        self.interruption.check()


def check_device(device: str) -> str:
    """Return ``cpu`` or ``cuda``.

    Raises
    ------
    HostError
        There is no GPU for ``cuda``.
    """
    with warnings.catch_warnings():
        # A GPU with a driver that is too old is no GPU; PyTorch warns about it each time.
        warnings.filterwarnings("ignore", message="(?s).*CUDA.*")
        available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise HostError(
            "device",
            "PyTorch finds no GPU",
            value=device,
            allowed="cpu on this computer",
            hint="set "
            + Option("device", "cpu")
            + ", or install a driver and a PyTorch that fit the GPU",
        )
    return "cuda" if available and device in ("auto", "cuda") else "cpu"


def check_weights(plan: TrainingPlan) -> None:
    """Refuse weights to go on from that do not fit, before there is a folder.

    Raises
    ------
    ModelError
        They do not fit.
    """
    if plan.pretrained is not None:
        _load(plan, init_network(plan.method, plan.run.seed))


def _load(plan: TrainingPlan, network: torch.nn.Module) -> None:
    if plan.pretrained is not None:
        plan.pretrained.load(network, plan.method.arguments.get("classes", ()))


def run_loop(plan: TrainingPlan, *, device: str, progress: bool, resume: bool) -> None:
    """Train to the end.

    Parameters
    ----------
    plan
        Method, settings, images and run.
    device
        ``cpu`` or ``cuda``.
    progress
        Draw a bar if standard error is a terminal.
    resume
        Go on after the last whole epoch.

    Raises
    ------
    InterruptionError
        Ctrl-C.
    ModelError
        The loss is not finite, or the first weights do not fit.
    DataError
        The checkpoint to resume from is damaged.
    HostError
        The run folder cannot be written.
    """
    run, settings = plan.run, plan.method.training
    done = epochs_in_checkpoint(run) if resume else 0
    if done and is_over(run.history(), settings.best_by, settings.epochs, settings.patience):
        return
    interruption = Interruption()
    callbacks: list[lightning.Callback] = [
        _BetweenSteps(interruption),
        CheckpointCallback(run, settings.patience),
    ]
    if progress:
        callbacks.append(Bar(run))
    with _quiet(), all_cores(), catching(interruption):
        module = TrainingModule(plan)
        _load(plan, module.network)
        trainer = lightning.Trainer(
            accelerator="gpu" if device == "cuda" else "cpu",
            devices=1,
            precision="16-mixed" if device == "cuda" else "32-true",
            max_epochs=settings.epochs,
            callbacks=callbacks,
            default_root_dir=run.folder,
            reload_dataloaders_every_n_epochs=1,
            num_sanity_val_steps=0,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, **_resume_options(trainer, run, done))


def _resume_options(trainer: lightning.Trainer, run: Run, done: int) -> dict[str, Any]:
    if not done:
        return {}
    options: dict[str, Any] = {"ckpt_path": str(run.last_checkpoint)}
    # Lightning 2.6 can ask PyTorch for a safe load; older ones cannot.
    if "weights_only" in inspect.signature(trainer.fit).parameters:
        options["weights_only"] = True
    return options


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back Lightning's announcements and the warnings named above."""
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            for message in _KNOWN:
                warnings.filterwarnings("ignore", message=message)
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
