"""What a task is: everything about a kind of model that is not a particular training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import Multilabel
from deepbacs_zoo.tensors import Step, TensorSpec

__all__ = ["Augmentation", "Loss", "NetworkChoice", "Schedule", "Task"]


@dataclass(frozen=True)
class NetworkChoice:
    """A network of the table in ``networks`` and its arguments."""

    name: str
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Loss:
    """A loss of the table in ``training`` and its arguments."""

    name: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Augmentation:
    """How patches are varied; intensities are those after the input's steps (unit variance).

    Parameters
    ----------
    turns
        Mirror and turn by multiples of 90°, each of the eight ways alike.
    free_turns
        Share of patches that are turned by any angle and scaled, with interpolation.
    scale
        Largest relative change of size in a free turn.
    contrast
        Intensities are multiplied by up to this factor or divided by it.
    brightness
        Largest number added.
    gamma
        Largest exponent (or its inverse) applied between the patch's smallest and largest value.
    noise
        Largest standard deviation of the Gaussian noise added.
    blur
        Largest standard deviation, in pixels, of the Gaussian filter applied to half of the
        patches.
    """

    turns: bool = True
    free_turns: float = 0.0
    scale: float = 0.0
    contrast: float = 1.0
    brightness: float = 0.0
    gamma: float = 1.0
    noise: float = 0.0
    blur: float = 0.0


@dataclass(frozen=True)
class Schedule:
    """How long and in which portions a task trains unless told otherwise.

    Parameters
    ----------
    epochs
        Passes.
    patch
        Side of a training patch in pixels, a multiple of the network's step.
    patches
        Patches cut from each image in one pass.
    batch
        Patches in one step of the optimizer.
    on_objects
        Share of patches that are centred near an object; the others lie anywhere.
    learning_rate
        The highest one.
    weight_decay
        Of the optimizer (AdamW).
    patience
        Stop after this many passes without a better validation loss.
    """

    epochs: int
    patch: int
    patches: int
    batch: int
    on_objects: float
    learning_rate: float
    weight_decay: float
    patience: int


@dataclass(frozen=True)
class Task:
    """A kind of model.

    Parameters
    ----------
    name
        The word on the command line.
    description
        What such a model does, in one sentence.
    inputs, outputs
        The tensors of the network, with processing steps and channel names; sizes along y and x
        are left to the export.
    ranges
        Smallest and largest value per output id.
    network
        The network and its arguments.
    loss
        The loss.
    classes
        Names of the target's values 0, 1, 2 ….
    make_target
        Labels (``y x`` int32, 0 background) to the target (``y x`` int64, class of each pixel).
    decode
        How the output becomes objects; ``None`` for tasks without objects.
    metrics
        What ``evaluation`` measures, by name.
    augmentation, schedule
        The defaults of training.
    """

    name: str
    description: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: Mapping[str, tuple[float, float]]
    network: NetworkChoice
    loss: Loss
    classes: tuple[str, ...]
    make_target: Callable[[NDArray[np.int32]], NDArray[np.int64]]
    decode: Multilabel | None
    metrics: tuple[str, ...]
    augmentation: Augmentation
    schedule: Schedule

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the first input."""
        return self.inputs[0].steps
