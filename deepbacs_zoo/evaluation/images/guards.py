"""Warnings about predictions that lose or invent structure, which good averages hide."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deepbacs_zoo.evaluation.images.scores import ImageScores
from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["LEAST_PRECISION", "LEAST_RECALL", "MOST_CORRELATION", "about_structure"]

MOST_CORRELATION: Final = 0.1
"""Autocorrelation of a residual that is no longer white: of a model that leaves a fifth of each
pixel's noise in its neighbors, or takes structure of a third of the noise's deviation away."""
LEAST_RECALL: Final = 0.5
LEAST_PRECISION: Final = 0.75

_METHOD: Final = "Whiteness of residuals as a test of denoising: what was taken away must be noise."

STRUCTURE_REMOVED: Final = Rule(
    "structure-in-residual",
    Severity.WARNING,
    "What a denoiser takes away must be noise; where neighbors in it are alike, structure went, or "
    "the noise of the camera is itself correlated.",
    _METHOD,
)
NOISE_KEPT: Final = Rule(
    "noise-in-prediction",
    Severity.WARNING,
    "Where neighbors in what was taken away are unlike, noise was spread over them and is still in "
    "the prediction, as smooth structure that nobody tells from real one.",
    _METHOD,
)
STRUCTURE_LOST: Final = Rule(
    "structure-lost",
    Severity.WARNING,
    "Averages over all pixels are good where fine structure is smoothed away, too.",
)
STRUCTURE_INVENTED: Final = Rule(
    "structure-invented",
    Severity.WARNING,
    "Structure that no target has will be measured by somebody as if it were real.",
)


def about_structure(where: str | Path, scores: ImageScores) -> Iterator[Finding]:
    """Yield warnings about the structure of predictions.

    Parameters
    ----------
    where
        The package or run.
    scores
        Its scores over all images.
    """
    residual = scores.residual.value
    if residual > MOST_CORRELATION:
        yield STRUCTURE_REMOVED.finding(
            where,
            f"what it takes away from the images is not white: its autocorrelation is "
            f"{residual:.2f}",
            f"between {-MOST_CORRELATION} and {MOST_CORRELATION}",
            "look at the error maps for cells or stripes; train on more images of this kind, or "
            "on structured masks where lines of the camera are correlated",
        )
    if residual < -MOST_CORRELATION:
        yield NOISE_KEPT.finding(
            where,
            f"it leaves noise in the prediction: the autocorrelation of what it takes away is "
            f"{residual:.2f}",
            f"between {-MOST_CORRELATION} and {MOST_CORRELATION}",
            "train longer, or on more images",
        )
    recall = scores.estimates["structure_recall"].value
    if not math.isnan(recall) and recall < LEAST_RECALL:
        yield STRUCTURE_LOST.finding(
            where,
            f"it has {recall:.0%} of the edges and ridges of the targets",
            f"at least {LEAST_RECALL:.0%}",
            "measure no small structures in its predictions; look at the error maps",
        )
    precision = scores.estimates["structure_precision"].value
    if not math.isnan(precision) and precision < LEAST_PRECISION:
        yield STRUCTURE_INVENTED.finding(
            where,
            f"{1 - precision:.0%} of the edges and ridges of its predictions are in no target",
            f"at most {1 - LEAST_PRECISION:.0%}",
            "measure no small structures in its predictions; look at the error maps, and at the "
            "noise of the targets themselves",
        )
