"""The protocol of measures over the validation images, of an epoch or of the final weights."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.findings import Finding
from deepbacs_zoo.tasks import GroundTruth

__all__ = ["Scores"]


class Scores(Protocol):
    """Measures gathered image by image; a new object for each epoch."""

    def add(self, output: NDArray[np.float32], truth: GroundTruth) -> None:
        """Add the exported network's output for an image, ``c y x`` float32, and the annotation."""

    def measures(self) -> dict[str, float]:
        """Return the method's metrics."""

    def final(self) -> dict[str, float]:
        """Return the scores of a training that is over, by their names in words."""

    def warnings(self, where: Path) -> tuple[Finding, ...]:
        """Return what the user of a run must know about its objects."""
