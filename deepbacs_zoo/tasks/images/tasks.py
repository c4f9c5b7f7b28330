"""The tasks whose result is an image: what it is called, and how networks train for it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.tasks.types import TrainingSettings

__all__ = ["IMAGES", "RESULTS", "ImageResult"]


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
            "labeled",
            "artificial labeling",
            "image of the stain, in the units of the training targets",
            "stain",
        ),
        "superresolution": ImageResult(
            "resolved",
            "super-resolution at equal size",
            "image of higher resolution, in the units of the training targets",
            "intensity",
        ),
    }
)

IMAGES: Final = TrainingSettings(
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
"""How networks train that give an image."""
