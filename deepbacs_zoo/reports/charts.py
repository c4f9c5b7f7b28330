"""The charts of a report: training curves, and scores over the IoU threshold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepbacs_zoo.evaluation import (
    BOX_THRESHOLDS,
    BoxEvaluation,
    ImageEvaluation,
    ImageScores,
    LabelEvaluation,
    LabelScores,
)
from deepbacs_zoo.metrics import RING_THRESHOLD
from deepbacs_zoo.reports.figures import Chart, Line, draw, finite

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation.boxes.scores import ClassScores

__all__ = [
    "compared_curves",
    "precision_recall_curves",
    "ring_curves",
    "score_curves",
    "training_curves",
]

_MOST_LINES = 5


def training_curves(
    history: Sequence[Mapping[str, float]], best_epoch: int | None
) -> tuple[str, ...]:
    """Draw losses on the left and all other measures on the right, over epochs.

    Parameters
    ----------
    history
        One mapping per epoch with ``epoch`` and numbers by name.
    best_epoch
        The epoch whose weights were kept.
    """
    if not history:
        return ()
    # The learning rate has another scale and would flatten the rest.
    names = [name for name in history[0] if name not in ("epoch", "lr", "seconds")]
    losses = [name for name in names if "loss" in name]
    others = [name for name in names if "loss" not in name]
    mark = None if best_epoch is None else (float(best_epoch), "kept")
    charts = {"Loss": losses, "Validation": others}
    return tuple(
        _training_chart(title, history, chosen[:_MOST_LINES], mark)
        for title, chosen in charts.items()
        if chosen
    )


def _training_chart(
    title: str,
    history: Sequence[Mapping[str, float]],
    names: Sequence[str],
    mark: tuple[float, str] | None,
) -> str:
    lines = [_over_epochs(history, name) for name in names]
    ends = ", ".join(f"{line.name} {line.y[-1]:.3g}" for line in lines)
    words = f"{title} over {len(history)} epochs; at the end {ends}"
    return draw(f"training-{title.lower()}", Chart(title, "epoch", tuple(lines), mark=mark), words)


def score_curves(evaluation: LabelEvaluation) -> tuple[str, ...]:
    """Draw recall and average precision over the IoU threshold, model and baseline."""
    return _score_curves([("model", evaluation.model)], evaluation.baseline)


def compared_curves(evaluations: Mapping[str, LabelEvaluation]) -> tuple[str, ...]:
    """Draw recall and average precision over the IoU threshold: the first models, the baseline."""
    methods = [(name, each.model) for name, each in evaluations.items()]
    return _score_curves(methods[: _MOST_LINES - 1], next(iter(evaluations.values())).baseline)


def _score_curves(
    methods: list[tuple[str, LabelScores]], baseline: LabelScores | None
) -> tuple[str, ...]:
    if baseline is not None:
        methods = [*methods, (baseline.method, baseline)]
    charts = []
    for title, attribute in (("Recall", "recall"), ("Average precision", "ap")):
        lines = tuple(_over_thresholds(name, scores, attribute) for name, scores in methods)
        points = zip(lines[0].x, lines[0].y, strict=True)
        ends = ", ".join(f"{y:.2f} at {x:g}" for x, y in points)
        words = f"{title} over the IoU threshold; {methods[0][0]}: {ends}"
        chart = Chart(title, "IoU threshold", lines, limits=(0.0, 1.02))
        charts.append(draw(f"scores-{attribute}", chart, words))
    return tuple(charts)


def precision_recall_curves(evaluation: BoxEvaluation) -> tuple[str, ...]:
    """Draw precision over recall for each class; a dot marks the package's own score."""
    present = [each for each in evaluation.model.classes if each.n_true]
    count = math.ceil(len(present) / _MOST_LINES)
    each_chart = math.ceil(len(present) / count) if count else 1
    charts = []
    for place, threshold in reversed(list(enumerate(BOX_THRESHOLDS))):
        for part in range(count):
            chosen = present[part * each_chart : (part + 1) * each_chart]
            lines = tuple(_curve(each, place) for each in chosen)
            means = ", ".join(f"{each.name} {each.ap[place].value:.2f}" for each in chosen)
            words = f"Precision over recall at IoU {threshold:g}; average precision: {means}"
            title = f"Precision at IoU {threshold:g}" + (f" ({part + 1})" if count > 1 else "")
            chart = Chart(title, "recall", lines, limits=(0.0, 1.04), x_limits=(-0.02, 1.04))
            charts.append(draw(f"curve-{place}-{part}", chart, words))
    return tuple(charts)


def ring_curves(evaluation: ImageEvaluation) -> tuple[str, ...]:
    """Draw the Fourier ring correlation with the target: model, input image, other baselines."""
    methods = [("model", evaluation.model)]
    if evaluation.baseline is not None:
        methods.append((evaluation.baseline.method, evaluation.baseline))
    methods += [(each.method, each) for each in evaluation.others]
    lines = [
        line
        for name, scores in methods[: _MOST_LINES - 1]
        for line in _over_frequency(name, scores)
    ]
    if not lines:
        return ()
    ends = (lines[0].x[0], lines[0].x[-1])
    threshold = Line("1/7", ends, (RING_THRESHOLD, RING_THRESHOLD))
    words = "Fourier ring correlation over spatial frequency; resolution: " + ", ".join(
        f"{name} {scores.estimates['resolution'].value:.1f} pixels" for name, scores in methods
    )
    chart = Chart(
        "Fourier ring correlation",
        "cycles per pixel",
        (*lines, threshold),
        limits=(-0.1, 1.02),
        x_limits=(0.0, 0.5),
    )
    return (draw("rings", chart, words),)


def _over_frequency(name: str, scores: ImageScores) -> tuple[Line, ...]:
    if scores.curve is None:
        return ()
    found = scores.curve.correlations
    return (
        Line(
            name,
            tuple(scores.curve.frequencies.tolist()),
            tuple(found.value.tolist()),
            None if found.low is None else tuple(found.low.tolist()),
            None if found.high is None else tuple(found.high.tolist()),
        ),
    )


def _curve(scores: ClassScores, place: int) -> Line:
    curve, point = scores.curves[place], scores.points[place]
    dot = (point.recall.value, point.precision.value)
    # From the first detection on, and down to the axis where recall ends.
    x, y = curve.recall.tolist(), curve.precision.tolist()
    end = [(x[-1], 0.0)] if x else []
    points = [*zip(x, y, strict=True), *end]
    return Line(
        f"{scores.name}, AP {scores.ap[place].value:.2f}",
        tuple(x for x, _ in points),
        tuple(y for _, y in points),
        dot=dot if all(map(math.isfinite, dot)) else None,
    )


def _over_epochs(history: Sequence[Mapping[str, float]], name: str) -> Line:
    return Line(
        name.replace("_", " "),
        tuple(float(row["epoch"]) for row in history),
        tuple(finite(float(row.get(name, float("nan")))) for row in history),
    )


def _over_thresholds(name: str, scores: LabelScores, attribute: str) -> Line:
    estimates = [getattr(at, attribute) for at in scores.thresholds]
    known = all(estimate.low is not None for estimate in estimates)
    return Line(
        name,
        tuple(at.threshold for at in scores.thresholds),
        tuple(finite(estimate.value) for estimate in estimates),
        tuple(estimate.low for estimate in estimates) if known else None,
        tuple(estimate.high for estimate in estimates) if known else None,
    )
