"""The page of a comparison: one table of all models, and their overlays side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation import BoxEvaluation, Comparison, Evaluation
from deepbacs_zoo.files import write_bytes
from deepbacs_zoo.reports.page import environment, write_evaluation

__all__ = ["render_comparison", "write_comparison_pages"]

_MOST_CARDS: Final = 4


def write_comparison_pages(
    comparison: Comparison, folder: str | Path, *, overwrite: bool = False
) -> Path:
    """Write ``comparison.html`` and, for each model, ``<name>/report.html``.

    Parameters
    ----------
    comparison
        What ``evaluation.compare`` returned.
    folder
        Made if it does not exist.
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
    if page.exists() and not overwrite:
        raise OutputExistsError.of(page)
    for name, evaluation in comparison.evaluations.items():
        write_evaluation(evaluation, page.parent / name / "report.html", overwrite=overwrite)
    write_bytes(page, render_comparison(comparison).encode("utf-8"))
    return page


def render_comparison(comparison: Comparison) -> str:
    """Return the page of a comparison; the same comparison gives the same text."""
    from deepbacs_zoo.reports.charts import compared_curves
    from deepbacs_zoo.reports.gallery import hang, hang_boxes

    every = comparison.evaluations
    labels = {name: each for name, each in every.items() if isinstance(each, Evaluation)}
    rows = comparison.rows()
    hung = [
        hang_boxes(each, _MOST_CARDS)
        if isinstance(each, BoxEvaluation)
        else hang(each.pictures, each.model.rows, _MOST_CARDS)
        for each in every.values()
    ]
    template = environment().get_template("comparison.html.j2")
    return template.render(
        title=f"Comparison of {len(every)} models",
        names=list(every),
        evaluations=every,
        first=comparison.first,
        boxes=not labels,
        rows=rows,
        intervals=any(value.low is not None for row in rows for value in row.values),
        charts=compared_curves(labels) if labels else (),
        cards=list(zip(*hung, strict=True)),
        version=__version__,
    )
