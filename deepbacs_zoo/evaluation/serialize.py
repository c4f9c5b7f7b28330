"""Scores as text and plain data."""

from __future__ import annotations

import math

from deepbacs_zoo.evaluation.estimates import Estimate

__all__ = ["cell", "number", "plain_estimate"]


def cell(value: object) -> object:
    """Return what stands in a table: four decimals, and nothing for ``None`` and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.4f}" if isinstance(value, float) else value


def number(value: float) -> float | None:
    """Return a number as JSON knows it: ``None`` for NaN."""
    return None if math.isnan(value) else value


def plain_estimate(estimate: Estimate) -> dict[str, float | None]:
    """Return a score and its interval; ``None`` where it is not defined."""
    return {"value": number(estimate.value), "low": estimate.low, "high": estimate.high}
