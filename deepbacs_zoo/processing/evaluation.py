"""A formula on a large tensor: in float64, block by block, rounded once.

By blocks no float64 copy of the image is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.processing.blocks import blocks, part_of
from deepbacs_zoo.processing.statistics import Statistic
from deepbacs_zoo.processing.tensor import Array, Function

__all__ = ["check_fits", "evaluated", "result_type"]

Formula = Callable[..., None]
"""Changes a float64 block in place; takes it and the matching parts of the statistics."""


def result_type(array: Array) -> np.dtype[Any]:
    """Return the dtype that the processed form of a tensor has, whatever its axes.

    float32 for tensors of up to 16-bit integers, bool and float32; float64 for larger ones, whose
    values float32 cannot hold.
    """
    return np.result_type(array.dtype, np.float32)


def evaluated(
    formula: Formula,
    statistics: Sequence[Statistic] = (),
    *,
    together: int | None = None,
) -> Function:
    """Return a function that applies ``formula`` to any tensor.

    Parameters
    ----------
    formula
        What to do with a block.
    statistics
        Numbers that it takes, float64 without axes or shaped to broadcast.
    together
        An axis that must not be divided into blocks.
    """

    def function(array: Array) -> Array:
        check_fits(array, statistics)
        result = np.empty(array.shape, result_type(array))
        for block in blocks(array.shape, together):
            values = np.array(array[block], np.float64)
            formula(values, *(part_of(statistic, block) for statistic in statistics))
            result[block] = values
        return result

    return function


def check_fits(array: Array, statistics: Sequence[NDArray[Any]]) -> None:
    """Refuse a crop (any dtype) along an axis whose positions have statistics of their own."""
    for statistic in statistics:
        if statistic.ndim == 0:
            continue
        for axis, (own, size) in enumerate(zip(statistic.shape, array.shape, strict=True)):
            if own not in (1, size):
                raise DataError(
                    f"axis {axis} of a tensor",
                    "it is not the one that the processing step was measured on",
                    value=f"{size} positions",
                    allowed=f"{own} positions",
                    hint="crop only along axes that the statistics are taken over",
                )
