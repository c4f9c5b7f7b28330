"""Types of methods: frozen data, and one function that makes targets."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.zoo_config import Decoding, result_of
from deepbacs_zoo.tensors import TensorSpec

if TYPE_CHECKING:
    from deepbacs_zoo.tasks.ground_truth.labels import GroundTruth

__all__ = [
    "Choice",
    "Loss",
    "Method",
    "MethodEntry",
    "Preset",
    "Sample",
    "Target",
    "TrainingSettings",
]

Target = NDArray[Any] | Mapping[str, NDArray[Any]]
"""Ground truth as a loss takes it: arrays of whole numbers or of float32 whose last axes are
``y x``."""


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Loss:
    """A loss by its name in ``deepbacs_zoo.training.losses``, and its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of training, by default those of the method.

    Parameters
    ----------
    epochs
        Passes over the images at most; one pass draws as many patches as have their area, or more
        where ``least_steps`` asks for it.
    patch_size
        Side of the square patches in pixels, a multiple of ``2**depth`` of the network.
    batch_size
        Patches in a step.
    learning_rate
        The highest of a one-cycle schedule, the first of the others.
    weight_decay
        Of the optimizer.
    patience
        Epochs without a better one after which training ends early.
    foreground_fraction
        Share of the patches that are placed on an object.
    steps_per_epoch
        Batches in an epoch; ``None`` for as many as have the area of the images.
    schedule
        ``one_cycle`` (Smith and Topin 2017), ``plateau`` (halved after ``plateau`` epochs without
        a better ``val_loss``) or ``constant``.
    plateau
        Epochs, see above.
    max_zoom
        Patches are enlarged or reduced by a random factor up to this, in half of the cases; 1 for
        none.
    optimizer
        Name of a class of ``torch.optim`` that takes a weight decay.
    least_steps
        Batches in all epochs together, at least, however few the images are; ``None`` for as many
        as have their area.  Not where ``steps_per_epoch`` is given.
    max_contrast
        Values of patches are multiplied by a random factor up to this or down to its inverse, in
        half of the cases.  A whole image is normalized, so that an object has less contrast the
        more of them there are.
    composed_fields
        Fields composed of the objects of the training images, from which half of the patches are
        cut; 0 for none.
    vary_intensity
        Contrast, gamma, brightness and noise of patches vary, which leaves objects what they are
        but would ask for another target image.
    best_by
        Column of the history that tells which epoch is the best, whose weights are kept: that of
        the lowest ``val_loss``, or the last within 0.01 of the highest of any other column.
    """

    epochs: int
    patch_size: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int
    foreground_fraction: float
    steps_per_epoch: int | None = None
    schedule: str = "one_cycle"
    plateau: int = 20
    max_zoom: float = 1.0
    optimizer: str = "AdamW"
    least_steps: int | None = None
    max_contrast: float = 1.4
    composed_fields: int = 0
    best_by: str = "val_loss"
    vary_intensity: bool = True


@dataclass(frozen=True)
class Method:
    """A method with its arguments: all that training, export and evaluation must agree on.

    Parameters
    ----------
    name
        Its name on the command line, such as ``stardist``.
    task
        The task that it does, such as ``segmentation``.
    title
        Its purpose and principle in a few words.
    inputs, outputs
        The tensors of its packages; sizes, halo and files are filled in by the export.
    ranges
        Smallest and largest value per output id; ``None`` where nothing bounds it.
    network, network_arguments
        A name in ``deepbacs_zoo.networks`` and the arguments of the exported network.
    training_arguments
        Arguments that differ while training: logits instead of probabilities.
    make_target
        From the content of a ground truth (a label image ``y x`` int32, 0 background; or boxes) to
        what the loss takes: arrays on the output's grid.  Where an object is cut by the edge, so is
        its target.
    loss
        The loss, on what the network gives in training and targets.
    training
        Its settings of training.
    decode
        How an output becomes objects; ``None`` for methods without objects.
    metrics
        Names of the measures of a validation, columns ``val_…`` of the history.
    annotation
        The kind of ground truth: a name in :data:`deepbacs_zoo.tasks.annotation_kinds.ANNOTATIONS`.
    arguments
        Arguments that it was built with: choices that the data decided, such as rays or anchors.
    step
        Name of its training step in ``deepbacs_zoo.training.steps``.
    """

    name: str
    task: str
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
    decode: Decoding | None
    metrics: tuple[str, ...]
    annotation: str = "labels"
    arguments: Mapping[str, Any] = field(default_factory=_nothing)
    step: str = "supervised"

    @property
    def result(self) -> str:
        """The kind of its results: ``labels``, ``boxes`` or ``image``."""
        return result_of(self.decode)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the channels of the first output."""
        return self.outputs[0].axis("c").channel_names

    @property
    def channels(self) -> int:
        """Number of channels of the image."""
        return len(self.inputs[0].axis("c").channel_names)

    @property
    def scale(self) -> float:
        """Image pixels per pixel of the first output: 0.5 for an output of twice the size."""
        return self.outputs[0].axis("x").scale

    @property
    def grid(self) -> int:
        """Smallest number of image pixels that is a whole number of pixels of the first output."""
        return max(1, round(self.scale))

    @property
    def multiple(self) -> int:
        """Number of pixels that sides of an image must be a multiple of for the network."""
        return int(self.grid * 2 ** self.network_arguments.get("depth", 0))

    def output_side(self, side: int) -> int:
        """Return the pixels of the first output along a side of ``side`` image pixels."""
        return math.ceil(side / self.scale)


