"""Distances to the rim along rays, and how well they describe an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.tasks.targets.objects import depth, objectness

__all__ = ["RAYS", "choose_rays", "reconstruction", "star_target"]

Mask = NDArray[np.bool_]

RAYS: Final = (8, 16, 32, 64)
_AS_GOOD: Final = 0.01
_MOST_NUMBERS: Final = 65535
"""``star_dist`` reads labels as 16 bits."""


def star_target(
    labels: NDArray[np.int32], rays: int, grid: int
) -> Mapping[str, NDArray[np.float32]]:
    """Return what StarDist learns from a label image.

    Parameters
    ----------
    labels
        ``y x`` int32, 0 background; targets are float32.
    rays
        Number of rays; ray k points to the angle 2πk/rays, (dy, dx) = (sin, cos).
    grid
        Every which pixel is taken.

    Returns
    -------
    mapping
        ``probability``: ``y x``, see :func:`~deepbacs_zoo.tasks.targets.objects.objectness`;
        ``distances``: ``ray y x``, image pixels, 0 outside of objects.
    """
    return {
        "probability": objectness(labels, grid),
        "distances": np.moveaxis(_distances(labels, rays, grid), -1, 0),
    }


def reconstruction(mask: Mask) -> dict[int, float]:
    """Return the IoU of an object with its polygon, for each number of rays.

    The polygon is that of the pixel deepest inside, among equals of the one nearest to the center.

    Parameters
    ----------
    mask
        ``y x`` bool, with a frame of background.
    """
    from skimage.draw import polygon2mask

    deep = depth(mask)
    places = np.argwhere(deep >= deep.max() - 1e-6)
    middle = np.argwhere(mask).mean(axis=0)
    place = places[((places - middle) ** 2).sum(axis=1).argmin()]
    most = max(RAYS)
    far = _distances_from(mask, place, most)
    angles = 2 * np.pi * np.arange(most) / most
    corners = place + far[:, np.newaxis] * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    found = {}
    for rays in RAYS:
        drawn = polygon2mask(mask.shape, corners[:: most // rays])
        found[rays] = float((drawn & mask).sum() / (drawn | mask).sum())
    return found


def choose_rays(reconstructions: Sequence[Mapping[int, float]]) -> int:
    """Return the smallest number of rays whose mean IoU is within 0.01 of the best."""
    means = {rays: float(np.mean([one[rays] for one in reconstructions])) for rays in RAYS}
    best = max(means.values())
    return next(rays for rays in RAYS if means[rays] >= best - _AS_GOOD)


def _distances_from(mask: Mask, place: NDArray[np.integer], rays: int) -> NDArray[np.float64]:
    """Return the distances of one pixel only: the others are not on the grid."""
    grid = int(place.max())
    moved = np.pad(mask, [(grid - int(at), 0) for at in place])
    return np.asarray(_distances(moved.astype(np.int32), rays, grid)[1, 1], np.float64)


def _distances(labels: NDArray[np.int32], rays: int, grid: int) -> NDArray[np.float32]:
    try:
        from stardist.geometry import star_dist
    except ImportError as error:
        raise MissingExtraError.of("train", "stardist", "task stardist") from error
    if labels.max(initial=0) > _MOST_NUMBERS:
        present = np.unique(labels[labels > 0])
        numbers = np.searchsorted(present, labels) + 1
        labels = np.where(labels > 0, numbers, 0).astype(np.int32)
    found = star_dist(np.ascontiguousarray(labels, np.uint16), n_rays=rays, grid=(grid, grid))
    return np.asarray(found, np.float32)
