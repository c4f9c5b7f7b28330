"""What a task is: frozen data, and one function that makes targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tensors import TensorSpec

__all__ = ["Loss", "Task", "TrainingSettings"]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Loss:
    """A loss by the name that the training room knows, and its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True)
class TrainingSettings:
    """How a task trains if nothing else is asked for.

    Parameters
    ----------
    epochs
        Passes over the images at most; one pass draws as many patches as have their area.
    patch
        Side of the square patches in pixels, a multiple of ``2**depth`` of the network.
    batch
        Patches in a step.
    learning_rate
        The highest of a one-cycle schedule.
    weight_decay
        Of AdamW.
    patience
        Epochs without a better ``val_loss`` after which training ends early.
    foreground
        Share of the patches that are placed on an object.
    """

    epochs: int
    patch: int
    batch: int
    learning_rate: float
    weight_decay: float
    patience: int
    foreground: float


@dataclass(frozen=True)
class Task:
    """Everything that training, export and evaluation must agree on.

    Parameters
    ----------
    name
        Its name on the command line.
    title
        What it does, in a few words.
    inputs, outputs
        The tensors of its packages; sizes, halo and files are filled in by the export.
    ranges
        Smallest and largest value per output id.
    network, network_arguments
        A name in ``deepbacs_zoo.networks`` and the arguments of the exported network.
    training_arguments
        Arguments that differ while training: logits instead of probabilities.
    make_target
        From a label image (``y x``, 0 background) to class numbers ``y x``.
    loss
        The loss, on logits and class numbers.
    training
        How it trains.
    decode
        The ``decode`` block of ``config.deepbacs_zoo``; ``None`` for tasks without objects.
    metrics
        Names of the measures of a validation, columns ``val_…`` of the history.
    """

    name: str
    title: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: Mapping[str, tuple[float, float]]
    network: str
    network_arguments: Mapping[str, Any]
    training_arguments: Mapping[str, Any]
    make_target: Callable[[NDArray[np.integer]], NDArray[np.int32]]
    loss: Loss
    training: TrainingSettings
    decode: Mapping[str, Any] | None
    metrics: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the channels of the first output."""
        return self.outputs[0].axis("c").channel_names

    @property
    def channels(self) -> int:
        """Number of channels of the image."""
        return len(self.inputs[0].axis("c").channel_names)
