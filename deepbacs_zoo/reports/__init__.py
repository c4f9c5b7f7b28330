"""One self-contained HTML page per evaluation or demo: scores, curves, overlays, findings, files.

jinja2 and matplotlib are loaded when a page is written, not before.
"""

from __future__ import annotations

from deepbacs_zoo.reports.comparison import write_comparison_pages
from deepbacs_zoo.reports.page import write_evaluation, write_report
from deepbacs_zoo.reports.publication import PublicationPage, write_publication
from deepbacs_zoo.reports.types import (
    Agreement,
    Fact,
    FileRow,
    KeyFigure,
    Picture,
    Report,
    StepRow,
    TrainedRun,
)
from deepbacs_zoo.reports.validation import render_validation

__all__ = [
    "Agreement",
    "Fact",
    "FileRow",
    "KeyFigure",
    "Picture",
    "PublicationPage",
    "Report",
    "StepRow",
    "TrainedRun",
    "render_validation",
    "write_comparison_pages",
    "write_evaluation",
    "write_publication",
    "write_report",
]
