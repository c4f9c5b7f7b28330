"""Tolerances: how far two tensors may differ and count as the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.package import Package

__all__ = ["ABSOLUTE", "HALF", "RELATIVE", "Deviation", "compare", "stated_tolerance"]

ABSOLUTE: Final = 1.5e-4
RELATIVE: Final = 1e-4
"""The zoo's own: ``|difference| <= 1.5e-4 + 1e-4 * |expected|`` at every value."""

HALF: Final[Mapping[str, float]] = MappingProxyType({"float16": 1e-2, "bfloat16": 8e-2})
"""Tolerance by the precision of a network, absolute and relative: ten of its roundings."""


@dataclass(frozen=True)
class Deviation:
    """Difference between an output and what was expected.

    Parameters
    ----------
    largest
        Largest absolute difference; infinite where one side is not a number and the other is.
    outside
        Values beyond the tolerance.
    values
        All values.
    """

    largest: float
    outside: int
    values: int


def compare(
    found: NDArray[Any],
    expected: NDArray[Any],
    absolute: float = ABSOLUTE,
    relative: float = RELATIVE,
) -> Deviation:
    """Compare two tensors of the same shape; values that are NaN in both are equal.

    Parameters
    ----------
    found, expected
        Any axes, any type of number; compared as float64.
    absolute, relative
        The tolerance ``absolute + relative * |expected|``.
    """
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    with np.errstate(invalid="ignore"):
        difference = np.abs(found - expected)
        allowed = absolute + relative * np.abs(expected)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    difference = np.where(same, 0.0, difference)
    difference = np.where(np.isnan(difference), np.inf, difference)
    # Not "difference > allowed": an infinite expected value allows nothing but itself.
    outside = ~(same | ((difference <= allowed) & np.isfinite(difference)))
    return Deviation(
        float(difference.max(initial=0.0)), int(np.count_nonzero(outside)), difference.size
    )


def stated_tolerance(
    package: Package, output: str, weights_format: str
) -> tuple[float, float, float] | None:
    """Return the tolerance that a package states for itself, if it does.

    ``config.bioimageio.reproducibility_tolerance`` is a list of which the first entry that matches
    counts.

    Returns
    -------
    tuple of float or None
        Absolute and relative tolerance, and how many of a million values may be beyond them.
    """
    block = package.config.get("bioimageio")
    entries = block.get("reproducibility_tolerance") if isinstance(block, Mapping) else None
    for entry in entries if isinstance(entries, Sequence) else ():
        if isinstance(entry, Mapping) and _matches(entry, output, weights_format):
            keys = ("absolute_tolerance", "relative_tolerance", "mismatched_elements_per_million")
            defaults = (1e-3, 1e-3, 100.0)
            values = (entry.get(key, default) for key, default in zip(keys, defaults, strict=True))
            absolute, relative, per_million = (float(value) for value in values)
            return absolute, relative, per_million
    return None


def _matches(entry: Mapping[str, Any], output: str, weights_format: str) -> bool:
    outputs, formats = entry.get("output_ids") or (), entry.get("weights_formats") or ()
    return (not outputs or output in outputs) and (not formats or weights_format in formats)
