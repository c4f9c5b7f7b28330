"""``deepbacs-zoo evaluate``: score a run or a package on images with truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import (
    DeviceName,
    DeviceOption,
    OutputOption,
    OverwriteOption,
    RunnerOption,
    TrustOption,
    named_data,
)
from deepbacs_zoo.cli.progress import bar, say

__all__ = ["command"]


def command(
    model: Annotated[Path, typer.Argument(help="A run folder or a package.")],
    data: Annotated[
        Path,
        typer.Option(
            callback=named_data,
            help="Folder with source/ and target/, or test/ with those inside; or the name of a "
            "prepared data set.",
        ),
    ],
    output: OutputOption,
    runner: RunnerOption = None,
    device: DeviceOption = DeviceName.AUTO,
    labels_incomplete: Annotated[
        bool,
        typer.Option(
            "--labels-incomplete",
            help="Not every object is labelled: recall counts, precision is a lower bound.",
        ),
    ] = False,
    trust: TrustOption = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Score a model on labelled images: tables, JSON, and a page with overlays."""
    from deepbacs_zoo.evaluation import evaluate, write
    from deepbacs_zoo.images import find_folders, match_pairs
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.reports import write_evaluation

    pairs = match_pairs(*find_folders(data, "test"))
    with _as_package(model) as path, open_package(path) as package:
        with bar("evaluating") as progress:
            evaluation = evaluate(
                package,
                pairs,
                runner=runner and runner.value,
                device=device.value,
                trust=trust,
                labels_complete=not labels_incomplete,
                progress=progress,
            )
        write(evaluation, output, overwrite=overwrite)
        for finding in evaluation.findings:
            say(f"{finding.severity.name.capitalize()}: {finding.where}: {finding.what}")
        page = write_evaluation(evaluation, output / "report.html", overwrite=overwrite)
    say(f"written: {page}")


@contextmanager
def _as_package(model: Path) -> Iterator[Path]:
    """Yield a package: the model itself, or the draft of a run folder."""
    from deepbacs_zoo.checkpoints import is_run

    if not is_run(model):
        yield model
        return
    from deepbacs_zoo.checkpoints import open_run
    from deepbacs_zoo.exporting import draft

    with tempfile.TemporaryDirectory(prefix="deepbacs_zoo_draft_") as folder:
        yield draft(open_run(model), Path(folder) / "draft.zip")
