"""Which lines a report draws: training curves, and scores over the IoU threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deepbacs_zoo.evaluation import Evaluation, Scores
from deepbacs_zoo.reports.figures import Line, Panel, draw, finite

__all__ = ["score_curves", "training_curves"]

_MOST_LINES = 4


def training_curves(history: Sequence[Mapping[str, float]], best_epoch: int | None) -> str:
    """Draw losses on the left and all other measures on the right, over epochs.

    Parameters
    ----------
    history
        One mapping per epoch with ``epoch`` and numbers by name.
    best_epoch
        The epoch whose weights were kept.
    """
    names = [name for name in history[0] if name != "epoch"]
    losses = [name for name in names if "loss" in name]
    # The learning rate has another scale and would flatten the rest.
    others = [name for name in names if name not in losses and name not in ("lr", "seconds")]
    mark = None if best_epoch is None else (float(best_epoch), "kept")
    panels = [
        Panel(title, "epoch", tuple(_over_epochs(history, name) for name in chosen), mark=mark)
        for title, chosen in (("Loss", losses), ("Validation", others))
        for chosen in [chosen[:_MOST_LINES]]
        if chosen
    ]
    last = {name: history[-1].get(name, float("nan")) for name in names}
    words = ", ".join(f"{name} {value:.3g}" for name, value in last.items())
    return draw("curves", panels, f"Training curves over {len(history)} epochs; at the end {words}")


def score_curves(evaluation: Evaluation) -> str:
    """Draw recall and average precision over the IoU threshold, model and baseline."""
    methods = [("model", evaluation.model)]
    if evaluation.baseline is not None:
        methods.append((evaluation.baseline.method, evaluation.baseline))
    panels = [
        Panel(
            title,
            "IoU threshold",
            tuple(_over_thresholds(name, scores, attribute) for name, scores in methods),
            limits=(0.0, 1.02),
        )
        for title, attribute in (("Recall", "recall"), ("Average precision", "ap"))
    ]
    model = evaluation.model
    words = "; ".join(
        f"at IoU {at.threshold:g} recall {at.recall.value:.2f}, AP {at.ap.value:.2f}"
        for at in model.thresholds
    )
    return draw("scores", panels, f"Scores over the IoU threshold. Model: {words}")


def _over_epochs(history: Sequence[Mapping[str, float]], name: str) -> Line:
    return Line(
        name.replace("_", " "),
        tuple(float(row["epoch"]) for row in history),
        tuple(finite(float(row.get(name, float("nan")))) for row in history),
    )


def _over_thresholds(name: str, scores: Scores, attribute: str) -> Line:
    estimates = [getattr(at, attribute) for at in scores.thresholds]
    known = all(estimate.low is not None for estimate in estimates)
    return Line(
        name,
        tuple(at.threshold for at in scores.thresholds),
        tuple(finite(estimate.value) for estimate in estimates),
        tuple(estimate.low for estimate in estimates) if known else None,
        tuple(estimate.high for estimate in estimates) if known else None,
    )
