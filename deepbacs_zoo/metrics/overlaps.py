"""Overlaps of the objects of two label images, and the pairs that are matched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Overlaps", "Partners", "assigned", "overlaps", "partners"]


@dataclass(frozen=True, eq=False)
class Overlaps:
    """The objects of two label images and the pairs that share pixels.

    Parameters
    ----------
    true, found
        Labels in ascending order.
    true_areas, found_areas
        Their pixels.
    rows, columns
        Of each pair, the places of its labels in ``true`` and ``found``.
    shared
        Its common pixels.
    iou
        Its intersection over union.
    """

    true: NDArray[np.int64]
    found: NDArray[np.int64]
    true_areas: NDArray[np.int64]
    found_areas: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    shared: NDArray[np.int64]
    iou: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Partners:
    """Partners of every object at one threshold.

    Parameters
    ----------
    overlaps
        The objects.
    of_true, of_found
        For each object the place of its partner among those of the other image, -1 for none.
    true_iou, found_iou
        Its IoU with its partner; with the object that it overlaps most, where it has none.
    """

    overlaps: Overlaps
    of_true: NDArray[np.int64]
    of_found: NDArray[np.int64]
    true_iou: NDArray[np.float64]
    found_iou: NDArray[np.float64]


def overlaps(truth: NDArray[np.integer], predicted: NDArray[np.integer]) -> Overlaps:
    """Find the objects of two label images (integers of one shape), and the pairs that meet."""
    true, sizes_true = np.unique(truth[truth != 0], return_counts=True)
    pred, sizes_pred = np.unique(predicted[predicted != 0], return_counts=True)
    both = (truth != 0) & (predicted != 0)
    # Only pairs that meet are listed: a table of all pairs of 10,000 objects has 10**8 places.
    place = max(pred.size, 1)
    keys = np.searchsorted(true, truth[both]) * place + np.searchsorted(pred, predicted[both])
    met, shared = np.unique(keys, return_counts=True)
    rows, columns = np.divmod(met, place)
    iou = shared / (sizes_true[rows] + sizes_pred[columns] - shared)
    return Overlaps(true, pred, sizes_true, sizes_pred, rows, columns, shared, iou)


def assigned(met: Overlaps, threshold: float) -> NDArray[np.int64]:
    """Return the places of the matched pairs among all pairs, int64 along one axis.

    Pairs whose IoU reaches the threshold may be matched; of all assignments the one with the most
    matches is taken, and of those the one with the largest sum of IoU.
    """
    # A ratio such as 3/10 must reach the threshold 0.3.
    good = np.flatnonzero(met.iou >= threshold - 1e-12)
    if not good.size:
        return good
    rows, columns, iou = met.rows[good], met.columns[good], met.iou[good]
    alone = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    if alone.all():
        return good
    from scipy.optimize import linear_sum_assignment

    contested = np.flatnonzero(~alone)
    row, column = (np.unique(each[contested], return_inverse=True)[1] for each in (rows, columns))
    table = np.zeros((int(row.max()) + 1, int(column.max()) + 1))
    table[row, column] = iou[contested]
    # One more match is worth more than any sum of IoU that it could cost.
    gain = np.where(table > 0, min(table.shape) + table, 0.0)
    chosen = np.zeros(table.shape, np.bool_)
    chosen[linear_sum_assignment(gain, maximize=True)] = True
    taken = contested[chosen[row, column]]
    places: NDArray[np.int64] = good[np.concatenate([np.flatnonzero(alone), taken])]
    return places


def partners(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], threshold: float
) -> Partners:
    """Match two label images (integers of one shape) as ``match`` does, and list the partners."""
    met = overlaps(truth, predicted)
    of_true, of_found = (np.full(each.size, -1, np.int64) for each in (met.true, met.found))
    true_iou, found_iou = (np.zeros(each.size) for each in (met.true, met.found))
    np.maximum.at(true_iou, met.rows, met.iou)
    np.maximum.at(found_iou, met.columns, met.iou)
    chosen = assigned(met, threshold)
    rows, columns = met.rows[chosen], met.columns[chosen]
    of_true[rows], of_found[columns] = columns, rows
    true_iou[rows] = found_iou[columns] = met.iou[chosen]
    return Partners(met, of_true, of_found, true_iou, found_iou)
