"""Artificial labeling: from images in transmitted light to fluorescence.

The network of Ounkomol et al. 2018 (https://doi.org/10.1038/s41592-018-0111-2), as in DeepBacs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbacs_zoo.tasks.images.shared import chosen_by_targets, image_method
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.types import Choice, Method, MethodEntry, Sample

__all__ = ["ENTRY"]

_TASK: Final = "labeling"


def build(
    target_scale: Sequence[float] = (0.0, 1.0), target_channels: int = 1, channels: int = 1
) -> Method:
    """Return the method.

    Parameters
    ----------
    target_scale
        Mean and standard deviation of the training targets, in whose units results come.
    target_channels
        Stains.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    arguments = {
        "target_scale": tuple(target_scale),
        "target_channels": target_channels,
        "channels": channels,
    }
    return image_method("fnet", _TASK, {"base": 16, "depth": 3}, "squared", arguments)


def choose(samples: Sequence[Sample]) -> Choice:
    """Return scale and channels by the training images."""
    return Choice(chosen_by_targets(samples))


ENTRY: Final = MethodEntry(
    "fnet",
    _TASK,
    build,
    choose,
    presets(
        notebook(
            "ZeroCostDL4Mic fnet 2D 1.14.1",
            {
                "epochs": 20,
                "steps_per_epoch": 50,
                "patch_size": 256,
                "batch_size": 64,
                "learning_rate": 1e-3,
            },
            network={"base": 32, "depth": 4},
        )
    ),
    annotation="image",
    anew=frozenset({"target_scale"}),
)
