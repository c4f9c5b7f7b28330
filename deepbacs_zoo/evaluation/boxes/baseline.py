"""Boxes by the classical method: around the objects that it finds, all of one class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.baseline.method import Baseline
from deepbacs_zoo.evaluation.boxes.scores import DetectedBoxes
from deepbacs_zoo.metrics import BoxSet

__all__ = ["boxes_by_baseline"]


def boxes_by_baseline(
    baseline: Baseline,
    corners: Sequence[NDArray[np.float64]],
    seconds: Sequence[float],
    truth: Sequence[BoxSet],
    classes: Sequence[str],
) -> DetectedBoxes:
    """Return the boxes of the classical method; it knows no classes, so all are of the commonest.

    Parameters
    ----------
    baseline
        The method.
    corners, seconds
        Its boxes in each image, ``n 4`` float64, and the time that each image took.
    truth
        The true boxes, of which the commonest class is taken: the best single guess.
    classes
        Names of the classes.
    """
    totals = np.bincount(np.concatenate([each.classes for each in truth]), minlength=len(classes))
    kind = int(totals.argmax())
    return DetectedBoxes(
        baseline.name,
        f"{baseline.description}; boxes around these objects, all called {classes[kind]}, "
        "the commonest class",
        [BoxSet(each, np.full(len(each), kind), np.ones(len(each))) for each in corners],
        seconds,
    )
