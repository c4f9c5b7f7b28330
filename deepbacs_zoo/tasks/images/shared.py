"""Common part of methods whose result is an image: tasks, units, tensors, training.

The target is shifted and scaled by numbers that its training images give together, and the package
states the inverse as a step of its output, so that results come in the units of the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks.specs import axes, channels_of
from deepbacs_zoo.tasks.types import Loss, Method, Sample, TrainingSettings
from deepbacs_zoo.tensors import Step, TensorSpec

__all__ = ["RESULTS", "ImageResult", "Scale", "chosen_by_targets", "image_method", "image_tensor"]
__all__ += ["input_scale", "result_tensor"]

_DIGITS: Final = 6


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of all training images together, in their units."""

    mean: float
    deviation: float

    def applied(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of any axes with zero mean and unit variance, float32."""
        return np.asarray((values - self.mean) / self.deviation, np.float32)

    def as_argument(self) -> tuple[float, float]:
        """Return what ``method_arguments`` of a run hold."""
        return self.mean, self.deviation


def input_scale(samples: Sequence[Sample]) -> Scale:
    """Return the scale of the images themselves."""
    return _scale([sample.pixels for sample in samples if sample.pixels is not None])


def chosen_by_targets(samples: Sequence[Sample], factor: int = 1) -> dict[str, Any]:
    """Return the arguments of a method that follow from targets and channels of the images.

    Parameters
    ----------
    samples
        The training images.
    factor
        Rows of a target for each of its image.

    Raises
    ------
    DataError
        The targets have different numbers of channels, or another size than the method gives.
    """
    channels = len(samples[0].truth.content)
    for sample in samples:
        _check_size(sample, factor)
        if len(sample.truth.content) != channels:
            raise DataError(
                sample.name,
                "this target image has another number of channels than the others",
                value=f"{len(sample.truth.content)} channels",
                allowed=f"{channels}, as {samples[0].name} has",
                hint="give targets of the same channels",
            )
    scale = _scale([sample.truth.content for sample in samples])
    return {
        "target_scale": scale.as_argument(),
        "target_channels": channels,
        "channels": channels_of(samples),
    }


def _check_size(sample: Sample, factor: int) -> None:
    (rows, columns), (height, width) = sample.truth.shape, sample.truth.content.shape[1:]
    if height == factor * rows:
        return
    size = "the size of its image" if factor == 1 else f"{factor} times its rows and columns"
    other = Option("method", "care") if factor > 1 else Option("method", "upscale")
    raise DataError(
        sample.name,
        "this target image has not the size that the method gives",
        value=f"{width} x {height} pixels for an image of {columns} x {rows}",
        allowed=size,
        hint="resample one of both, or train superresolution with " + other,
    )


def _scale(images: Sequence[NDArray[Any]]) -> Scale:
    count = sum(image.size for image in images)
    mean = sum(float(image.sum(dtype=np.float64)) for image in images) / count
    squares = sum(float(np.square(image - mean, dtype=np.float64).sum()) for image in images)
    deviation = (squares / count) ** 0.5
    # A few digits: descriptions are read by people.
    return Scale(_rounded(mean), _rounded(deviation) or 1.0)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def image_tensor(channels: int, scale: Scale | None) -> TensorSpec:
    """Return the input: scaled by numbers of the training images, or each by its own."""
    if scale is None:
        step = Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6})
    else:
        gain = 1 / scale.deviation
        step = Step("scale_linear", {"gain": gain, "offset": -scale.mean * gain})
    names = ("intensity",) if channels == 1 else ("red", "green", "blue")
    return TensorSpec("raw", axes(names), steps=(step,), description="image")


def result_tensor(
    name: str,
    channels: tuple[str, ...],
    scale: Scale,
    description: str,
    *,
    spread: bool = False,
    factor: int = 1,
) -> TensorSpec:
    """Return the output in the units of the target.

    Parameters
    ----------
    name
        Its id, with which files are named.
    channels
        Names of the channels.
    scale
        That of the target.
    description
        What it shows.
    spread
        The second half of the channels holds deviations from the first, which are not shifted.
    factor
        Its rows for each of the image.
    """
    gains, offsets = [scale.deviation] * len(channels), [scale.mean] * len(channels)
    if spread:
        offsets[len(channels) // 2 :] = [0.0] * (len(channels) // 2)
        step = Step("scale_linear", {"gain": gains, "offset": offsets, "axis": "c"})
    else:
        step = Step("scale_linear", {"gain": gains[0], "offset": offsets[0]})
    return TensorSpec(name, axes(channels, 1 / factor), steps=(step,), description=description)


@dataclass(frozen=True)
class ImageResult:
    """The result of a task.

    Parameters
    ----------
    name
        Id of the output, with which files are named.
    title
        The task in a few words.
    words
        What the output shows.
    channel
        Name of its channel; several are numbered.
    """

    name: str
    title: str
    words: str
    channel: str

    def channels(self, count: int) -> tuple[str, ...]:
        """Return the names of channels."""
        if count == 1:
            return (self.channel,)
        return tuple(f"{self.channel} {number + 1}" for number in range(count))


RESULTS: Final = MappingProxyType(
    {
        "denoising": ImageResult(
            "denoised", "denoising", "image without noise, in the units of the image", "intensity"
        ),
        "labeling": ImageResult(
            "stain",
            "artificial labeling",
            "image of the stain, in the units of the training targets",
            "stain",
        ),
        "superresolution": ImageResult(
            "resolved",
            "super-resolution",
            "image of higher resolution, in the units of the training targets",
            "intensity",
        ),
    }
)

_TRAINING: Final = TrainingSettings(
    epochs=40,
    patch_size=128,
    batch_size=8,
    learning_rate=2e-3,
    weight_decay=0.0,
    patience=40,
    foreground_fraction=0.5,
    least_steps=2000,
    vary_intensity=False,
)
"""How networks train that give an image; the size of a patch is that of its target."""


def image_method(
    name: str,
    task: str,
    network_arguments: Mapping[str, Any],
    loss: str,
    arguments: Mapping[str, Any],
    *,
    image_scale: Sequence[float] | None = None,
    spread: bool = False,
    factor: int = 1,
) -> Method:
    """Return a method of this task, whose network has its name.

    Parameters
    ----------
    name
        Name of the method and of its network.
    task
        The task.
    network_arguments
        Arguments of the network besides the channels of image and target.
    loss
        Name of the loss.
    arguments
        Arguments that the method was built with: ``target_scale``, ``target_channels`` and
        ``channels`` among them.
    image_scale
        Mean and standard deviation by which images are scaled; without them each image gets zero
        mean and unit variance.
    spread
        The output has as many channels more, with the uncertainty of the first ones.
    factor
        Rows of the output for each of the image.
    """
    result, channels = RESULTS[task], arguments["channels"]
    names = result.channels(arguments["target_channels"])
    if spread:
        names += tuple(f"uncertainty of {name}" for name in names)
    own = None if image_scale is None else Scale(*image_scale)
    scale = Scale(*arguments["target_scale"])
    output = result_tensor(result.name, names, scale, result.words, spread=spread, factor=factor)
    shown = {"in_channels": channels, "out_channels": arguments["target_channels"]}
    return Method(
        name=name,
        task=task,
        title=result.title,
        inputs=(image_tensor(channels, own),),
        outputs=(output,),
        ranges=MappingProxyType({result.name: (None, None)}),
        network=name,
        network_arguments=MappingProxyType({**shown, **network_arguments}),
        training_arguments=MappingProxyType({}),
        make_target=scale.applied,
        loss=Loss(loss),
        training=replace(_TRAINING, patch_size=_TRAINING.patch_size // factor),
        decode=None,
        metrics=("psnr", "ssim", "pearson"),
        annotation="image",
        arguments=MappingProxyType(dict(arguments)),
    )
