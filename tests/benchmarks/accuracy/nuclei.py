"""Nuclei in fluorescence: trained on one half of an image, tested on the other, and swapped.

    python -m tests.benchmarks.accuracy.nuclei [--archives DIR] [--output DIR]

The image and its label image come with stardist.  The halves share no pixel; a nucleus on the cut
is cut in both.  Scores sum over the objects of the half; intervals resample its eighths, each with
the objects whose middle it holds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from deepbacs_zoo.annotations import Annotation
from deepbacs_zoo.evaluation import LabelScores, label_field, tune_baseline
from deepbacs_zoo.metrics import Estimate, estimated
from tests.benchmarks.accuracy import options, workflow
from tests.benchmarks.accuracy.archives import STARDIST
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.fields import Field, Parts, nuclei, tiles
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.table import Bar, Row, Table

NAME = "nuclei"
LEAST = 0.85
TILE = 128
"""Side of the pieces that the training half is cut into: one of them validates."""
WAYS = ("left to right", "right to left")

METHODS = {
    name: workflow.Method(name, method, {"preset": "small", "settings": {"max_zoom": 1.25}})
    for name, method in (
        ("stardist", "stardist"),
        ("splinedist", "splinedist"),
        ("segmentation", "multilabel-unet"),
    )
}


def run(given: Options) -> Table:
    """Train and score all methods, both ways."""
    clock = Clock()
    both = dict(zip(WAYS, nuclei(STARDIST.locate(given.archives)), strict=True))
    rows = [_network(given, method, both) for name, method in METHODS.items() if given.wants(name)]
    if given.wants("classical"):
        rows.append(_baseline(given, both))
    return Table(
        NAME,
        "Nuclei, real, fluorescence (the pair that comes with stardist): trained on one half, "
        "tested on the other",
        rows,
        bars(rows),
        given.seed,
        clock.read(),
        ("One image: the halves show the same stain, exposure and cells.",),
    )


def _network(given: Options, method: workflow.Method, both: dict[str, Parts]) -> Row:
    found: dict[str, Estimate] = {}
    seconds = Seconds()
    for way, parts in both.items():
        folder = given.work / method.name / way.replace(" ", "_")
        pieces = [piece for half in parts.training for piece in tiles(half, TILE)]
        package = workflow.make_package(method, pieces, folder, seed=given.seed)
        found |= _columns(way, workflow.score_package(package.path, parts.test, folder), parts.test)
        seconds += package.seconds
    return Row(method.name, found, seconds, method.describe())


def _baseline(given: Options, both: dict[str, Parts]) -> Row:
    found: dict[str, Estimate] = {}
    about = []
    for way, parts in both.items():
        folder = given.work / "classical" / way.replace(" ", "_")
        fields = [
            label_field(np.float32(half.image), Annotation(half.labels)) for half in parts.training
        ]
        method = tune_baseline(fields)
        if method is not None:
            scores = workflow.score_function("classical", method, parts.test, folder)
            found |= _columns(way, scores, parts.test)
            about.append(f"{way}: {method.description}")
    return Row("classical", found, about="; ".join(about))


def _columns(way: str, scores: LabelScores, test: Sequence[Field]) -> dict[str, Estimate]:
    return {f"F1, {way}": f1_by_parts(scores, test[0].image.shape)} | {
        f"F1 at IoU 0.7, {way}": scores.at(0.7).f1
    }


def f1_by_parts(
    scores: LabelScores, shape: tuple[int, ...], rows: int = 4, columns: int = 2
) -> Estimate:
    """Return F1 at an IoU of 0.5 over one image, its interval resampled over parts of it.

    Parameters
    ----------
    scores
        Of one image.
    shape
        ``y x`` of that image.
    rows, columns
        How the image is parted; an object belongs to the part that holds its middle.
    """
    counts = np.zeros((rows * columns, 2))
    for each in scores.rows[0].objects:
        row = min(int(each.y * rows / shape[0]), rows - 1)
        column = min(int(each.x * columns / shape[1]), columns - 1)
        # F1 is 2 TP / (2 TP + FP + FN); its parts add up.
        hit = each.outcome == "true positive"
        counts[row * columns + column] += (2.0, 2.0) if hit else (0.0, 1.0)
    return estimated(counts, lambda sums: sums[:, 0] / sums[:, 1])[()]


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return the bar: the best network, by its worse way."""
    names = [f"F1, {way}" for way in WAYS]
    worse = {
        row.method: min(row.scores[name].value for name in names)
        for row in rows
        if row.method != "classical"
    }
    if not worse:
        return []
    name = max(worse, key=lambda one: worse[one])
    text = f"{name}: F1 {worse[name]:.3f} at IoU 0.5 in the worse way, at least {LEAST:g}"
    return [Bar(text, worse[name] >= LEAST)]


if __name__ == "__main__":
    sys.exit(options.main(__doc__, run))
