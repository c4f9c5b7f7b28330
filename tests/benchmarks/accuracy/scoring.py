"""Counts over several fields, by which baselines are tuned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np

from deepbacs_zoo.metrics import InstanceCounts, match
from tests.benchmarks.accuracy.fields import Field


def total(
    fields: Sequence[Field], found: Sequence[np.ndarray], threshold: float = 0.5
) -> InstanceCounts:
    """Return hits, false finds and misses of all fields together."""
    return reduce(
        add,
        (match(one.labels, each, (threshold,)) for one, each in zip(fields, found, strict=True)),
    )
