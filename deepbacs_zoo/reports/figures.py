"""Line charts as inline SVG, colored by the page's style sheet.

matplotlib draws with marker colors, which are replaced by CSS variables: one figure serves light,
dark and print.  ``pyplot`` is not used, so no global state is touched, and ids are salted by the
figure's name, so the same numbers give the same bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Chart", "Line", "draw"]

# Colours that nothing else in a figure has, and their names in the style sheet.
_INK: Final = "#010203"
_FAINT: Final = "#010204"
_SERIES: Final = ("#010205", "#010206", "#010207", "#010208", "#010209")
_VARIABLES: Final[Mapping[str, str]] = {
    _INK: "var(--ink)",
    _FAINT: "var(--line)",
    **{color: f"var(--series-{number})" for number, color in enumerate(_SERIES, 1)},
}
_STYLES: Final = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "text.color": _INK,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Line:
    """One line of a chart: points, and the ends of their intervals where there are any.

    ``dot`` is a point to be seen, with the color of the line.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None
    dot: tuple[float, float] | None = None


@dataclass(frozen=True)
class Chart:
    """One pair of axes.

    Parameters
    ----------
    title, x_label
        Words.
    lines
        At most five.
    limits, x_limits
        Ends of the axes; chosen by the data when ``None``.
    mark
        A vertical line: its place and its words.
    """

    title: str
    x_label: str
    lines: tuple[Line, ...]
    limits: tuple[float, float] | None = None
    mark: tuple[float, str] | None = None
    x_limits: tuple[float, float] | None = None


def draw(name: str, chart: Chart, description: str) -> str:
    """Draw one chart.

    Parameters
    ----------
    name
        Unique on the page; every id in the figure starts with it.
    chart
        What is drawn.
    description
        The figure in words, for people who do not see it.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**_SETTINGS, "svg.hashsalt": name}):
        figure = Figure(figsize=(4.9, 3.4), layout="constrained")
        figure.patch.set_visible(False)
        canvas: Any = FigureCanvasSVG(figure)
        _draw_chart(figure.add_subplot(), chart)
        # Below the axes, where it hides no line.
        figure.legend(loc="outside lower center", ncols=3, fontsize=9)
        buffer = io.StringIO()
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), name, description)


def _draw_chart(axes: Axes, chart: Chart) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.patch.set_visible(False)
    for line, color, style in zip(chart.lines, _SERIES, _STYLES, strict=False):
        _draw_line(axes, line, color, style)
    if chart.mark is not None:
        axes.axvline(chart.mark[0], color=_INK, linewidth=0.8, linestyle=(0, (2, 3)))
        axes.annotate(
            chart.mark[1],
            (chart.mark[0], 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=9,
            ha="center",
        )
    axes.set_title(chart.title)
    axes.set_xlabel(chart.x_label)
    if all(value == int(value) for line in chart.lines for value in line.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if chart.limits is not None:
        axes.set_ylim(*chart.limits)
    if chart.x_limits is not None:
        axes.set_xlim(*chart.x_limits)


def _draw_line(axes: Axes, line: Line, color: str, style: Any) -> None:  # noqa: ANN401 - of matplotlib
    # A single point would be an invisible line.
    marker = "o" if len(line.x) <= 12 else ""
    axes.plot(
        line.x,
        line.y,
        color=color,
        linestyle=style,
        marker=marker,
        markersize=4,
        linewidth=1.8,
        label=line.name,
    )
    if line.low is not None and line.high is not None:
        axes.fill_between(line.x, line.low, line.high, color=color, alpha=0.15, linewidth=0)
    if line.dot is not None:
        axes.plot(*line.dot, color=color, marker="o", markersize=7, linestyle="", zorder=4)


def _inline(svg: str, name: str, description: str) -> str:
    """Cut out the element, make its ids unique, and give its colors to the style sheet."""
    element = svg[svg.index("<svg") :]
    for marker, variable in _VARIABLES.items():
        element = element.replace(marker, variable)
    element = re.sub(r'\bid="', f'id="{name}-', element)
    element = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", element)
    # The style sheet sizes the figure and says the font.
    element = re.sub(r' (?:width|height)="[\d.]+pt"', "", element, count=2)
    element = element.replace("font-family: 'DejaVu Sans'", "font-family: inherit")
    # A style element inside would apply to the whole page.
    element = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", element, flags=re.DOTALL)
    words = _escaped(description)
    return element.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)


def _escaped(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


def finite(value: float) -> float:
    """Return a number, or NaN, which leaves a gap in a line, for anything that is not finite."""
    return value if math.isfinite(value) else math.nan
