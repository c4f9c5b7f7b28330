"""``deepbacs-zoo evaluate``: score runs or packages on images with ground truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepbacs_zoo.cli.backends import Backend, open_backend
from deepbacs_zoo.cli.options import (
    AllowEmptyOption,
    Annotations,
    AnnotationsOption,
    BackgroundOption,
    ChannelOption,
    DeviceName,
    DeviceOption,
    FijiOption,
    HeapOption,
    JavaOption,
    OutputOption,
    OverwriteOption,
    RunnerOption,
    SeriesOption,
    TimeoutOption,
    TrustOption,
    backend_options,
    label_options,
    named_data,
)
from deepbacs_zoo.cli.progress import bar, say
from deepbacs_zoo.cli.spelling import finding_text

if TYPE_CHECKING:
    from deepbacs_zoo.annotations import LabelOptions, Pair
    from deepbacs_zoo.checkpoints import Run
    from deepbacs_zoo.evaluation import EvaluationResult
    from deepbacs_zoo.images import ReadOptions
    from deepbacs_zoo.package import Package

__all__ = ["command"]


def command(  # long: its parameters are the options of the command line
    model: Annotated[
        list[Path],
        typer.Argument(
            metavar="MODEL...",
            help="Run folders, packages or names of models; several are compared on the same "
            "images.",
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
    training: Annotated[
        Path | None,
        typer.Option(
            callback=named_data,
            help="Folder of training images on which the baseline is tuned; by default those of "
            "the run, or training/ beside test/. Without any there is no baseline.",
        ),
    ] = None,
    runner: RunnerOption = None,
    device: DeviceOption = DeviceName.AUTO,
    labels_incomplete: Annotated[
        bool,
        typer.Option(
            "--labels-incomplete",
            help="Not every object is labelled: recall counts, precision is a lower bound.",
        ),
    ] = False,
    series: SeriesOption = None,
    channel: ChannelOption = None,
    annotations: AnnotationsOption = Annotations.AUTO,
    background: BackgroundOption = None,
    allow_empty: AllowEmptyOption = True,
    trust: TrustOption = False,
    java: JavaOption = None,
    heap: HeapOption = None,
    fiji: FijiOption = None,
    timeout: TimeoutOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Score models on labelled images: tables, JSON, and a page with overlays."""
    from deepbacs_zoo.checkpoints import is_run, open_run
    from deepbacs_zoo.evaluation import distinct_names, require_one_kind
    from deepbacs_zoo.images import ReadOptions
    from deepbacs_zoo.models import package_path

    labels = label_options(annotations, background, allow_empty)
    reading = ReadOptions(series, channel)
    with ExitStack() as stack:
        backend = stack.enter_context(
            open_backend(backend_options(runner, device, trust, java, heap, fiji, timeout))
        )
        named = distinct_names([package_path(each) for each in model])
        runs = {name: open_run(path) for name, path in named.items() if is_run(path)}
        scoring = _Scoring(
            data,
            training,
            tuple(runs.values()),
            reading,
            labels,
            not labels_incomplete,
            output,
            overwrite,
        )
        packages = {
            name: stack.enter_context(_drafted(runs[name])) if name in runs else path
            for name, path in named.items()
        }
        if len(packages) == 1:
            _one(backend, *next(iter(packages.items())), scoring, *runs.values())
        else:
            require_one_kind(dict(zip(map(str, model), packages.values(), strict=True)))
            _several(backend, packages, scoring, runs)


@dataclass(frozen=True)
class _Scoring:
    """The images, and the place of the results."""

    data: Path
    training: Path | None
    runs: Sequence[Run]
    reading: ReadOptions
    labels: LabelOptions
    labels_complete: bool
    output: Path
    overwrite: bool

    def pairs(self, package: Package) -> Sequence[Pair]:
        """Return the images and their annotations that fit a package."""
        from deepbacs_zoo.annotations import read_as
        from deepbacs_zoo.evaluation import pairs_for

        return read_as(pairs_for(package, self.data), self.reading)

    def training_pairs(self, package: Package) -> Sequence[Pair] | None:
        """Return the images that the baseline is tuned on; ``None`` for those beside the test."""
        from deepbacs_zoo.annotations import read_as
        from deepbacs_zoo.evaluation import pairs_for

        if self.training is not None:
            return read_as(pairs_for(package, self.training, "training"), self.reading)
        known = (run.split.seen_pairs() for run in self.runs)
        return next(filter(None, known), None)


def _one(
    backend: Backend, name: str, path: Path, scoring: _Scoring, run: Run | None = None
) -> None:
    from deepbacs_zoo.evaluation import (
        Comparison,
        comparison_as_text,
        evaluate,
        refuse_existing,
        write,
    )
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.prediction.options import DEFAULTS
    from deepbacs_zoo.reports import write_evaluation

    if not scoring.overwrite:
        refuse_existing(scoring.output, ("scores.json", "report.html"))
    with open_package(path) as package:
        pairs = scoring.pairs(package)
        with bar("evaluating") as progress, backend.open(package, DEFAULTS) as predictor:
            evaluation = evaluate(
                predictor,
                pairs,
                labels=scoring.labels,
                training=scoring.training_pairs(package),
                labels_complete=scoring.labels_complete,
                progress=progress,
            )
    write(evaluation, scoring.output, overwrite=scoring.overwrite)
    print(comparison_as_text(Comparison({name: evaluation})))
    _say_findings(evaluation)
    page = scoring.output / "report.html"
    write_evaluation(evaluation, page, training=run, overwrite=scoring.overwrite)
    say(f"written: {page}")


def _several(
    backend: Backend, packages: Mapping[str, Path], scoring: _Scoring, runs: Mapping[str, Run]
) -> None:
    from deepbacs_zoo.evaluation import (
        COMPARISON_FILES,
        compare,
        comparison_as_text,
        refuse_existing,
        write_comparison,
    )
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.prediction.options import DEFAULTS
    from deepbacs_zoo.reports import write_comparison_pages

    if not scoring.overwrite:
        refuse_existing(scoring.output, (*COMPARISON_FILES, *packages))
    with open_package(next(iter(packages.values()))) as first:
        pairs, training = scoring.pairs(first), scoring.training_pairs(first)
    order = list(packages)
    with bar("evaluating") as progress:
        comparison = compare(
            packages,
            pairs,
            open_predictor=lambda package: backend.open(package, DEFAULTS),
            labels=scoring.labels,
            training=training,
            labels_complete=scoring.labels_complete,
            progress=lambda name, done, total: progress(
                order.index(name) * total + done, len(order) * total
            ),
        )
    write_comparison(comparison, scoring.output, overwrite=scoring.overwrite)
    print(comparison_as_text(comparison))
    _say_findings(*comparison.evaluations.values())
    page = write_comparison_pages(
        comparison, scoring.output, training=runs, overwrite=scoring.overwrite
    )
    say(f"written: {page}")


def _say_findings(*evaluations: EvaluationResult[Any, Any]) -> None:
    """Say every finding of all evaluations once."""
    findings = (finding for each in evaluations for finding in each.findings)
    for finding in dict.fromkeys(findings):
        say(finding_text(finding))


@contextmanager
def _drafted(run: Run) -> Iterator[Path]:
    """Yield the draft of a package of a run."""
    from deepbacs_zoo.exporting import draft

    with tempfile.TemporaryDirectory(prefix="deepbacs_zoo_draft_") as folder:
        yield draft(run, Path(folder) / "draft.zip")
