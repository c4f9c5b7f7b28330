"""Whole validation images, one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks import Field, Method, Target
from deepbacs_zoo.training.data.arrays import mapped, padded, typed

__all__ = ["ValidationDataset"]


class ValidationDataset:
    """A map-style dataset of number, image and target, each with a batch axis of one.

    Images are mirrored at their ends up to the next size that the network takes, targets are not.
    """

    def __init__(self, method: Method, fields: Sequence[Field]) -> None:
        self.method = method
        self.fields = fields

    def __len__(self) -> int:
        return len(self.fields)

    def __iter__(self) -> Iterator[tuple[int, NDArray[np.float32], Target]]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> tuple[int, NDArray[np.float32], Target]:
        """Return an image; targets are made anew each time, as they may be large."""
        field, multiple = self.fields[index], self.method.multiple
        size = [math.ceil(side / multiple) * multiple for side in field.truth.shape]
        image = padded(field.image, *size)[np.newaxis]
        target = self.method.make_target(field.truth.content)
        return index, image, mapped(lambda array: typed(array)[np.newaxis], target)
