"""Instance segmentation by the probability of foreground and a watershed.

A U-Net (Ronneberger et al. 2015, https://doi.org/10.1007/978-3-319-24574-4_28) as in DeepBacs.
Pixels where two objects touch count as background, so that they come apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.package.zoo_config import Foreground
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.specs import CLASSES_OF_PIXELS, SPLIT_LEVELS, axes, channels_of, image_input
from deepbacs_zoo.tasks.targets.classes import foreground_target
from deepbacs_zoo.tasks.targets.objects import choose_grid, some_objects
from deepbacs_zoo.tasks.types import Choice, Loss, Method, MethodEntry, Sample
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["ENTRY"]

_CLASSES: Final = ("background", "foreground")


def build(min_size: int = 20, channels: int = 1) -> Method:
    """Return the method.

    Parameters
    ----------
    min_size
        Objects of fewer pixels are dropped.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    return Method(
        name="unet",
        task="segmentation",
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
        make_target=foreground_target,
        loss=Loss(
            "cross_entropy_dice",
            MappingProxyType({"class_weights": (1.0, 1.0), "dice_weight": 1.0}),
        ),
        training=CLASSES_OF_PIXELS,
        decode=Foreground("probabilities", channel=1, min_size=min_size, split_levels=SPLIT_LEVELS),
        metrics=("iou_foreground", "recall", "precision"),
        arguments=MappingProxyType({"min_size": min_size, "channels": channels}),
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return the smallest size by the objects of the training images."""
    sizes = choose_grid(some_objects(samples))
    return Choice({"min_size": sizes["min_size"], "channels": channels_of(samples)})


ENTRY: Final = MethodEntry(
    "unet",
    "segmentation",
    build,
    choose,
    presets(
        notebook(
            "ZeroCostDL4Mic U-Net 2D 2.2.1",
            {
                "epochs": 100,
                "patch_size": 512,
                "batch_size": 4,
                "learning_rate": 1e-4,
                "plateau": 20,
            },
            network={"depth": 3, "base": 64},
        )
    ),
)
