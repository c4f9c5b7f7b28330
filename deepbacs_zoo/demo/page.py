"""The demo's report: its steps, scores, and the agreement of all ways to the result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.demo.agreement import Comparison, Way
from deepbacs_zoo.evaluation import LabelEvaluation
from deepbacs_zoo.reports import Agreement, Fact, FileRow, Report, StepRow, write_report
from deepbacs_zoo.summary import Summary

__all__ = ["write_page"]


def write_page(
    output: Path,
    run: Run,
    evaluation: LabelEvaluation,
    summary: Summary,
    comparison: Comparison,
    seconds: Mapping[str, float],
    details: Mapping[str, str],
) -> Path:
    """Write ``report.html`` into the demo's folder."""
    report = Report(
        title="The workflow of deepbacs_zoo on E. coli in bright field",
        lead=(
            f"A small network was trained on real images, packaged, checked, and run on "
            f"{evaluation.images} fields that it never saw, with "
            f"{evaluation.model.n_true} labelled cells."
        ),
        steps=tuple(StepRow(name, took, details.get(name, "")) for name, took in seconds.items()),
        training=run,
        evaluation=evaluation,
        agreement=tuple(_agreement(way) for way in comparison.ways),
        facts=(
            Fact("Package", evaluation.package),
            Fact("Engine", f"{evaluation.engine} on {evaluation.device}"),
        ),
        summary=summary,
        files=tuple(
            FileRow(str(path.relative_to(output)), path.stat().st_size)
            for path in sorted(output.rglob("*"))
            if path.is_file() and path.parent in {output, output / "predictions", output / "imagej"}
        ),
    )
    return write_report(output / "report.html", report)


def _agreement(way: Way) -> Agreement:
    same = "the same objects" if way.labels.same_objects else "NOT the same objects"
    return Agreement(
        what=f"{way.name} ({way.tiles} tiles)" if way.tiles > 1 else way.name,
        found=f"{way.difference:.1e} in the tensor; {same}, {way.labels.pixel_share:.4%} of pixels",
        allowed=f"{way.allowed:.0e}; the same objects, 99.999 % of pixels",
        passed=way.passed,
    )
