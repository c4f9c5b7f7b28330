"""Templates of the pages, and numbers as they stand in them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Environment

    from deepbacs_zoo.evaluation import Headline
    from deepbacs_zoo.metrics import Estimate

__all__ = ["interval_note", "number", "percent", "render"]

_UNDEFINED: Final = "n/a"
_UNITS: Final = ("B", "kB", "MB", "GB")


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - templates take anything
    """Return a template of this subpackage, filled in; values are escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("deepbacs_zoo.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "interval": _interval,
        "number": number,
        "percent": percent,
        "percents": _percents,
        "seconds": _seconds,
        "size": _size,
        "thousandths": _thousandths,
    }
    environment.filters.update(filters)
    return environment


def interval_note(
    estimate: Estimate | Headline, words: Callable[[float], str], otherwise: str = "at IoU 0.5"
) -> str:
    """Return the interval of a score in words, something else where it has none."""
    if estimate.low is None or estimate.high is None:
        return otherwise
    return f"{words(estimate.low)} to {words(estimate.high)} (95 % interval)"


def number(value: float | None) -> str:
    """Return a number to a hundredth."""
    return _UNDEFINED if value is None or math.isnan(value) else f"{value:.2f}"


def percent(value: float) -> str:
    """Return a share in per cent."""
    return _UNDEFINED if math.isnan(value) else f"{100 * value:.0f} %"


def _thousandths(value: float | None) -> str:
    return _UNDEFINED if value is None or math.isnan(value) else f"{value:.3f}"


def _interval(estimate: Estimate | Headline) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{estimate.low:.2f} to {estimate.high:.2f}"


def _percents(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{100 * estimate.low:.0f} to {100 * estimate.high:.0f} %"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 60 else f"{value // 60:.0f} min {value % 60:02.0f} s"


def _size(count: int) -> str:
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"
