"""The check of every setting."""

from __future__ import annotations

import math

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

__all__ = ["check"]


def check(name: str, value: float, good: bool, allowed: str) -> None:
    """Refuse a setting of the simulation.

    Raises
    ------
    UsageError
        It is not ``good``.
    """
    if not good or not math.isfinite(value):
        raise UsageError(
            Option(name),
            "the simulation has no such setting",
            value=value,
            allowed=allowed,
            hint="choose a value in this range",
        )
