"""Write a report as one HTML file that needs no other file and no network."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.evaluation import BoxEvaluation, Estimate, Evaluation, Headline
from deepbacs_zoo.files import write_bytes
from deepbacs_zoo.reports.types import Fact, KeyFigure, Report

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_report", "write_evaluation", "write_report"]

MOST_CARDS: Final = 8
_UNDEFINED: Final = "n/a"
_UNITS: Final = ("B", "kB", "MB", "GB")


def write_report(path: str | Path, report: Report, *, overwrite: bool = False) -> Path:
    """Write a report.

    Parameters
    ----------
    path
        The HTML file; its folder is made if it does not exist.
    report
        What it shows.
    overwrite
        Replace a file that exists.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputExistsError
        The file exists and ``overwrite`` is not set.
    HostError
        The folder cannot be written.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise OutputExistsError.of(path)
    write_bytes(path, render_report(report).encode("utf-8"))
    return path


def write_evaluation(
    evaluation: Evaluation | BoxEvaluation, path: str | Path, *, overwrite: bool = False
) -> Path:
    """Write the report of an evaluation alone; errors as in ``write_report``."""
    what = "boxes" if isinstance(evaluation, BoxEvaluation) else "objects"
    facts = [
        Fact("Package", evaluation.package),
        Fact("Engine", f"{evaluation.engine} on {evaluation.device}"),
        Fact("Weights", evaluation.weights_format),
        Fact("Images", str(evaluation.images)),
        Fact(f"Labelled {what}", str(evaluation.n_true)),
        Fact("Seconds per image", f"{evaluation.seconds / evaluation.images:.2f}"),
    ]
    if isinstance(evaluation, BoxEvaluation):
        facts.append(Fact("Score from which a box counts", f"{evaluation.score_threshold:g}"))
    report = Report(
        title=f"Evaluation of {evaluation.package}",
        lead=f"Scored on {evaluation.images} images with {evaluation.n_true} labelled {what}, "
        "predicted by the same code that a user runs.",
        evaluation=evaluation,
        facts=tuple(facts),
    )
    return write_report(path, report, overwrite=overwrite)


def render_report(report: Report) -> str:
    """Return the page of a report; the same report gives the same text."""
    from deepbacs_zoo.reports.charts import training_curves

    return (
        environment()
        .get_template("report.html.j2")
        .render(
            title=report.title,
            report=report,
            figures=(*_key_figures(report.evaluation), *report.figures),
            curves=training_curves(report.history, report.best_epoch) if report.history else (),
            **_drawn(report.evaluation),
            severities=_severities(report),
            version=__version__,
        )
    )


def _drawn(evaluation: Evaluation | BoxEvaluation | None) -> dict[str, Any]:
    """Return the curves and the overlays of an evaluation."""
    from deepbacs_zoo.reports.charts import precision_recall_curves, score_curves
    from deepbacs_zoo.reports.gallery import hang, hang_boxes

    if isinstance(evaluation, BoxEvaluation):
        cards = hang_boxes(evaluation, MOST_CARDS)
        return {"boxes": True, "scores": precision_recall_curves(evaluation), "cards": cards}
    if evaluation is None:
        return {"boxes": False, "scores": (), "cards": ()}
    cards = hang(evaluation.pictures, evaluation.model.rows, MOST_CARDS)
    return {"boxes": False, "scores": score_curves(evaluation), "cards": cards}


def environment() -> Environment:
    """Return what renders the templates of this room."""
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
        "number": _number,
        "percent": _percent,
        "percents": _percents,
        "seconds": _seconds,
        "size": _size,
        "thousandths": _thousandths,
    }
    environment.filters.update(filters)
    return environment


def _key_figures(evaluation: Evaluation | BoxEvaluation | None) -> tuple[KeyFigure, ...]:
    if evaluation is None:
        return ()
    if isinstance(evaluation, BoxEvaluation):
        return _box_figures(evaluation)
    recall, ratio = evaluation.model.at(0.5).recall, evaluation.model.objects_per_label
    figures = [
        KeyFigure("Labelled objects found", _percent(recall.value), _between(recall, _percent)),
        KeyFigure("Predicted objects per label", _number(ratio.value), _between(ratio, _number)),
    ]
    if evaluation.labels_complete:
        f1 = evaluation.model.at(0.5).f1
        figures.append(KeyFigure("F1 at IoU 0.5", _number(f1.value), _between(f1, _number)))
    return tuple(figures)


def _box_figures(evaluation: BoxEvaluation) -> tuple[KeyFigure, ...]:
    by_name = {line.name: line for line in evaluation.headlines()}
    lines = [by_name["mAP at IoU 0.5"], by_name["mAP at IoU 0.3"], by_name["F1 at IoU 0.5"]]
    recall = by_name["recall at IoU 0.5"]
    return (
        *(KeyFigure(line.name, _number(line.value), _between(line, _number)) for line in lines),
        KeyFigure("Labelled boxes found", _percent(recall.value), _between(recall, _percent)),
    )


def _between(estimate: Estimate | Headline, words: Any) -> str:  # noqa: ANN401 - a function of one number
    if estimate.low is None or estimate.high is None:
        return "at IoU 0.5"
    return f"{words(estimate.low)} to {words(estimate.high)} (95 % interval)"


def _severities(report: Report) -> list[tuple[str, int]]:
    if report.summary is None:
        return []
    counts = Counter(finding.severity for finding in report.summary.findings)
    return [(severity.name.lower(), counts[severity]) for severity in sorted(counts, reverse=True)]


def _number(value: float | None) -> str:
    return _UNDEFINED if value is None or math.isnan(value) else f"{value:.2f}"


def _thousandths(value: float | None) -> str:
    return _UNDEFINED if value is None or math.isnan(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return _UNDEFINED if math.isnan(value) else f"{100 * value:.0f} %"


def _interval(estimate: Any) -> str:  # noqa: ANN401 - an Estimate or a Headline
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
