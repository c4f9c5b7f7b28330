"""Super-resolution to twice the rows and columns: wide field to structured illumination.

The fine image of a structured illumination microscope has pixels of half the size (Gustafsson
2000, https://doi.org/10.1046/j.1365-2818.2000.00710.x), which no image of equal size can hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbacs_zoo.tasks.images.shared import chosen_by_targets, image_method
from deepbacs_zoo.tasks.presets import CARE, presets
from deepbacs_zoo.tasks.types import Choice, Method, MethodEntry, Sample

__all__ = ["ENTRY"]

_TASK: Final = "superresolution"
_FACTOR: Final = 2


def build(
    target_scale: Sequence[float] = (0.0, 1.0), target_channels: int = 1, channels: int = 1
) -> Method:
    """Return the method.

    Parameters
    ----------
    target_scale
        Mean and standard deviation of the training targets, in whose units results come.
    target_channels
        Channels of the target.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    arguments = {
        "target_scale": tuple(target_scale),
        "target_channels": target_channels,
        "channels": channels,
    }
    network = {"base": 16, "depth": 2, "residual": channels == target_channels}
    return image_method("upscale", _TASK, network, "absolute", arguments, factor=_FACTOR)


def choose(samples: Sequence[Sample]) -> Choice:
    """Return scale and channels by the training images."""
    return Choice(chosen_by_targets(samples, _FACTOR))


ENTRY: Final = MethodEntry(
    "upscale",
    _TASK,
    build,
    choose,
    presets(CARE),
    annotation="image",
    anew=frozenset({"target_scale"}),
)
