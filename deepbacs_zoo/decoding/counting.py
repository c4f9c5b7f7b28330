"""The number of boxes of a class in an image, by the scores of all of them.

One threshold compares the boxes of an image with those of other images, and where the network is
less sure of everything, in a crowd or under another stain, it drops half of the objects.  The sum
over boxes of what a score is worth compares images by all of their boxes.  A score is a product of
two numbers, the objectness and the probability of the class, so its root, their mean, is summed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["least_score"]


def least_score(scores: NDArray[np.floating], factor: float) -> float:
    """Return the score from which on boxes stay.

    Parameters
    ----------
    scores
        Those of the boxes of one class in one plane along the only axis, float32 or float64,
        above 0, highest first.
    factor
        The expected number of boxes is this times the sum of the square roots, in float64 and in
        the order of the scores; with 0 all boxes stay.

    Returns
    -------
    float
        That of the last box of the expected number, rounded half up; infinite if that is 0, and 0
        if all stay.
    """
    if not factor or not len(scores):
        return 0.0
    # A sum in order: that of NumPy adds in pairs, other languages do not.
    expected = factor * float(np.cumsum(np.sqrt(scores.astype(np.float64)))[-1])
    count = math.floor(expected + 0.5)
    if count >= len(scores):
        return 0.0
    return float(scores[count - 1]) if count else math.inf
