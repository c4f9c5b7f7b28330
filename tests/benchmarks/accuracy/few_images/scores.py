"""Scores of every seed, their mean and the worst of them, beside what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deepbacs_zoo.evaluation import LabelScores
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy.clock import Seconds
from tests.benchmarks.accuracy.few_images.sets import (
    F1,
    MERGED,
    OBJECTS,
    PRECISION,
    RECALL,
    SPLIT,
    Score,
)
from tests.benchmarks.accuracy.table import Bar, Row

LOWER_IS_BETTER = {OBJECTS, MERGED, SPLIT}
MEAN, WORST = "mean", "worst"


def columns(scores: LabelScores) -> dict[str, Estimate]:
    """Return the scores that the table shows, with intervals over the test fields."""
    half = scores.at(0.5)
    return {
        F1: half.f1,
        RECALL: half.recall,
        PRECISION: half.precision,
        OBJECTS: scores.objects_per_label,
        MERGED: scores.merged,
        SPLIT: scores.split,
    }


def summary(rows: Sequence[Row]) -> list[Row]:
    """Return a row of means over the seeds and one of the worst values, each score on its own."""
    names = tuple(rows[0].scores)
    values = {name: np.array([row.scores[name].value for row in rows]) for name in names}
    worst = {
        name: float(each.max() if name in LOWER_IS_BETTER else each.min())
        for name, each in values.items()
    }
    seconds = [row.seconds for row in rows]
    return [
        Row(
            MEAN,
            {name: Estimate(float(each.mean())) for name, each in values.items()},
            sum(seconds, Seconds()) / len(seconds),
        ),
        Row(WORST, {name: Estimate(value) for name, value in worst.items()}, max(seconds)),
    ]


def bars(asked: Sequence[Score], rows: Sequence[Row]) -> list[Bar]:
    """Return what is asked of mean and worst; an undefined score reaches nothing."""
    found: Mapping[str, Row] = {row.method: row for row in rows}
    bars = []
    for score in asked:
        mean, worst = (found[name].scores[score.name].value for name in (MEAN, WORST))
        for name, value, least in ((MEAN, mean, score.mean), (WORST, worst, score.worst)):
            if least is not None:
                text = f"{score.name}: {name} {value:.3f}, at least {least:g}"
                bars.append(Bar(text, value >= least))
        if score.most is not None:
            text = f"{score.name}: {MEAN} {mean:.3f}, at most {score.most:g}"
            bars.append(Bar(text, mean <= score.most))
    return bars
