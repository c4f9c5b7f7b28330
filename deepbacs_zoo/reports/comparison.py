"""The page of a comparison: one table of all models, and their overlays side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from deepbacs_zoo._version import __version__
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.reports.kinds import KINDS
from deepbacs_zoo.reports.page import write_evaluation
from deepbacs_zoo.reports.render import render

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation import Comparison
    from deepbacs_zoo.reports.types import TrainedRun

__all__ = ["render_comparison", "write_comparison_pages"]


def write_comparison_pages(
    comparison: Comparison,
    folder: str | Path,
    *,
    training: Mapping[str, TrainedRun] = MappingProxyType({}),
    overwrite: bool = False,
) -> Path:
    """Write ``comparison.html`` and, for each model, ``<name>/report.html``.

    Parameters
    ----------
    comparison
        Made by ``evaluation.compare``.
    folder
        Made if it does not exist.
    training
        The training of the models of which it is known, by their names.
    overwrite
        Replace files that exist.

    Returns
    -------
    Path
        The page of the comparison, which links to the others.

    Raises
    ------
    OutputExistsError
        A page exists and ``overwrite`` is not set.
    HostError
        The folder cannot be written.
    """
    page = Path(folder) / "comparison.html"
    refuse_existing(page, overwrite=overwrite)
    for name, evaluation in comparison.evaluations.items():
        place = page.parent / name / "report.html"
        write_evaluation(evaluation, place, training=training.get(name), overwrite=overwrite)
    write_bytes(page, render_comparison(comparison).encode("utf-8"))
    return page


def render_comparison(comparison: Comparison) -> str:
    """Return the page of a comparison; the same comparison gives the same text."""
    every, rows = comparison.evaluations, comparison.rows()
    kind = KINDS[comparison.first.kind]
    return render(
        "comparison.html.j2",
        title=f"Comparison of {len(every)} models",
        names=list(every),
        evaluations=every,
        first=comparison.first,
        rows=rows,
        intervals=any(value.low is not None for row in rows for value in row.values),
        charts=kind.charts(every),
        side_by_side=kind.side_by_side(every),
        version=__version__,
    )
