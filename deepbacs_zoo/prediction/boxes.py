"""Boxes from an output tensor, in calibrated units, with what the user should know of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from deepbacs_zoo.decoding import MOST_CANDIDATES, FoundBox, count_candidates, decode_boxes
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.results import BoxRow, list_boxes
from deepbacs_zoo.runners.base import Array

__all__ = ["box_positions"]


def box_positions(
    settings: AnchorBoxes,
    array: Array,
    size: Mapping[str, int],
    scaled: Mapping[str, int],
    calibration: Calibration,
) -> tuple[tuple[BoxRow, ...], tuple[Finding, ...]]:
    """Decode every position of a tensor at its own scale, and bring the boxes to the image's.

    Parameters
    ----------
    settings
        How to decode.
    array
        ``t z c y x``.
    size
        The image's pixels along ``y`` and ``x``.
    scaled
        Those of the image that the network saw, at the model's scale.
    calibration
        Size of the image's pixels.

    Returns
    -------
    tuple of BoxRow
        Position by position, numbered from 1 at each, the highest score first.
    tuple of Finding
        A warning where there were more candidates than are looked at.
    """
    rows: list[BoxRow] = []
    most = 0
    seen = (scaled["y"], scaled["x"])
    factors = (size["x"] / scaled["x"], size["y"] / scaled["y"])
    for t, z in np.ndindex(*array.shape[:2]):
        plane = np.ascontiguousarray(array[t, z], np.float32)
        found = [_moved(each, factors) for each in decode_boxes(settings, plane, seen)]
        rows += list_boxes(found, settings.classes, calibration, t=t, z=z)
        most = max(most, count_candidates(settings, plane, seen))
    return tuple(rows), _too_many(settings, most)


def _moved(box: FoundBox, factors: tuple[float, float]) -> FoundBox:
    across, down = factors
    if across == down == 1.0:
        return box
    return dataclasses.replace(
        box, x0=box.x0 * across, y0=box.y0 * down, x1=box.x1 * across, y1=box.y1 * down
    )


def _too_many(settings: AnchorBoxes, most: int) -> tuple[Finding, ...]:
    if most <= MOST_CANDIDATES:
        return ()
    return (
        Finding(
            Severity.WARNING,
            f"output '{settings.output}'",
            f"{most} candidates pass the score threshold, and only the best {MOST_CANDIDATES} were "
            "looked at",
            f"at most {MOST_CANDIDATES} candidates in a plane",
            "check whether the image is one that the network was trained for, or crop it",
        ),
    )
