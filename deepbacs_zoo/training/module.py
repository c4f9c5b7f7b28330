"""The Lightning module: network, loss, optimizer, and the patches of each epoch."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import nn
from torch.utils.data import DataLoader

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.tasks import Task, TrainingSettings
from deepbacs_zoo.training.data.examples import Example
from deepbacs_zoo.training.data.patches import Patches, epoch_length
from deepbacs_zoo.training.data.validation_images import WholeImages
from deepbacs_zoo.training.losses.table import build_loss
from deepbacs_zoo.training.scores.labels import build_scores

__all__ = ["TrainingModule", "activated", "fresh_network"]

Batch = Sequence[Any]


def fresh_network(task: Task, seed: int) -> nn.Module:
    """Build the task's network for training; its first weights follow from the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build_network(task.network, {**task.network_arguments, **task.training_arguments})


def activated(network: nn.Module, found: torch.Tensor) -> torch.Tensor:
    """Return what the exported network gives, from what it gives in training.

    Networks say so by a method ``activate``.  That of the U-Net has none: a method more would make
    the code in packages of older versions foreign to runners.
    """
    activate = getattr(network, "activate", None)
    if activate is None:
        return torch.softmax(found, 1)
    result: torch.Tensor = activate(found)
    return result


class TrainingModule(lightning.LightningModule):
    """What happens in a step and in an epoch.

    Parameters
    ----------
    task, settings, seed
        What is trained, and how.
    training, validation
        The images.
    """

    def __init__(
        self,
        task: Task,
        settings: TrainingSettings,
        seed: int,
        training: Sequence[Example],
        validation: Sequence[Example],
    ) -> None:
        super().__init__()
        self.task = task
        self.settings = settings
        self.seed = seed
        self.training_examples = training
        self.validation_examples = validation
        self.network = fresh_network(task, seed)
        self.loss = build_loss(task.loss)
        self._train_losses: list[float] = []
        self._val_losses: list[float] = []
        self._scores = build_scores(task)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        shapes = [example.truth.shape for example in self.training_examples]
        return epoch_length(shapes, self.settings) // self.settings.batch

    def train_dataloader(self) -> DataLoader[Any]:
        """Return the patches of the current epoch; Lightning asks again for each."""
        patches = Patches(
            self.task, self.training_examples, self.settings, self.seed, self.trainer.current_epoch
        )
        # Not shuffled: an index already stands for a random patch.  No workers: patches are cut in
        # a few hundredths of a step's time.  What is indexed by 0 to n-1 is a data set, which its
        # type does not say.
        return DataLoader(patches, batch_size=self.settings.batch)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[Any]:
        """Return whole images, one by one, mirrored up to the next size the network takes."""
        # The type: see above.
        images = WholeImages(self.task, self.validation_examples)
        return DataLoader(images, batch_size=None)  # type: ignore[arg-type]

    def training_step(self, batch: Batch, batch_idx: int) -> torch.Tensor:
        """Return the loss of a batch."""
        image, target = batch
        loss: torch.Tensor = self.loss(self.network(image), target)
        value = float(loss.detach())
        self._require_finite("train_loss", value)
        self._train_losses.append(value)
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Gather loss and scores of one whole image."""
        index, image, target = batch
        example = self.validation_examples[int(index)]
        rows, columns = (math.ceil(side / self.task.grid) for side in example.truth.shape)
        found = self.network(image)[..., :rows, :columns].float()
        self._val_losses.append(float(self.loss(found, target)))
        self._require_finite("val_loss", self._val_losses[-1])
        output = activated(self.network, found)[0].cpu().numpy()
        self._scores.add(output, example.truth)

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
        self._train_losses, self._val_losses, self._scores = [], [], build_scores(self.task)
        return row

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Return AdamW and the schedule of its learning rate."""
        optimizer = torch.optim.AdamW(
            self.network.parameters(),
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
                hint="train again with another --seed; if it stays, look for images of odd values",
            )
