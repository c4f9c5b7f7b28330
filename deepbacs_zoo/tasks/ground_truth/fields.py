"""An image with its ground truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks.ground_truth.labels import GroundTruth

__all__ = ["Field"]


@dataclass(frozen=True, eq=False)
class Field:
    """An image and its annotation.

    Parameters
    ----------
    image
        ``c y x`` float32, after the task's steps, whose statistics are those of the whole image.
    truth
        Its annotation, from which the task makes targets.
    """

    image: NDArray[np.float32]
    truth: GroundTruth
