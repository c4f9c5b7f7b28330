"""``deepbacs-zoo evaluate``: score runs or packages on images with truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
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
    model: Annotated[
        list[Path],
        typer.Argument(
            metavar="MODEL...",
            help="Run folders or packages; several are compared on the same images.",
        ),
    ],
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
    """Score models on labelled images: tables, JSON, and a page with overlays."""
    from deepbacs_zoo.evaluation import distinct_names, require_one_kind

    wanted = _Wanted(
        runner and runner.value, device.value, trust, not labels_incomplete, output, overwrite
    )
    with ExitStack() as stack:
        packages = {
            name: stack.enter_context(_as_package(path))
            for name, path in distinct_names(model).items()
        }
        if len(packages) == 1:
            _one(next(iter(packages.values())), data, wanted)
        else:
            require_one_kind(dict(zip(map(str, model), packages.values(), strict=True)))
            _several(packages, data, wanted)


@dataclass(frozen=True)
class _Wanted:
    """The options that one and several models understand."""

    runner: str | None
    device: str
    trust: bool
    labels_complete: bool
    output: Path
    overwrite: bool


def _one(path: Path, data: Path, wanted: _Wanted) -> None:
    from deepbacs_zoo.evaluation import evaluate, pairs_for, refuse_existing, write
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.reports import write_evaluation

    if not wanted.overwrite:
        refuse_existing(wanted.output, ("scores.json", "report.html"))
    with open_package(path) as package:
        pairs = pairs_for(package, data)
        with bar("evaluating") as progress:
            evaluation = evaluate(
                package,
                pairs,
                runner=wanted.runner,
                device=wanted.device,
                trust=wanted.trust,
                labels_complete=wanted.labels_complete,
                progress=progress,
            )
    write(evaluation, wanted.output, overwrite=wanted.overwrite)
    for finding in evaluation.findings:
        say(f"{finding.severity.name.capitalize()}: {finding.where}: {finding.what}")
    page = wanted.output / "report.html"
    say(f"written: {write_evaluation(evaluation, page, overwrite=wanted.overwrite)}")


def _several(packages: Mapping[str, Path], data: Path, wanted: _Wanted) -> None:
    from deepbacs_zoo.evaluation import (
        COMPARISON_FILES,
        compare,
        pairs_for,
        refuse_existing,
        write_comparison,
    )
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.reports import write_comparison_pages

    if not wanted.overwrite:
        refuse_existing(wanted.output, (*COMPARISON_FILES, *packages))
    with open_package(next(iter(packages.values()))) as first:
        pairs = pairs_for(first, data)
    order = list(packages)
    with bar("evaluating") as progress:
        comparison = compare(
            packages,
            pairs,
            runner=wanted.runner,
            device=wanted.device,
            trust=wanted.trust,
            labels_complete=wanted.labels_complete,
            progress=lambda name, done, total: progress(
                order.index(name) * total + done, len(order) * total
            ),
        )
    write_comparison(comparison, wanted.output, overwrite=wanted.overwrite)
    told: dict[str, None] = {}
    for evaluation in comparison.evaluations.values():
        for finding in evaluation.findings:
            told[f"{finding.severity.name.capitalize()}: {finding.where}: {finding.what}"] = None
    for text in told:
        say(text)
    page = write_comparison_pages(comparison, wanted.output, overwrite=wanted.overwrite)
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
