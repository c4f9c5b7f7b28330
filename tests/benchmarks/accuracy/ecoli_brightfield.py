"""E. coli in bright field: trained on one recording, tested on two others.

    python -m tests.benchmarks.accuracy.ecoli_brightfield [--archives DIR] [--output DIR]

Trained on the fields of ColiCoords' example 02, tested on those of its data sets ds1 and ds2.
Labels are incomplete in all of them: recall counts, and the number of objects per label bounds how
many may be found.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np

from deepbacs_zoo.evaluation import Estimate, Scores
from deepbacs_zoo.metrics import InstanceCounts
from tests.benchmarks.accuracy import classical, options, road
from tests.benchmarks.accuracy.archives import COLICOORDS, MISIC, MissingDataError
from tests.benchmarks.accuracy.fields import Field, Parts, brightfield, labelled_windows
from tests.benchmarks.accuracy.misic import Misic
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.scoring import total
from tests.benchmarks.accuracy.table import Bar, Row, Table

PIXEL = 0.08
"""Micrometers, by the archive's own documentation."""
SIDE = 256

METHODS = (
    road.Method("segmentation", "segmentation"),
    road.Method("foreground", "foreground"),
    road.Method("stardist", "stardist"),
    road.Method("splinedist", "splinedist"),
)
GRID = {
    "background": (40.0,),
    "darkness": (0.3, 0.5),
    "valley": (2.0, 3.0),
    "curvature": (-1.0, 0.0),
    "spacing": (8, 12),
    "smoothing": (1.0, 2.0, 4.0),
    "growth": (3, 4, 5),
}
"""Of the classical recipe: cells are about 13 pixels wide, their labels with the rim about 21."""


def run(given: Options) -> Table:
    """Train, tune and score all methods."""
    started = time.perf_counter()
    parts = brightfield(COLICOORDS.locate(given.archives))
    rows = [*_baselines(given, parts)]
    windows = [window for one in parts.training for window in labelled_windows(one, SIDE)]
    for method in METHODS:
        if given.wants(method.name):
            rows.append(_network(given, method, windows, parts.test))
    return Table(
        "ecoli_brightfield",
        f"E. coli, real, bright field: trained on {len(parts.training)} fields of ColiCoords "
        f"example 02, tested on {len(parts.test)} fields of ds1 and ds2 (other recordings)",
        rows,
        _bars(rows),
        given.seed,
        time.perf_counter() - started,
        (
            "Labels are incomplete: recall counts; what is found beside the labels may be cells.",
            f"Networks saw the windows of {SIDE} x {SIDE} pixels in which every cell has a label.",
        ),
    )


def better(fields: Sequence[Field], found: Sequence[np.ndarray]) -> tuple[float, ...]:
    """Return by what baselines are tuned: recall, then F1; too many objects are a loss."""
    counts: InstanceCounts = total(fields, found)
    too_many = max(0.0, counts.objects_per_label - 2.0)
    return counts.recall[0] - too_many, counts.f1[0]


def _baselines(given: Options, parts: Parts) -> list[Row]:
    def value(found: Sequence[np.ndarray]) -> tuple[float, ...]:
        return better(parts.training, found)

    rows = []
    if given.wants("classical"):
        begun = time.perf_counter()
        recipe = classical.tuned(parts.training, GRID, value)
        seconds = time.perf_counter() - begun
        folder = given.work / "classical"
        scores = road.score_function("classical", recipe, parts.test, folder)
        rows.append(Row("classical", _columns(scores), seconds, recipe.describe()))
    if given.wants("MiSiC"):
        begun = time.perf_counter()
        try:
            network = Misic(MISIC.locate(given.archives), given.seed)
        except MissingDataError as error:
            return [*rows, Row("MiSiC", {}, about=f"left out: {error}")]
        settings = network.tuned(parts.training, (10.0, 13.0, 17.0), (0.05, 0.13, 0.3), value)
        seconds = time.perf_counter() - begun
        scores = road.score_function(
            "MiSiC", lambda image: network(image, settings), parts.test, given.work / "MiSiC"
        )
        rows.append(Row("MiSiC", _columns(scores), seconds, settings.describe()))
    return rows


def _network(
    given: Options, method: road.Method, windows: Sequence[Field], test: Sequence[Field]
) -> Row:
    folder = given.work / method.name
    package = road.make_package(method, windows, folder, seed=given.seed, pixel=PIXEL)
    scores = road.score_package(package.path, test, folder, pixel=PIXEL, complete=False)
    return Row(method.name, _columns(scores), package.seconds, method.describe())


def _columns(scores: Scores) -> dict[str, Estimate]:
    return {
        "recall at IoU 0.5": scores.at(0.5).recall,
        "recall at IoU 0.7": scores.at(0.7).recall,
        "objects per label": scores.objects_per_label,
    }


def _bars(rows: Sequence[Row]) -> list[Bar]:
    recall = {row.method: row.scores["recall at IoU 0.5"].value for row in rows if row.scores}
    baselines = {name: recall.pop(name) for name in ("classical", "MiSiC") if name in recall}
    bars = []
    for name, value in recall.items():
        objects = next(row for row in rows if row.method == name).scores["objects per label"].value
        bars.append(Bar(f"{name}: recall {value:.3f} at IoU 0.5, at least 0.90", value >= 0.9))
        bars.append(Bar(f"{name}: {objects:.2f} objects per label, at most 1.5", objects <= 1.5))
        bars.extend(
            Bar(f"{name}: recall {value:.3f} above {other:.3f} of {baseline}", value > other)
            for baseline, other in baselines.items()
        )
    return bars


if __name__ == "__main__":
    sys.exit(options.main(__doc__, run))
