"""Write a report as one HTML file that needs no other file and no network."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo._version import __version__
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.reports.charts import training_curves
from deepbacs_zoo.reports.kinds import KINDS
from deepbacs_zoo.reports.render import render
from deepbacs_zoo.reports.types import Fact, KeyFigure, Report, TrainedRun

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation import EvaluationResult

__all__ = ["render_report", "write_evaluation", "write_report"]


def write_report(path: str | Path, report: Report, *, overwrite: bool = False) -> Path:
    """Write a report.

    Parameters
    ----------
    path
        The HTML file; its folder is made if it does not exist.
    report
        The contents.
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
    refuse_existing(path, overwrite=overwrite)
    write_bytes(path, render_report(report).encode("utf-8"))
    return path


def write_evaluation(
    evaluation: EvaluationResult[Any, Any],
    path: str | Path,
    *,
    training: TrainedRun | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the report of an evaluation, and of the training where a run was evaluated.

    Errors are those of ``write_report``.
    """
    report = Report(
        title=f"Evaluation of {evaluation.package}",
        lead=f"Scored on {evaluation.images} images with {evaluation.ground_truth}, predicted by "
        "the same code that a user runs.",
        evaluation=evaluation,
        training=training,
        facts=(
            Fact("Package", evaluation.package),
            Fact("Engine", f"{evaluation.engine} on {evaluation.device}"),
            Fact("Weights", evaluation.weights_format),
            Fact("Images", str(evaluation.images)),
            Fact("Seconds per image", f"{evaluation.seconds / evaluation.images:.2f}"),
            *KINDS[evaluation.kind].facts(evaluation),
        ),
    )
    return write_report(path, report, overwrite=overwrite)


def render_report(report: Report) -> str:
    """Return the page of a report; the same report gives the same text."""
    figures: tuple[KeyFigure, ...] = ()
    sections, training = "", report.training
    if report.evaluation is not None:
        kind = KINDS[report.evaluation.kind]
        figures, sections = kind.figures(report.evaluation), kind.sections(report.evaluation)
    return render(
        "report.html.j2",
        title=report.title,
        report=report,
        figures=(*figures, *report.figures),
        curves=training_curves(training.history(), training.best_epoch) if training else (),
        sections=sections,
        severities=_severities(report),
        version=__version__,
    )


def _severities(report: Report) -> list[tuple[str, int]]:
    if report.summary is None:
        return []
    counts = Counter(finding.severity for finding in report.summary.findings)
    return [(severity.name.lower(), counts[severity]) for severity in sorted(counts, reverse=True)]
