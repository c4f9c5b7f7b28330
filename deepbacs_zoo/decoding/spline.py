"""Closed cubic B-splines (SplineDist) to instances, bit for bit the same wherever it runs.

Mandal and Uhlmann 2021, https://doi.org/10.1109/ISBI48211.2021.9433928.  A candidate's polygon has
eight corners for each control point.  With the control points as whole numbers of 1/256 pixel,
``floor(256·v + 1/2)``, at most 65,536 pixels away and NaN 0, corner ``s`` of segment ``k`` is

    floor((a·P[k-1] + b·P[k] + c·P[k+1] + d·P[k+2] + 1536) / 3072)
    a = (8-s)^3   b = 3·s^3 - 48·s^2 + 2048   c = -3·s^3 + 24·s^2 + 192·s + 512   d = s^3

along y and x: the uniform cubic basis at ``s / 8``.  How polygons become labels stands in
``polygons.py``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels
from deepbacs_zoo.decoding.polygons import Whole, fixed_point, suppress
from deepbacs_zoo.package.zoo_config.decoding import Spline

__all__ = ["decode"]

_SAMPLES: Final = 8
_DIVISOR: Final = 6 * _SAMPLES**3


def decode(
    settings: Spline, tensor: NDArray[np.float32], size: tuple[int, int] | None = None
) -> Labels:
    """Decode one plane, ``c y x`` float32, to labels, ``y x`` int32.

    See :func:`deepbacs_zoo.decoding.decode`.
    """

    def trace(values: NDArray[np.float32]) -> tuple[Whole, Whole]:
        places = fixed_point(values.T)
        return _curve(places[:, ::2]), _curve(places[:, 1::2])

    return suppress(settings, tensor, size, 1 + 2 * settings.points, trace)


def _curve(points: Whole) -> Whole:
    """Return one coordinate of the curves, ``n, 8·points``, from that of their control points."""
    s = np.arange(_SAMPLES)
    weights = (
        (_SAMPLES - s) ** 3,
        3 * s**3 - 6 * _SAMPLES * s**2 + 4 * _SAMPLES**3,
        -3 * s**3 + 3 * _SAMPLES * s**2 + 3 * _SAMPLES**2 * s + _SAMPLES**3,
        s**3,
    )
    count, around = points.shape
    total = np.zeros((count, around, _SAMPLES), np.int64)
    for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
        total += np.roll(points, -offset, axis=1)[:, :, None] * weight
    return ((total + _DIVISOR // 2) // _DIVISOR).reshape(count, around * _SAMPLES)
