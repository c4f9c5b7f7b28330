"""The Lightning module: network, training step, optimizer, and the patches of each epoch."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import nn
from torch.utils.data import DataLoader

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks import Method
from deepbacs_zoo.training.data.patches import Patches, epoch_length
from deepbacs_zoo.training.data.validation_images import ValidationDataset
from deepbacs_zoo.training.kinds import kind_of
from deepbacs_zoo.training.losses.table import build_loss
from deepbacs_zoo.training.plan import TrainingPlan
from deepbacs_zoo.training.steps.base import Batch, Target
from deepbacs_zoo.training.steps.table import build_step

__all__ = ["TrainingModule", "init_network"]


def init_network(method: Method, seed: int) -> nn.Module:
    """Build the method's network for training; its first weights follow from the seed alone."""
    with _seeded(seed):
        return build_network(
            method.network, {**method.network_arguments, **method.training_arguments}
        )


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Draw first weights from a seed, and leave PyTorch's own random numbers as they were."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


class TrainingModule(lightning.LightningModule):
    """A network in training: its steps and its epochs.

    Parameters
    ----------
    plan
        Method, settings, seed and images.
    """

    def __init__(self, plan: TrainingPlan) -> None:
        super().__init__()
        self.plan = plan
        self.method = plan.method
        self.settings = plan.method.training
        self.network = init_network(plan.method, plan.run.seed)
        # A module of its own, so that its tensors move to the device and stand in checkpoints.
        with _seeded(plan.run.seed):
            self.loss = build_loss(plan.method.loss)
        self.step = build_step(plan.method.step, self.loss)
        self._train_losses: list[float] = []
        self._val_losses: list[float] = []
        self._scores = kind_of(plan.method).scores(plan.method)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        shapes = [example.truth.shape for example in self.plan.training]
        return epoch_length(shapes, self.settings) // self.settings.batch_size

    def train_dataloader(self) -> DataLoader[Any]:
        """Return the patches of the current epoch; Lightning asks again for each."""
        patches = Patches(
            self.method,
            self.plan.training,
            self.settings,
            self.plan.run.seed,
            self.trainer.current_epoch,
            self.plan.composed,
        )
        # Not shuffled: an index already stands for a random patch.  No workers: patches are cut in
        # a few hundredths of a step's time.  What is indexed by 0 to n-1 is a data set, which its
        # type does not say.
        return DataLoader(patches, batch_size=self.settings.batch_size)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[Any]:
        """Return whole images, one by one, mirrored up to the next size the network takes."""
        # The type: see above.
        images = ValidationDataset(self.method, self.plan.checked)
        return DataLoader(images, batch_size=None)  # type: ignore[arg-type]

    def training_step(self, batch: Batch, batch_idx: int) -> torch.Tensor:
        """Return the loss of a batch."""
        loss = self.step.train(self.network, batch)
        value = float(loss.detach())
        self._require_finite("train_loss", value)
        self._train_losses.append(value)
        return loss

    def validation_step(self, batch: tuple[int, torch.Tensor, Target], batch_idx: int) -> None:
        """Gather loss and scores of one whole image."""
        index, image, target = batch
        truth = self.plan.checked[int(index)].truth
        rows, columns = (self.method.output_side(side) for side in truth.shape)
        loss, output = self.step.validate(self.network, (image, target), (rows, columns))
        self._val_losses.append(loss)
        self._require_finite("val_loss", loss)
        self._scores.add(output[0].cpu().numpy(), truth)

    def finish_epoch(self) -> dict[str, float]:
        """Return the row of the history, and make ready for the next epoch."""
        row = {
            "epoch": float(self.trainer.current_epoch + 1),
            "train_loss": math.fsum(self._train_losses) / len(self._train_losses),
            "val_loss": math.fsum(self._val_losses) / len(self._val_losses),
        }
        if self.settings.schedule == "plateau":
            schedule: Any = self.lr_schedulers()
            schedule.step(row["val_loss"])
        row |= {f"val_{name}": value for name, value in self._scores.measures().items()}
        self._train_losses, self._val_losses, self._scores = (
            [],
            [],
            kind_of(self.method).scores(self.method),
        )
        return row

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Return the optimizer and the schedule of its learning rate."""
        optimizer = getattr(torch.optim, self.settings.optimizer)(
            # A loss may learn, too: its network stands in checkpoints and in no package.
            [*self.network.parameters(), *self.loss.parameters()],
            lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
        )
        match self.settings.schedule:
            case "constant":
                return {"optimizer": optimizer}
            case "plateau":
                plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
                    optimizer, factor=0.5, patience=self.settings.plateau
                )
                return {
                    "optimizer": optimizer,
                    # Lightning would step it after the epoch's checkpoint, and resumed runs would
                    # miss a step: finish_epoch does it, Lightning only keeps its state.
                    "lr_scheduler": {
                        "scheduler": plateau,
                        "monitor": "val_loss",
                        "frequency": sys.maxsize,
                    },
                }
            case _:
                schedule = torch.optim.lr_scheduler.OneCycleLR(
                    optimizer,
                    max_lr=self.settings.learning_rate,
                    total_steps=self.settings.epochs * self.steps_per_epoch,
                )
                return {
                    "optimizer": optimizer,
                    "lr_scheduler": {"scheduler": schedule, "interval": "step"},
                }

    def _require_finite(self, name: str, value: float) -> None:
        if not math.isfinite(value):
            raise ModelError(
                f"epoch {self.trainer.current_epoch + 1}",
                f"training went wrong, {name} is not a finite number",
                value=value,
                allowed="a finite loss",
                hint="train again with another "
                + Option("seed")
                + "; if it stays, look for images of odd values",
            )
