"""Labels and objects from an output tensor."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.package.zoo_config import LabelDecoding
from deepbacs_zoo.prediction.rescale import nearest
from deepbacs_zoo.results import ObjectRow, measure_objects
from deepbacs_zoo.runners.base import Array

__all__ = ["decode_positions", "measure_positions"]

Labels = npt.NDArray[np.int32]


def decode_positions(
    settings: LabelDecoding,
    array: Array,
    size: Mapping[str, int],
    scaled: Mapping[str, int] | None = None,
) -> Labels:
    """Decode every position of a tensor at its own scale, and bring the labels to the image's.

    Parameters
    ----------
    settings
        How to decode.
    array
        ``t z c y x``.
    size
        The image's pixels along ``y`` and ``x``.
    scaled
        Those of the image that the network saw, at the model's scale; ``size`` if not given.

    Returns
    -------
    numpy.ndarray
        ``t z y x`` int32; 0 is background, labels count from 1 at every position.
    """
    frames, slices = array.shape[:2]
    labels = np.empty((frames, slices, size["y"], size["x"]), np.int32)
    seen = size if scaled is None else scaled
    for t, z in np.ndindex(frames, slices):
        plane = np.ascontiguousarray(array[t, z], np.float32)
        found = decode(settings, plane, (seen["y"], seen["x"]))
        labels[t, z] = _brought_back(found, size)
    return labels


def _brought_back(labels: Labels, size: Mapping[str, int]) -> Labels:
    """Bring labels to the image's size; numbers stay 1 to n where one is lost on the way."""
    if labels.shape == (size["y"], size["x"]):
        return labels
    moved = nearest(labels, "yx", size)
    present = np.unique(moved)
    if present[0] != 0:
        present = np.concatenate([[0], present])
    return np.searchsorted(present, moved).astype(np.int32)


def measure_positions(labels: Labels | None, calibration: Calibration) -> tuple[ObjectRow, ...]:
    """Return one row per label of ``t z y x`` labels, in calibrated units, with its position."""
    if labels is None:
        return ()
    rows: list[ObjectRow] = []
    for t, z in np.ndindex(*labels.shape[:2]):
        found = measure_objects(labels[t, z], calibration)
        rows += [dataclasses.replace(row, t=t, z=z) for row in found]
    return tuple(rows)
