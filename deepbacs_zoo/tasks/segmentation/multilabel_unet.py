"""Instance segmentation by a multilabel U-Net: background, interior and boundary, as in DeepBacs.

Spahn et al. 2022, https://doi.org/10.1038/s42003-022-03634-z.  The boundary class keeps touching
cells apart; seeds are interiors, which grow over the boundary until they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.annotations.labels.classes import CLASSES
from deepbacs_zoo.package.zoo_config import Multilabel
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.specs import CLASSES_OF_PIXELS, SPLIT_LEVELS, axes, image_input
from deepbacs_zoo.tasks.targets.classes import multilabel_target
from deepbacs_zoo.tasks.targets.objects import choose_grid, some_objects
from deepbacs_zoo.tasks.types import Choice, Loss, Method, MethodEntry, Sample
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["ENTRY"]

_DEPTH: Final = 3


def build(min_size: int = 60) -> Method:
    """Return the method.

    Parameters
    ----------
    min_size
        Objects of fewer pixels are dropped.
    """
    return Method(
        name="multilabel-unet",
        task="segmentation",
        title="instance segmentation by background, interior and boundary",
        inputs=(image_input(),),
        outputs=(
            TensorSpec(
                "probabilities",
                axes(CLASSES),
                description="probability of background, interior and boundary of a cell",
            ),
        ),
        ranges=MappingProxyType({"probabilities": (0.0, 1.0)}),
        network="unet",
        network_arguments=MappingProxyType(
            {
                "in_channels": 1,
                "out_channels": len(CLASSES),
                "base": 8,
                "depth": _DEPTH,
                "activation": "softmax",
            }
        ),
        training_arguments=MappingProxyType({"activation": "none"}),
        make_target=multilabel_target,
        loss=Loss(
            "cross_entropy_dice",
            # Boundaries are few pixels; errors there merge or split cells.
            MappingProxyType({"class_weights": (1.0, 2.0, 4.0), "dice_weight": 1.0}),
        ),
        training=CLASSES_OF_PIXELS,
        decode=Multilabel("probabilities", min_size=min_size, split_levels=SPLIT_LEVELS),
        metrics=("iou_interior", "iou_boundary", "recall", "precision"),
        arguments=MappingProxyType({"min_size": min_size}),
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return the smallest size by the objects of the training images."""
    return Choice({"min_size": choose_grid(some_objects(samples))["min_size"]})


ENTRY: Final = MethodEntry(
    "multilabel-unet",
    "segmentation",
    build,
    choose,
    presets(
        notebook(
            "ZeroCostDL4Mic U-Net 2D multilabel 2.2.0",
            {
                "epochs": 100,
                "patch_size": 320,
                "batch_size": 4,
                "learning_rate": 5e-3,
                "plateau": 20,
            },
            network={"depth": 2, "base": 64},
        )
    ),
)
