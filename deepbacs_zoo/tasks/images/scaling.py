"""Units of images and targets: what goes into a network, and the step that brings them back.

The target is shifted and scaled by numbers that its training images give together, and the package
states the inverse as a step of its output, so that results come in the units of the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.tasks.specs import axes, channels_of
from deepbacs_zoo.tasks.types import Sample
from deepbacs_zoo.tensors import Step, TensorSpec

__all__ = ["Scale", "image_tensor", "input_scale", "result_tensor"]
__all__ += ["chosen_by_targets"]

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


def chosen_by_targets(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return the arguments of a method that follow from targets and channels of the images.

    Raises
    ------
    DataError
        The targets have different numbers of channels.
    """
    channels = len(samples[0].truth.content)
    for sample in samples:
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


def _scale(images: Sequence[NDArray[np.float32]]) -> Scale:
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
    name: str, channels: tuple[str, ...], scale: Scale, description: str, *, spread: bool = False
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
    """
    gains, offsets = [scale.deviation] * len(channels), [scale.mean] * len(channels)
    if spread:
        offsets[len(channels) // 2 :] = [0.0] * (len(channels) // 2)
        step = Step("scale_linear", {"gain": gains, "offset": offsets, "axis": "c"})
    else:
        step = Step("scale_linear", {"gain": gains[0], "offset": offsets[0]})
    return TensorSpec(name, axes(channels), steps=(step,), description=description)
