"""The shift of a target image from its image: measured, and undone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["Registered", "measured_shift", "on_grid_of", "register"]

REGISTERED: Final = Rule(
    "pair-registered",
    Severity.INFO,
    "Whoever compares files with what was learned must know that a target was moved.",
)
_BLUR: Final = 2.0
"""Standard deviation in pixels: single noisy pixels do not decide about a shift."""
_SURE: Final = 0.3
"""Correlation of the edges after the shift, at least."""
_GAIN: Final = 0.01
"""Correlation that the shift has to bring."""
_WINDOW: Final = 0.3
"""Power of the Hann window: what lies at an end of the image shall not hold the images together."""
_FLAT: Final = 1e-3
"""Share of the strongest edge that counts as flat where most of an image is."""
_LEAST: Final = 0.2
"""Pixels: to interpolate for less loses more than it brings."""
_LARGEST: Final = 0.25
"""Share of a side that a shift may take away."""

Plane = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Registered:
    """A target that was moved onto its image.

    Parameters
    ----------
    rows, columns
        The part of the image that the target covers.
    target
        ``c y x`` float32 of that part.
    finding
        How far it was moved.
    """

    rows: slice
    columns: slice
    target: NDArray[np.float32]
    finding: Finding


def register(place: Path, source: Plane, target: Plane) -> Registered | None:
    """Move a target by its shift, by cubic splines, and cut it to what both images show.

    Parameters
    ----------
    place
        The file of the target.
    source, target
        ``c y x`` of any real dtype; the target of the same height and width, or of a whole number
        of times both.

    Returns
    -------
    Registered or None
        ``None`` where the shift is not clear, below 0.2 pixels, or above a quarter of a side.
    """
    from scipy.ndimage import shift

    found = measured_shift(source.mean(axis=0), on_grid_of(source, target).mean(axis=0))
    if found is None or math.hypot(*found) < _LEAST:
        return None
    sides, factor = source.shape[1:], target.shape[1] // source.shape[1]
    if any(abs(step) > _LARGEST * side for step, side in zip(found, sides, strict=True)):
        return None
    back = [-step * factor for step in found]
    moved = np.stack([shift(channel.astype(np.float64), back, order=3) for channel in target])
    rows, columns = (_covered(-step, side) for step, side in zip(found, sides, strict=True))
    covered = (slice(part.start * factor, part.stop * factor) for part in (rows, columns))
    y, x = found
    finding = REGISTERED.finding(
        place,
        f"the target was moved by {-y:+.1f} pixels in y and {-x:+.1f} in x",
        "pairs that need no move",
        "nothing to do",
    )
    return Registered(rows, columns, moved[(slice(None), *covered)].astype(np.float32), finding)


def on_grid_of(source: Plane, target: Plane) -> Plane:
    """Return a target ``c y x`` of any dtype with the pixels of its image: means of its own."""
    factor = target.shape[1] // source.shape[1]
    if factor == 1:
        return target
    height, width = source.shape[1:]
    return np.asarray(target.reshape(len(target), height, factor, width, factor).mean((2, 4)))


def _covered(step: float, side: int) -> slice:
    """Return where something that is moved by some pixels has values of its own."""
    low, high = max(0, math.ceil(step)), min(side, side + math.floor(step))
    return slice(low, high)


def measured_shift(source: Plane, target: Plane) -> tuple[float, float] | None:
    """Return the shift of a target in pixels, along y and x; ``None`` if that is not clear.

    The peak of the cross-correlation of the edges, which bright field and fluorescence share; in
    tenths of a pixel (Guizar-Sicairos et al. 2008, https://doi.org/10.1364/OL.33.000156).

    Parameters
    ----------
    source, target
        ``y x`` of one shape, any real dtype.
    """
    from scipy.ndimage import shift
    from skimage.registration import phase_cross_correlation

    edges = [_edges(plane) for plane in (source, target)]
    if not all(edge.std() for edge in edges):
        return None
    edges = [(edge - edge.mean()) / edge.std() for edge in edges]
    window = np.outer(*(np.hanning(side + 2)[1:-1] ** _WINDOW for side in source.shape))
    register: Any = phase_cross_correlation
    first, second = (edge * window for edge in edges)
    moved, *_ = register(second, first, upsample_factor=10, normalization=None)
    back = shift(edges[0], moved, order=1, mode="nearest")
    before, after = (float(np.mean(edges[1] * each)) for each in (edges[0], back))
    if after < _SURE or after < before + _GAIN:
        return None
    return float(moved[0]), float(moved[1])


def _edges(plane: Plane) -> NDArray[np.float64]:
    """Return the logarithm of gradient magnitudes ``y x``.

    Without it few bright edges decide, and an outline correlates with any part of another.
    """
    from scipy.ndimage import gaussian_gradient_magnitude

    found = gaussian_gradient_magnitude(plane.astype(np.float64), _BLUR)
    middle = float(np.median(found)) or float(found.max()) * _FLAT
    return np.log(found + middle) if middle else np.zeros_like(found)
