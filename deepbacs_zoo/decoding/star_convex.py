"""Star-convex polygons (StarDist) to instances, bit for bit the same wherever it runs.

Schmidt et al. 2018, https://doi.org/10.1007/978-3-030-00934-2_30.  A candidate's corner ``k`` lies

    (q · D + 2^19) >> 20,  q = floor(256·d + 1/2),  D = floor(2^20 · sin or cos(2πk / n_rays) + 1/2)

away from its place, in 1/256 pixel along y (sine) and x (cosine), where ``d`` is the distance of
channel ``1 + k``, at least 0 and at most 65,536; NaN is 0.  How polygons become labels stands in
``polygons.py``.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels
from deepbacs_zoo.decoding.polygons import Whole, fixed_point, suppress
from deepbacs_zoo.package.zoo_config.decoding import StarConvex

__all__ = ["decode"]

_BITS: Final = 20


def decode(
    settings: StarConvex, tensor: NDArray[np.float32], size: tuple[int, int] | None = None
) -> Labels:
    """Decode one plane, ``c y x`` float32, to labels, ``y x`` int32.

    See :func:`deepbacs_zoo.decoding.decode`.
    """
    sines, cosines = _directions(settings.n_rays)

    def trace(distances: NDArray[np.float32]) -> tuple[Whole, Whole]:
        far = np.maximum(fixed_point(distances.T), 0)
        half = 1 << (_BITS - 1)
        return (far * sines + half) >> _BITS, (far * cosines + half) >> _BITS

    return suppress(settings, tensor, size, 1 + settings.n_rays, trace)


def _directions(rays: int) -> tuple[Whole, Whole]:
    """Return sine and cosine of every ray, rounded so far that no last bit of a library shows."""
    angles = [2 * math.pi * ray / rays for ray in range(rays)]
    sines, cosines = (
        np.array([math.floor(each(angle) * (1 << _BITS) + 0.5) for angle in angles], np.int64)
        for each in (math.sin, math.cos)
    )
    return sines, cosines
