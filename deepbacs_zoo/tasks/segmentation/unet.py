"""Instance segmentation by the probability of foreground and a watershed.

A U-Net (Ronneberger et al. 2015, https://doi.org/10.1007/978-3-319-24574-4_28) as in DeepBacs.
Pixels where two objects touch count as background, so that they come apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.package.zoo_config import Foreground
from deepbacs_zoo.tasks.specs import axes, channels_of, image_input
from deepbacs_zoo.tasks.targets.objects import choose_grid, some_objects
from deepbacs_zoo.tasks.types import Choice, Loss, Sample, Task, TaskEntry, TrainingSettings
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["ENTRY"]

_CLASSES: Final = ("background", "foreground")


def make_target(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return 1 for pixels of objects that have none of another object beside them, else 0."""
    found = labels > 0
    for axis in (0, 1):
        before, after = (
            tuple(slice(*ends) if at == axis else slice(None) for at in (0, 1))
            for ends in ((None, -1), (1, None))
        )
        touching = (labels[before] != labels[after]) & (labels[before] > 0) & (labels[after] > 0)
        found[before] &= ~touching
        found[after] &= ~touching
    return np.asarray(found, np.int32)


def build(min_size: int = 20, channels: int = 1) -> Task:
    """Return the task.

    Parameters
    ----------
    min_size
        Objects of fewer pixels are dropped.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    return Task(
        name="foreground",
        title="instance segmentation by foreground and watershed",
        inputs=(image_input(channels),),
        outputs=(
            TensorSpec(
                "probabilities",
                axes(_CLASSES),
                description="probability of background and foreground",
            ),
        ),
        ranges=MappingProxyType({"probabilities": (0.0, 1.0)}),
        network="unet",
        network_arguments=MappingProxyType(
            {
                "in_channels": channels,
                "out_channels": len(_CLASSES),
                "base": 16,
                "depth": 3,
                "activation": "softmax",
            }
        ),
        training_arguments=MappingProxyType({"activation": "none"}),
        make_target=make_target,
        loss=Loss(
            "cross_entropy_dice",
            MappingProxyType({"class_weights": (1.0, 1.0), "dice_weight": 1.0}),
        ),
        training=TrainingSettings(
            epochs=20,
            patch=128,
            batch=8,
            learning_rate=1e-2,
            weight_decay=1e-4,
            patience=20,
            foreground=0.5,
        ),
        decode=MappingProxyType(
            Foreground("probabilities", channel=1, min_size=min_size).as_config()
        ),
        metrics=("iou_foreground", "recall", "precision"),
        arguments=MappingProxyType({"min_size": min_size, "channels": channels}),
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return the smallest size by the objects of the training images."""
    sizes = choose_grid(some_objects(samples))
    return Choice({"min_size": sizes["min_size"], "channels": channels_of(samples)})


ENTRY: Final = TaskEntry("foreground", build, choose)
