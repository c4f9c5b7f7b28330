"""The protocol of measures over the validation images of one epoch."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.tasks import GroundTruth

__all__ = ["Scores"]


class Scores(Protocol):
    """Measures gathered image by image; a new object for each epoch."""

    def add(self, output: NDArray[np.float32], truth: GroundTruth) -> None:
        """Add the exported network's output for an image, ``c y x`` float32, and the annotation."""

    def measures(self) -> dict[str, float]:
        """Return the method's metrics."""
