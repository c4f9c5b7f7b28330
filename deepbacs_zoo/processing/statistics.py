"""Means, deviations and percentiles over named axes, in float64, shaped to broadcast.

An axis that is reduced keeps size 1, so that a statistic of one tensor can be applied to any crop
of it, and that of a reference tensor to a tensor with other axes.  The batch is an axis like any
other: statistics "per dataset" (``b`` among the axes) are those of the array at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.processing.blocks import blocks, part_of
from deepbacs_zoo.processing.tensor import Array

__all__ = ["References", "Statistic", "mean_and_std", "percentiles", "reference"]

Statistic = NDArray[np.float64]
References = Mapping[str, tuple[Array, str]]


def reference(name: str, references: References) -> tuple[Array, str]:
    """Return another tensor (of any dtype) that statistics are taken from, and its axes."""
    if name not in references:
        raise PackageError(
            "reference_tensor",
            "a processing step measures a tensor that is not there",
            value=name,
            allowed=", ".join(references) or "none here",
            hint="pass this input, or correct the description",
        )
    return references[name]


def mean_and_std(
    source: Array, source_axes: str, axis_names: str, axes: str | None
) -> tuple[Statistic, Statistic]:
    """Return mean and standard deviation (of the whole population) over ``axes``.

    Sums are float64, hence the mean is exact for integers up to 2**53 in sum; the deviation is
    taken from the mean in a second pass, so that a large offset does not cancel it.

    Parameters
    ----------
    source, source_axes
        The measured tensor and its axes.
    axis_names
        Axes of the tensor that the statistics are for.
    axes
        Axes that count together; ``None`` for all.
    """
    reduced = _reduced(source_axes, axes)
    mean = np.asarray(np.mean(source, axis=reduced, dtype=np.float64, keepdims=True))
    squares = np.zeros(mean.shape)
    for block in blocks(source.shape):
        away = np.subtract(source[block], part_of(mean, block), dtype=np.float64)
        np.square(away, out=away)
        total = part_of(squares, block)
        total += away.sum(axis=reduced, keepdims=True)
    std = np.sqrt(squares / (source.size / mean.size))
    return _shaped(mean, source_axes, axis_names), _shaped(std, source_axes, axis_names)


def percentiles(
    source: Array,
    source_axes: str,
    axis_names: str,
    axes: str | None,
    ranks: tuple[float, ...],
) -> tuple[Statistic, ...]:
    """Return percentiles (0 to 100) over ``axes``, linear between the two nearest values.

    The specification does not say how a percentile between two values is taken.  This is NumPy's
    default, and what bioimageio.core does for ``scale_range``; its ``clip`` takes the lower value
    in some cases and the linear one in others, here it is always linear.

    The values are ordered in their own type and interpolated in float64, which gives the numbers
    of ``np.percentile`` on a float64 copy, without the copy.

    Parameters
    ----------
    source, source_axes
        The measured tensor and its axes.
    axis_names
        Axes of the tensor that the statistics are for.
    axes
        Axes that count together; ``None`` for all.
    ranks
        The percentiles.
    """
    reduced = _reduced(source_axes, axes)
    kept = tuple(i for i in range(source.ndim) if i not in reduced)
    rows = source.transpose((*kept, *reduced)).reshape(*(source.shape[i] for i in kept), -1)
    shape = [1 if i in reduced else size for i, size in enumerate(source.shape)]
    return tuple(
        _shaped(values.reshape(shape), source_axes, axis_names)
        for values in _order_statistics(rows, ranks)
    )


def _order_statistics(rows: Array, ranks: tuple[float, ...]) -> list[Statistic]:
    """Return percentiles along the last axis; NaN where a row holds one."""
    last = rows.shape[-1] - 1
    positions = [percentile / 100 * last for percentile in ranks]
    below = [int(position) for position in positions]
    needed = sorted({*below, *(min(index + 1, last) for index in below)} - {0, last})
    # The ends come from the reductions, which are faster than ordering and let NaN through.
    ordered = np.partition(rows, needed, axis=-1) if needed else rows
    found = {index: ordered[..., index].astype(np.float64) for index in needed}
    found[0], found[last] = rows.min(-1).astype(np.float64), rows.max(-1).astype(np.float64)
    results = []
    for position, index in zip(positions, below, strict=True):
        lower, upper = found[index], found[min(index + 1, last)]
        part = position - index
        span = upper - lower
        between = lower + span * part if part < 0.5 else upper - span * (1 - part)
        results.append(between + np.where(np.isnan(found[last]), np.nan, 0.0))
    return results


def _reduced(axis_names: str, axes: str | None) -> tuple[int, ...]:
    """Return the indices of the axes that count together; all of them by default."""
    return tuple(i for i, axis in enumerate(axis_names) if axes is None or axis in axes)


def _shaped(statistic: NDArray[Any], source_axes: str, axes: str) -> Statistic:
    """Bring a statistic with kept dimensions to the axes of the tensor that it is applied to."""
    if source_axes == axes:
        return statistic
    kept = _without_others(statistic, source_axes, axes)
    shared = [axis for axis in source_axes if axis in axes]
    in_order = [shared.index(axis) for axis in axes if axis in shared]
    missing = tuple(i for i, axis in enumerate(axes) if axis not in shared)
    return np.expand_dims(kept.transpose(in_order), missing)


def _without_others(statistic: NDArray[Any], source_axes: str, axes: str) -> NDArray[Any]:
    """Drop the axes that the tensor does not have; each must have been reduced."""
    others = tuple(i for i, axis in enumerate(source_axes) if axis not in axes)
    for index in others:
        if statistic.shape[index] > 1:
            raise PackageError(
                "reference_tensor",
                "its statistics keep an axis that the processed tensor does not have",
                value=source_axes[index],
                allowed=f"the axes {axes}",
                hint="add this axis to 'axes' in the description",
            )
    return np.squeeze(statistic, others)
