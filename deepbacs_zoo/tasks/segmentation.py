"""Instance segmentation by three classes: background, interior and boundary of each object.

The multilabel U-Net of DeepBacs (Spahn et al., Communications Biology 5, 688, 2022,
doi:10.1038/s42003-022-03634-z), with targets made from label images as its ImageJ macro
``semantic_boundary_labels.ijm`` makes them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import Multilabel
from deepbacs_zoo.tasks.model import Augmentation, Loss, NetworkChoice, Schedule, Task
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, Step, TensorSpec

__all__ = ["BACKGROUND", "BOUNDARY", "INTERIOR", "SEGMENTATION", "classes_of_labels"]

BACKGROUND: Final = 0
INTERIOR: Final = 1
BOUNDARY: Final = 2
_CLASSES: Final = ("background", "interior", "boundary")


def classes_of_labels(labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """Turn a label image into the three classes.

    A pixel of an object is boundary if one of its four neighbours has another value, background or
    another object: touching objects are separated by two pixels of boundary.  Beyond the image
    nothing is known, so an object that the edge cuts has no boundary there.

    Parameters
    ----------
    labels
        ``y x``, 0 is background.

    Returns
    -------
    numpy.ndarray
        ``y x`` int64: 0 background, 1 interior, 2 boundary.
    """
    edge = np.zeros(labels.shape, np.bool_)
    rows = labels[1:] != labels[:-1]
    edge[1:] |= rows
    edge[:-1] |= rows
    columns = labels[:, 1:] != labels[:, :-1]
    edge[:, 1:] |= columns
    edge[:, :-1] |= columns
    classes = np.where(labels > 0, INTERIOR, BACKGROUND)
    return np.where(edge & (labels > 0), BOUNDARY, classes).astype(np.int64)


def _axes(channels: tuple[str, ...]) -> tuple[Axis, ...]:
    return (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "channel", FixedSize(len(channels)), channel_names=channels),
        Axis("y", "y", FreeSize()),
        Axis("x", "x", FreeSize()),
    )


SEGMENTATION: Final = Task(
    name="segmentation",
    description="finds single objects by the classes background, interior and boundary",
    inputs=(
        TensorSpec(
            "raw",
            _axes(("intensity",)),
            # Every consumer computes this one alike, percentiles not.
            steps=(Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),),
            description="grey image, one channel",
        ),
    ),
    outputs=(
        TensorSpec(
            "probabilities",
            _axes(_CLASSES),
            description="probability of each class; the three add up to one",
        ),
    ),
    ranges={"probabilities": (0.0, 1.0)},
    network=NetworkChoice(
        "unet",
        {"in_channels": 1, "out_channels": 3, "base": 16, "depth": 3, "activation": "softmax"},
    ),
    # A boundary is a few pixels of very many: without weights it is learned last.
    loss=Loss("cross_entropy_dice", {"class_weights": (1.0, 2.0, 4.0), "dice": 1.0}),
    classes=_CLASSES,
    make_target=classes_of_labels,
    decode=Multilabel(
        output="probabilities", background=BACKGROUND, interior=INTERIOR, boundary=BOUNDARY
    ),
    metrics=("instances", "class_iou"),
    augmentation=Augmentation(
        turns=True,
        free_turns=0.5,
        scale=0.1,
        contrast=2.0,
        brightness=0.2,
        gamma=1.25,
        noise=0.15,
        blur=0.8,
    ),
    schedule=Schedule(
        epochs=20,
        patch=128,
        patches=8,
        batch=8,
        on_objects=0.75,
        learning_rate=3e-3,
        weight_decay=1e-4,
        patience=20,
    ),
)
