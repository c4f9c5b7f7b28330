"""What a task is: frozen data, and one function that makes targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.tasks.ground_truth.labels import Truth
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["Choice", "Loss", "Sample", "Target", "Task", "TaskEntry", "TrainingSettings"]

Target = NDArray[Any] | Mapping[str, NDArray[Any]]
"""What a loss compares with: arrays of whole numbers or of float32 whose last axes are ``y x``."""


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
        The highest of a one-cycle schedule, the first of the others.
    weight_decay
        Of AdamW.
    patience
        Epochs without a better ``val_loss`` after which training ends early.
    foreground
        Share of the patches that are placed on an object.
    steps
        Batches in an epoch; ``None`` for as many as have the area of the images.
    schedule
        ``one_cycle`` (Smith and Topin 2017), ``plateau`` (halved after ``plateau`` epochs without
        a better ``val_loss``) or ``constant``.
    plateau
        Epochs, see above.
    zoom
        Patches are enlarged or reduced by a random factor up to this, in half of the cases; 1 for
        none.
    """

    epochs: int
    patch: int
    batch: int
    learning_rate: float
    weight_decay: float
    patience: int
    foreground: float
    steps: int | None = None
    schedule: str = "one_cycle"
    plateau: int = 20
    zoom: float = 1.0


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
        Smallest and largest value per output id; ``None`` where nothing bounds it.
    network, network_arguments
        A name in ``deepbacs_zoo.networks`` and the arguments of the exported network.
    training_arguments
        Arguments that differ while training: logits instead of probabilities.
    make_target
        From the content of a truth (a label image ``y x``, 0 background; or boxes) to what the loss
        takes: arrays on the output's grid.  Where an object is cut by the edge, so is its target.
    loss
        The loss, on what the network gives in training and targets.
    training
        How it trains.
    decode
        The ``decode`` block of ``config.deepbacs_zoo``; ``None`` for tasks without objects.
    metrics
        Names of the measures of a validation, columns ``val_…`` of the history.
    annotation
        What it learns from: a name in :data:`deepbacs_zoo.tasks.annotation_kinds.ANNOTATIONS`.
    arguments
        What it was built with: choices that the data decided, such as rays or anchors.
    """

    name: str
    title: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: Mapping[str, tuple[float | None, float | None]]
    network: str
    network_arguments: Mapping[str, Any]
    training_arguments: Mapping[str, Any]
    make_target: Callable[[Any], Target]
    loss: Loss
    training: TrainingSettings
    decode: Mapping[str, Any] | None
    metrics: tuple[str, ...]
    annotation: str = "labels"
    arguments: Mapping[str, Any] = field(default_factory=_nothing)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the channels of the first output."""
        return self.outputs[0].axis("c").channel_names

    @property
    def channels(self) -> int:
        """Number of channels of the image."""
        return len(self.inputs[0].axis("c").channel_names)

    @property
    def grid(self) -> int:
        """Image pixels per pixel of the first output."""
        return int(self.outputs[0].axis("x").scale)

    @property
    def multiple(self) -> int:
        """Number of pixels that sides of an image must be a multiple of for the network."""
        return int(self.grid * 2 ** self.network_arguments.get("depth", 0))


@dataclass(frozen=True, eq=False)
class Sample:
    """A training image, as far as a task looks at it to make its choices.

    Parameters
    ----------
    name
        The file of its annotation.
    channels
        Number of channels of the image.
    truth
        Its annotation.
    """

    name: str
    channels: int
    truth: Truth


@dataclass(frozen=True)
class Choice:
    """What a task decided by the data, and what is odd about them."""

    arguments: Mapping[str, Any] = field(default_factory=_nothing)
    findings: tuple[Finding, ...] = ()


def _no_choice(_samples: Sequence[Sample]) -> Choice:
    return Choice()


@dataclass(frozen=True)
class TaskEntry:
    """A row of the table of tasks.

    Parameters
    ----------
    name
        Its name on the command line.
    build
        Makes the task; its keyword arguments, which all have defaults and are what JSON knows, are
        the ``task_arguments`` of a run.
    choose
        Looks at the training images and returns arguments for ``build``; that of boxes takes the
        names of classes as ``classes``, too.
    annotation
        What it learns from, the same for all arguments.
    """

    name: str
    build: Callable[..., Task]
    choose: Callable[..., Choice] = _no_choice
    annotation: str = "labels"
