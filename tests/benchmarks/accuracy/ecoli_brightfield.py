"""E. coli in bright field: trained on one recording, tested on two others.

    python -m tests.benchmarks.accuracy.ecoli_brightfield [--archives DIR] [--output DIR]

Trained on the fields of ColiCoords' example 02, tested on those of its data sets ds1 and ds2.
Labels are incomplete in all of them: recall counts, and the number of objects per label bounds how
many may be found.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from deepbacs_zoo.evaluation import LabelScores
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy import options, workflow
from tests.benchmarks.accuracy.archives import COLICOORDS
from tests.benchmarks.accuracy.baselines import classical_row, misic_row
from tests.benchmarks.accuracy.clock import Clock
from tests.benchmarks.accuracy.fields import Field, Parts, brightfield, labelled_windows
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.scoring import total
from tests.benchmarks.accuracy.table import Bar, Row, Table

NAME = "ecoli_brightfield"
PIXEL = 0.08
"""Micrometers, by the archive's own documentation."""
SIDE = 256
BASELINES = ("classical", "MiSiC")
RECALL, OBJECTS = "recall at IoU 0.5", "objects per label"
MOST_OBJECTS = 1.5

METHODS = {
    name: workflow.Method(name, method, {"preset": "small"})
    for name, method in (
        ("stardist", "stardist"),
        ("splinedist", "splinedist"),
        ("segmentation", "multilabel-unet"),
        ("foreground", "unet"),
    )
}
GRID = {
    "background": (40.0,),
    "darkness": (0.3, 0.5),
    "valley": (2.0, 3.0),
    "curvature": (-1.0, 0.0),
    "depth": (1.0, 2.0, 3.0, 4.0),
    "growth": (3, 4, 5),
}
"""Of the classical recipe: cells are about 13 pixels wide, their labels with the rim about 21."""


def run(given: Options) -> Table:
    """Train, tune and score all methods."""
    clock = Clock()
    parts = brightfield(COLICOORDS.locate(given.archives))
    rows = _baselines(given, parts)
    for name, method in METHODS.items():
        if given.wants(name):
            folder = given.work / name
            package = make_package(given, method, parts.training)
            scores = workflow.score_package(package.path, parts.test, folder, PIXEL, complete=False)
            rows.append(Row(name, columns(scores), package.seconds, method.describe()))
    return Table(
        NAME,
        f"E. coli, real, bright field: trained on {len(parts.training)} fields of ColiCoords' "
        f"example 02, tested on {len(parts.test)} fields of ds1 and ds2 (other recordings)",
        rows,
        bars(rows),
        given.seed,
        clock.read(),
        (
            "Labels are incomplete: recall counts; what is found beside the labels may be cells.",
            f"Networks saw the windows of {SIDE} x {SIDE} pixels in which every cell has a label.",
        ),
    )


def make_package(
    given: Options, method: workflow.Method, training: Sequence[Field]
) -> workflow.Package:
    """Train a method on the windows of the training fields that are labelled completely."""
    windows = [window for one in training for window in labelled_windows(one, SIDE)]
    folder = given.work / method.name
    return workflow.make_package(method, windows, folder, seed=given.seed, pixel=PIXEL)


def columns(scores: LabelScores) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    return {
        RECALL: scores.at(0.5).recall,
        "recall at IoU 0.7": scores.at(0.7).recall,
        OBJECTS: scores.objects_per_label,
    }


def better(fields: Sequence[Field], found: Sequence[np.ndarray]) -> tuple[float, ...]:
    """Return by what the baselines are tuned: recall, then F1."""
    counts = total(fields, found)
    # The training fields hold cells without a label, too.
    too_many = max(0.0, counts.objects_per_label - 2.0)
    return counts.recall[0] - too_many, counts.f1[0]


def _baselines(given: Options, parts: Parts) -> list[Row]:
    both = parts.training, parts.test
    rows = []
    if given.wants("classical"):
        rows.append(classical_row(given, *both, GRID, better, columns))
    if given.wants("MiSiC"):
        rows.append(misic_row(given, *both, (10.0, 13.0, 17.0), better, columns))
    return rows


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return the bars: one network has to reach all three."""
    scored = {row.method: row.scores for row in rows if row.scores}
    networks = {name: found for name, found in scored.items() if name not in BASELINES}
    if not networks:
        return []
    allowed = {
        name: found for name, found in networks.items() if found[OBJECTS].value <= MOST_OBJECTS
    }
    name = max(allowed or networks, key=lambda one: networks[one][RECALL].value)
    recall, objects = (networks[name][column].value for column in (RECALL, OBJECTS))
    reached = [
        Bar(f"{name}: recall {recall:.3f} at IoU 0.5, at least 0.90", recall >= 0.9),
        Bar(
            f"{name}: {objects:.2f} objects per label, at most {MOST_OBJECTS:g}",
            objects <= MOST_OBJECTS,
        ),
    ]
    for baseline in BASELINES:
        if baseline in scored:
            other = scored[baseline][RECALL].value
            reached.append(
                Bar(f"{name}: recall {recall:.3f}, above {other:.3f} of {baseline}", recall > other)
            )
    return reached


if __name__ == "__main__":
    sys.exit(options.main(__doc__, run))
