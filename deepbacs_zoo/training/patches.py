"""The patches of one epoch: each follows from (seed, epoch, index) alone, so runs can resume."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks import TrainingSettings
from deepbacs_zoo.training.augmentation import augment
from deepbacs_zoo.training.examples import Example

__all__ = ["Patches", "epoch_length", "padded"]

Number = TypeVar("Number", np.float32, np.int32)


def epoch_length(shapes: Sequence[tuple[int, ...]], patch: int, batch: int) -> int:
    """Return how many patches have the area of all images, rounded up to full batches."""
    covering = sum(_covering(shape, patch) for shape in shapes)
    return math.ceil(covering / batch) * batch


def padded(array: NDArray[Number], height: int, width: int) -> NDArray[Number]:
    """Mirror the last two axes at their ends up to a size; larger arrays stay as they are."""
    missing = [(0, 0)] * (array.ndim - 2) + [
        (0, max(0, wanted - found))
        for wanted, found in zip((height, width), array.shape[-2:], strict=True)
    ]
    return np.pad(array, missing, mode="symmetric") if any(map(any, missing)) else array


class Patches:
    """The patches of one epoch, a map-style dataset.

    Parameters
    ----------
    examples
        The training images.
    settings
        Patch, batch, foreground.
    seed, epoch
        With the index they decide about a patch.
    """

    def __init__(
        self, examples: Sequence[Example], settings: TrainingSettings, seed: int, epoch: int
    ) -> None:
        self.settings = settings
        self.seed = seed
        self.epoch = epoch
        side = settings.patch
        self._images = [padded(example.image, side, side) for example in examples]
        self._targets = [padded(example.target, side, side) for example in examples]
        self._objects = [np.flatnonzero(target) for target in self._targets]
        shapes = [example.target.shape for example in examples]
        self._length = epoch_length(shapes, side, settings.batch)
        turns = [index for index, shape in enumerate(shapes) for _ in range(_covering(shape, side))]
        self._order = np.random.default_rng([seed, epoch]).permutation(turns)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return a patch ``c y x`` and its classes ``y x``."""
        if not 0 <= index < self._length:
            raise IndexError(index)
        random = np.random.default_rng([self.seed, self.epoch, index])
        chosen = int(self._order[index % len(self._order)])
        y, x = self._place(random, chosen)
        side = self.settings.patch
        window = np.s_[..., y : y + side, x : x + side]
        image, target = augment(random, self._images[chosen][window], self._targets[chosen][window])
        return image, target.astype(np.int64)

    def _place(self, random: np.random.Generator, chosen: int) -> tuple[int, int]:
        """Return the first row and column: anywhere, or with some pixel of an object inside."""
        side = self.settings.patch
        height, width = self._targets[chosen].shape
        objects = self._objects[chosen]
        if objects.size and random.random() < self.settings.foreground:
            row, column = divmod(int(random.choice(objects)), width)
            corner = row - int(random.integers(side)), column - int(random.integers(side))
        else:
            corner = int(random.integers(height)), int(random.integers(width))
        return tuple(
            min(max(start, 0), size - side)
            for start, size in zip(corner, (height, width), strict=True)
        )


def _covering(shape: tuple[int, ...], patch: int) -> int:
    return math.ceil(math.prod(shape) / patch**2)
