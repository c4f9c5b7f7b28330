"""The steps of the demo, each timed, and the figures that the report and the summary show."""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

from deepbacs_zoo.annotations import match_pairs
from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.datasets import sample_images
from deepbacs_zoo.demo.agreement import Comparison, compare_ways
from deepbacs_zoo.demo.imagej import InImagej, run_in_imagej
from deepbacs_zoo.demo.page import write_page
from deepbacs_zoo.evaluation import LabelEvaluation, evaluate
from deepbacs_zoo.exporting import export
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.package import open_package
from deepbacs_zoo.summary import Summary
from deepbacs_zoo.training import train
from deepbacs_zoo.validation import validate

__all__ = ["Workflow", "run_demo"]

EPOCHS: Final = 20
"""The shipped images need no more steps than their area, so that the demo is short."""

LEAST_RECALL: Final = 0.8
MOST_OBJECTS_PER_LABEL: Final = 1.5

_SETTINGS: Final = MappingProxyType({"composed_fields": 0, "max_contrast": 1.4, "max_zoom": 1.0})
"""The sample images are many and not crowded: what few images need only takes time here."""


@dataclass
class Workflow:
    """The steps of the demo so far."""

    output: Path
    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step and say when it starts and ends."""
        self.say(f"{name} …")
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)
        self.say(f"{name}: {self.details.get(name, 'done')} ({self.seconds[name]:.1f} s)")


def run_demo(  # long: half of it documents its parameters
    output: str | Path,
    *,
    seed: int = 0,
    overwrite: bool = False,
    say: Callable[[str], None] = lambda text: None,
    epochs: int = EPOCHS,
    java: Path | None = None,
) -> dict[str, Any]:
    """Train, evaluate, export, validate and predict, in Python and in ImageJ, on shipped images.

    Parameters
    ----------
    output
        A folder, made here; it holds ``images/``, ``run/``, ``package.zip``, ``predictions/``,
        ``imagej/``, ``report.html`` and ``summary.json``.
    seed
        Seed of the training.
    overwrite
        Replace the folder if it exists and holds an earlier demo.
    say
        Called with one line at the start and end of each step.
    epochs
        Passes over the images; a few are enough for a look at the workflow alone.
    java
        The Java to run ImageJ with, instead of the one that is found.

    Returns
    -------
    dict
        The content of ``summary.json``: ``passed``, the measured figures, seconds of each step.
    """
    output = Path(output)
    _prepare(output, overwrite=overwrite)
    workflow = Workflow(output, say)
    images = output / "images"
    with workflow.step("images"):
        shutil.copytree(sample_images(), images)
        pairs = match_pairs(images / "test" / "source", images / "test" / "target")
        workflow.details["images"] = f"{len(pairs)} fields are kept for the test"
    with workflow.step("train"):
        training = images / "training"
        run = train(
            "segmentation",
            training / "source",
            training / "target",
            output / "run",
            seed=seed,
            epochs=epochs,
            settings=_SETTINGS,
            device="cpu",
        )
        workflow.details["train"] = str(run.best)
    with workflow.step("export"):
        # A copy to look at and to write the user's own names into.
        card = Path(shutil.copy(card_folder() / "ecoli_brightfield.md", output))
        package = export(run, read_card(card), output / "package.zip", evaluation_data=pairs)
        workflow.details["export"] = f"{package.stat().st_size / 1e6:.1f} MB"
    with workflow.step("evaluate"), open_package(package) as opened:
        # The method of the demo gives label images.
        evaluation = cast(LabelEvaluation, evaluate(opened, pairs, labels_complete=False))
        recall = evaluation.model.at(0.5).recall
        workflow.details["evaluate"] = f"recall at IoU 0.5 = {recall}"
    with workflow.step("validate"):
        summary = validate(package)
        workflow.details["validate"] = "passed" if summary.passed else "FAILED"
    with workflow.step("predict"):
        comparison = compare_ways(package, pairs, output / "predictions")
        workflow.details["predict"] = f"{comparison.images} images, each in three ways"
    with workflow.step("imagej"):
        inside = run_in_imagej(package, pairs, output / "predictions", output / "imagej", java)
        workflow.details["imagej"] = _summary(inside)
    return _finish(workflow, run, evaluation, summary, comparison, inside)


def _summary(inside: InImagej) -> str:
    if inside.way is None:
        return f"FAILED: {inside.failed}" if inside.failed else f"left out: {inside.skipped}"
    return (
        f"{inside.engine} in ImageJ; differs by {inside.way.difference:.1e}, {inside.files_equal} "
        f"of {inside.files} ROI sets and tables equal"
    )


def _prepare(output: Path, *, overwrite: bool) -> None:
    """Make the output folder; replace one only if an earlier demo made it."""
    earlier = overwrite and (output / "summary.json").exists()
    refuse_existing(output, overwrite=earlier, empty=True)
    if earlier:
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)


def _finish(
    workflow: Workflow,
    run: Run,
    evaluation: LabelEvaluation,
    summary: Summary,
    comparison: Comparison,
    inside: InImagej,
) -> dict[str, Any]:
    if inside.way is not None:
        comparison = dataclasses.replace(comparison, ways=(*comparison.ways, inside.way))
    recall = evaluation.model.at(0.5).recall
    ratio = evaluation.model.objects_per_label
    figures: dict[str, Any] = {
        "passed": bool(
            recall.value >= LEAST_RECALL
            and ratio.value <= MOST_OBJECTS_PER_LABEL
            and summary.passed
            and comparison.passed
            and inside.passed
        ),
        "fields": evaluation.images,
        "labelled_cells": evaluation.model.n_true,
        "recall_at_iou_0.5": recall.value,
        "recall_interval": [recall.low, recall.high],
        "objects_per_label": ratio.value,
        "objects_per_label_interval": [ratio.low, ratio.high],
        "labels_complete": evaluation.labels_complete,
        "baseline_recall_at_iou_0.5": (
            evaluation.baseline.at(0.5).recall.value if evaluation.baseline else None
        ),
        "validation": summary.figures,
        "agreement": comparison.figures(),
        "imagej": inside.figures(),
        "seconds": {**workflow.seconds, "total": round(sum(workflow.seconds.values()), 2)},
    }
    write_page(
        workflow.output, run, evaluation, summary, comparison, workflow.seconds, workflow.details
    )
    text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
    write_bytes(workflow.output / "summary.json", text.encode())
    return figures
