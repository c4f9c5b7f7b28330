"""Means, deviations and percentiles over named axes, in float64, shaped to broadcast.

An axis that is reduced keeps size 1, so that a statistic of one tensor can be applied to any crop
of it, and that of a reference tensor to a tensor with other axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import PackageError

__all__ = ["References", "Statistic", "mean_and_std", "percentiles", "source_of"]

Array = NDArray[Any]
Statistic = NDArray[np.float64]
References = Mapping[str, tuple[Array, str]]


def source_of(
    kwargs: Mapping[str, Any], array: Array, letters: str, references: References
) -> tuple[Array, str]:
    """Return the tensor that statistics are taken from, and its letters."""
    name = kwargs.get("reference_tensor")
    if name is None:
        return array, letters
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
    kwargs: Mapping[str, Any], source: Array, source_letters: str, letters: str
) -> tuple[Statistic, Statistic]:
    """Return mean and standard deviation (of the whole population) over ``kwargs["axes"]``."""
    axes = _reduced(kwargs, source_letters)
    mean = np.mean(source, axis=axes, dtype=np.float64, keepdims=True)
    std = np.std(source, axis=axes, dtype=np.float64, keepdims=True)
    mean, std = np.asarray(mean), np.asarray(std)
    return _shaped(mean, source_letters, letters), _shaped(std, source_letters, letters)


def percentiles(
    kwargs: Mapping[str, Any],
    source: Array,
    source_letters: str,
    letters: str,
    wanted: tuple[float, ...],
) -> tuple[Statistic, ...]:
    """Return percentiles (0 to 100) over ``kwargs["axes"]``, linear between the two nearest values.

    The format does not say how percentiles between two values are taken; linear is NumPy's default
    and what bioimageio.core does for ``scale_range``.
    """
    axes = _reduced(kwargs, source_letters)
    values = np.percentile(source.astype(np.float64), wanted, axis=axes, keepdims=True)
    return tuple(_shaped(value, source_letters, letters) for value in values)


def _reduced(kwargs: Mapping[str, Any], letters: str) -> tuple[int, ...]:
    """Return the indices of the axes that count together; all of them by default."""
    wanted = kwargs.get("axes")
    return tuple(i for i, letter in enumerate(letters) if wanted is None or letter in wanted)


def _shaped(statistic: Statistic, source_letters: str, letters: str) -> Statistic:
    """Bring a statistic with kept dimensions to the axes of the tensor that it is applied to."""
    if source_letters == letters:
        return statistic
    for letter, size in zip(source_letters, statistic.shape, strict=True):
        if size > 1 and letter not in letters:
            raise PackageError(
                "reference_tensor",
                "its statistics keep an axis that the processed tensor does not have",
                value=letter,
                allowed=f"the axes {letters}",
                hint="add this axis to 'axes' in the description",
            )
    shared = [letter for letter in source_letters if letter in letters]
    dropped = tuple(i for i, letter in enumerate(source_letters) if letter not in letters)
    kept = np.squeeze(statistic, dropped)
    in_order = [shared.index(letter) for letter in letters if letter in shared]
    missing = tuple(i for i, letter in enumerate(letters) if letter not in shared)
    return np.expand_dims(kept.transpose(in_order), missing)