@dataclass(frozen=True, eq=False)
class Sample:
    """A training image, as far as a method looks at it to make its choices.

    Parameters
    ----------
    name
        The file of its annotation.
    channels
        Number of channels of the image.
    truth
        Its annotation.
    pixels
        The image, ``c y x`` of its file's data type and not copied; ``None`` where nothing looks
        at it.
    """

    name: str
    channels: int
    truth: GroundTruth
    pixels: NDArray[Any] | None = None


@dataclass(frozen=True)
class Choice:
    """Arguments of a method chosen by the data, and findings about the data."""

    arguments: Mapping[str, Any] = field(default_factory=_nothing)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Preset:
    """Settings that go together.

    Parameters
    ----------
    training
        Fields of :class:`TrainingSettings`; the others stay the method's.
    arguments
        Arguments of the method, which the data would choose otherwise.
    network
        Arguments of the network; the others stay the method's.
    validation
        Share of the images for validation.
    source
        Where the numbers stand.
    """

    training: Mapping[str, Any]
    arguments: Mapping[str, Any] = field(default_factory=_nothing)
    network: Mapping[str, Any] = field(default_factory=_nothing)
    validation: float = 0.2
    source: str = "bounded for two processor cores"

    def applied(self, method: Method) -> Method:
        """Return the method with these settings; the arguments were for building it.

        The steps are those of the preset, too, so that the method's least number does not hold.
        """
        return dataclasses.replace(
            method,
            training=dataclasses.replace(method.training, **{"least_steps": None, **self.training}),
            network_arguments=MappingProxyType({**method.network_arguments, **self.network}),
        )


def _no_choice(_samples: Sequence[Sample]) -> Choice:
    return Choice()


@dataclass(frozen=True)
class MethodEntry:
    """A row of the table of methods.

    Parameters
    ----------
    name
        Its name on the command line.
    task
        The task that it does.
    build
        Makes the method; its keyword arguments, which all have defaults and are what JSON knows,
        are the ``method_arguments`` of a run.
    choose
        Looks at the training images and returns arguments for ``build``; that of boxes takes the
        names of classes as ``classes``, too.
    presets
        Settings by name.
    annotation
        The kind of ground truth, the same for all arguments.
    class_sets
        Published sets of classes by name; ``None`` for methods whose objects have no classes.
    anew
        Arguments that no weight depends on: the training images decide them also where training
        goes on from weights.
    given
        Arguments that a user may give: no image decides them.
    """

    name: str
    task: str
    build: Callable[..., Method]
    choose: Callable[..., Choice] = _no_choice
    presets: Mapping[str, Preset] = field(default_factory=_nothing)
    annotation: str = "labels"
    class_sets: Mapping[str, tuple[str, ...]] | None = None
    anew: frozenset[str] = frozenset({"min_size"})
    given: frozenset[str] = frozenset()

    def preset(self, name: str | None) -> Preset | None:
        """Return a preset by name; none without a name.

        Raises
        ------
        UsageError
            The method has none of this name.
        """
        if name is None:
            return None
        preset = self.presets.get(name)
        if preset is None:
            raise UsageError(
                Option("preset"),
                f"there is no preset of this name for {self.name}",
                value=name,
                allowed=", ".join(self.presets) or "none for this method",
                hint="choose one of these, or leave "
                + Option("preset")
                + " out for the defaults of the method",
            )
        return preset
