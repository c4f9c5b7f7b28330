"""Tensors and settings that several tasks share: the image, and an output on a grid."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from deepbacs_zoo.tasks.types import Sample, TrainingSettings
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, Step, TensorSpec

__all__ = ["SHAPES", "axes", "channels_of", "image_input"]

_COLOURS: Final = ("red", "green", "blue")


def axes(channels: tuple[str, ...], grid: float = 1) -> tuple[Axis, ...]:
    """Return ``b c y x``, with a pixel for ``grid`` by ``grid`` pixels of the image.

    A grid of 0.5 has four pixels for each of the image.
    """
    return (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "channel", FixedSize(len(channels)), channel_names=channels),
        Axis("y", "y", FreeSize(), scale=float(grid)),
        Axis("x", "x", FreeSize(), scale=float(grid)),
    )


def image_input(channels: int = 1) -> TensorSpec:
    """Return the image, whose channels together get zero mean and unit variance."""
    return TensorSpec(
        "raw",
        axes(_COLOURS if channels == len(_COLOURS) else ("intensity",)),
        steps=(Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),),
        description="colour picture" if channels > 1 else "image of one channel",
    )


def channels_of(samples: Sequence[Sample]) -> int:
    """Return 3 where all images are colour pictures or have three channels, else 1."""
    return 3 if all(sample.channels == len(_COLOURS) for sample in samples) else 1


SPLIT_LEVELS: Final = (0.5, 0.7, 0.85, 0.95, 0.98, 0.99, 0.995)
"""Levels of a probability at which objects that are not convex are split."""
CLASSES_OF_PIXELS: Final = TrainingSettings(
    epochs=20,
    patch_size=128,
    batch_size=8,
    learning_rate=1e-2,
    weight_decay=1e-4,
    patience=20,
    foreground_fraction=0.5,
    least_steps=1500,
    max_contrast=3.0,
    max_zoom=1.25,
    composed_fields=48,
)
"""How networks train that give the class of each pixel."""
SHAPES: Final = dataclasses.replace(CLASSES_OF_PIXELS, epochs=60, learning_rate=5e-3, patience=60)
"""How networks train that give the shape of an object at each pixel of a grid."""
