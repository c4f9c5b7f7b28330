"""The scores of one image of one method against its target."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.images.scores import SimilarityRow
from deepbacs_zoo.evaluation.previews import planes_of
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import compare_images, residual_correlation, ring_correlation

__all__ = ["score_image"]


def score_image(
    name: str,
    target: Image,
    planes: NDArray[np.float32],
    *,
    noisy: NDArray[np.float32] | None = None,
    seconds: float = 0.0,
) -> SimilarityRow:
    """Compare an image with its target.

    Parameters
    ----------
    name
        Of the pair.
    target
        The target image; its first position counts.
    planes
        The image, ``c y x`` float32 of the target's size.
    noisy
        The input, ``c y x`` float32, where ``planes`` are the same without noise; the
        autocorrelation of the residual is left out without it.
    seconds
        Wall time that the method took.
    """
    truths = planes_of(target)
    channels = [
        dataclasses.asdict(compare_images(*each)) for each in zip(truths, planes, strict=True)
    ]
    rings = [ring_correlation(*each) for each in zip(truths, planes, strict=True)]
    scores = {key: float(np.mean([each[key] for each in channels])) for key in channels[0]}
    scores["resolution"] = float(np.mean([each.resolution for each in rings]))
    residual = float("nan")
    if noisy is not None:
        found = [residual_correlation(*each) for each in zip(noisy, planes, strict=True)]
        residual = max((each.strongest for each in found), key=abs)
        scores["residual_correlation"] = abs(residual)
    size = target.calibration
    return SimilarityRow(name, scores, rings, residual, size.x, size.unit, seconds)
