"""The patches of one epoch: each follows from (seed, epoch, index) alone, so runs can resume.

A target is made for each patch after it was turned: of a cut of the truth that shows every object
in the patch whole, cropped to the patch at the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks import Field, Method, Target, TrainingSettings, Window
from deepbacs_zoo.training.data.arrays import mapped, padded, typed
from deepbacs_zoo.training.data.augmentation import draw_turn, draw_zoom, intensity, rotated

__all__ = ["Patches", "cut_image", "epoch_length"]

Array = NDArray[Any]

_COMPOSED: Final = 0.5
"""Share of the patches that are cut from composed fields, where there are any."""


def epoch_length(shapes: Sequence[tuple[int, ...]], settings: TrainingSettings) -> int:
    """Return how many patches an epoch has: full batches, by default of the images' area.

    Of few images an epoch has more, so that all epochs together make the least number of steps.
    """
    if settings.steps_per_epoch is not None:
        return settings.steps_per_epoch * settings.batch_size
    covering = sum(_covering(shape, settings.patch_size) for shape in shapes)
    steps = math.ceil(covering / settings.batch_size)
    least = math.ceil((settings.least_steps or 0) / settings.epochs)
    return max(steps, least) * settings.batch_size


def cut_image(image: NDArray[np.float32], window: Window) -> NDArray[np.float32]:
    """Return what a window shows of ``c y x`` float32: pixels, or linearly between them."""
    if window.scale == 1:
        y, x = int(window.y), int(window.x)
        return image[:, y : y + window.height, x : x + window.width]
    for axis, places in ((1, window.rows()), (2, window.columns())):
        centers = np.clip(places - 0.5, 0, image.shape[axis] - 1)
        low = np.floor(centers).astype(np.intp)
        high = np.minimum(low + 1, image.shape[axis] - 1)
        share = (
            (centers - low).astype(np.float32).reshape([-1 if at == axis else 1 for at in range(3)])
        )
        image = image.take(low, axis) * (1 - share) + image.take(high, axis) * share
    return image


class Patches:
    """The patches of one epoch, a map-style dataset.

    Parameters
    ----------
    method
        Makes the targets.
    fields
        The training images.
    settings
        Sizes, fraction on objects, zoom, contrast.
    seed, epoch
        With the index they decide about a patch.
    composed
        Fields composed of the objects of the training images; half of the patches show them.
    """

    def __init__(
        self,
        method: Method,
        fields: Sequence[Field],
        settings: TrainingSettings,
        seed: int,
        epoch: int,
        composed: Sequence[Field] = (),
    ) -> None:
        self.method = method
        self.settings = settings
        self.seed = seed
        self.epoch = epoch
        side = settings.patch_size
        everything = [*fields, *composed]
        self._images = [padded(field.image, side, side) for field in everything]
        self._truths = [field.truth.padded(side, side) for field in everything]
        self._objects = [np.flatnonzero(truth.foreground_mask()) for truth in self._truths]
        self._composed = range(len(fields), len(everything))
        shapes = [field.truth.shape for field in fields]
        self._length = epoch_length(shapes, settings)
        turns = [index for index, shape in enumerate(shapes) for _ in range(_covering(shape, side))]
        self._order = np.random.default_rng([seed, epoch]).permutation(turns)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Target]:
        """Return a patch ``c y x`` and its target, whose last axes are ``y x`` on the grid."""
        if not 0 <= index < self._length:
            raise IndexError(index)
        random = np.random.default_rng([self.seed, self.epoch, index])
        chosen = int(self._order[index % len(self._order)])
        if self._composed and random.random() < _COMPOSED:
            chosen = int(random.choice(self._composed))
        window = self._window(random, chosen)
        turn = draw_turn(random)
        image = rotated(cut_image(self._images[chosen], window), *turn)
        if self.settings.vary_intensity:
            image = intensity(random, image, self.settings.max_contrast)
        target = self._target(chosen, window, turn)
        return np.ascontiguousarray(image, np.float32), target

    def _target(self, chosen: int, window: Window, turn: tuple[int, bool]) -> Target:
        truth, grid = self._truths[chosen], self.method.grid
        margins = truth.margins(window, grid)
        target = self.method.make_target(truth.cut(window.grown(margins)).rotated(*turn).content)
        seen, side = margins.rotated(*turn), self.method.output_side(self.settings.patch_size)
        top, left = self.method.output_side(seen.top), self.method.output_side(seen.left)
        return mapped(lambda array: typed(array[..., top : top + side, left : left + side]), target)

    def _window(self, random: np.random.Generator, chosen: int) -> Window:
        """Return a window: anywhere, or with some pixel of an object inside."""
        side = self.settings.patch_size
        height, width = self._truths[chosen].shape
        scale = min(draw_zoom(random, self.settings.max_zoom), min(height, width) / side)
        seen = math.ceil(side * scale)
        objects = self._objects[chosen]
        if objects.size and random.random() < self.settings.foreground_fraction:
            row, column = divmod(int(random.choice(objects)), width)
            corner = row - int(random.integers(seen)), column - int(random.integers(seen))
        else:
            corner = int(random.integers(height)), int(random.integers(width))
        y, x = (
            min(max(start, 0), size - seen)
            for start, size in zip(corner, (height, width), strict=True)
        )
        return Window(y, x, side, side, scale)


def _covering(shape: tuple[int, ...], patch: int) -> int:
    return math.ceil(math.prod(shape) / patch**2)
