"""The kinds of results that can be reported, one row each: the sections of their pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from deepbacs_zoo.evaluation import (
    ERROR_RANGE,
    SCORES,
    BoxEvaluation,
    EvaluationResult,
    ImageEvaluation,
    LabelEvaluation,
)
from deepbacs_zoo.reports.charts import (
    compared_curves,
    precision_recall_curves,
    ring_curves,
    score_curves,
)
from deepbacs_zoo.reports.panels import box_panels, image_panels, overlay_panels
from deepbacs_zoo.reports.render import interval_note, number, percent, render
from deepbacs_zoo.reports.types import Fact, KeyFigure

__all__ = ["KINDS", "ReportKind"]

_MOST_PANELS: Final = 8
_MOST_COMPARED: Final = 4


@dataclass(frozen=True)
class ReportKind:
    """One kind of result.

    Parameters
    ----------
    figures
        Large numbers at the top of the page of an evaluation.
    facts
        Facts of an evaluation beside those that all kinds have.
    sections
        HTML of the sections of an evaluation: scores, charts, images.
    charts
        Charts of several evaluations by their names, as SVG.
    side_by_side
        HTML of the images of several evaluations by their names.
    """

    figures: Callable[[Any], tuple[KeyFigure, ...]]
    facts: Callable[[Any], tuple[Fact, ...]]
    sections: Callable[[Any], str]
    charts: Callable[[Mapping[str, Any]], tuple[str, ...]]
    side_by_side: Callable[[Mapping[str, Any]], str]


def _legend(evaluation: EvaluationResult[Any, Any], *more: tuple[str, str]) -> list[Sequence[str]]:
    """Return classes of the style sheet with their words."""
    false = "false positive" if evaluation.labels_complete else "detection without a label"
    return [
        ("truth", "labelled"),
        ("tp", "true positive"),
        *more,
        ("fn", "false negative"),
        ("fp", false),
    ]


def _side_by_side(
    template: str,
    evaluations: Mapping[str, EvaluationResult[Any, Any]],
    panels: Callable[[Any, int], Sequence[Any]],
    **values: Any,  # noqa: ANN401 - handed on to the template
) -> str:
    """Return the images of several evaluations: one row each, with the panels of all models."""
    every = [panels(each, _MOST_COMPARED) for each in evaluations.values()]
    return render(
        template,
        rows=list(zip(*every, strict=True)),
        names=list(evaluations),
        first=next(iter(evaluations.values())),
        **values,
    )


def _label_figures(evaluation: LabelEvaluation) -> tuple[KeyFigure, ...]:
    half, ratio = evaluation.model.at(0.5), evaluation.model.objects_per_label
    recall = half.recall
    figures = [
        KeyFigure("Labelled objects found", percent(recall.value), interval_note(recall, percent)),
        KeyFigure("Predicted objects per label", number(ratio.value), interval_note(ratio, number)),
    ]
    if evaluation.labels_complete:
        f1 = half.f1
        figures.append(KeyFigure("F1 at IoU 0.5", number(f1.value), interval_note(f1, number)))
    merged, split = evaluation.model.merged, evaluation.model.split
    note = f"{percent(split.value)} split"
    figures.append(KeyFigure("Labelled objects merged", percent(merged.value), note))
    return tuple(figures)


def _label_sections(evaluation: LabelEvaluation) -> str:
    scores = render("scores_labels.html.j2", evaluation=evaluation, charts=score_curves(evaluation))
    return scores + render(
        "overlays.html.j2",
        evaluation=evaluation,
        panels=overlay_panels(evaluation, _MOST_PANELS),
        legend_entries=_legend(evaluation),
        legend_note="at IoU 0.5",
    )


def _labels_side_by_side(evaluations: Mapping[str, LabelEvaluation]) -> str:
    return _side_by_side(
        "compared_overlays.html.j2",
        evaluations,
        overlay_panels,
        legend_entries=_legend(next(iter(evaluations.values()))),
        legend_note="at IoU 0.5",
    )


_WRONG: Final = ("wrong", "wrong class")


def _box_figures(evaluation: BoxEvaluation) -> tuple[KeyFigure, ...]:
    by_name = {line.name: line for line in evaluation.headlines()}
    lines = [by_name["mAP at IoU 0.5"], by_name["mAP at IoU 0.3"], by_name["F1 at IoU 0.5"]]
    recall = by_name["recall at IoU 0.5"]
    return (
        *(KeyFigure(line.name, number(line.value), interval_note(line, number)) for line in lines),
        KeyFigure("Labelled boxes found", percent(recall.value), interval_note(recall, percent)),
    )


def _box_sections(evaluation: BoxEvaluation) -> str:
    scores = render(
        "scores_boxes.html.j2", evaluation=evaluation, charts=precision_recall_curves(evaluation)
    )
    return scores + render(
        "overlays.html.j2",
        evaluation=evaluation,
        panels=box_panels(evaluation, _MOST_PANELS),
        legend_entries=_legend(evaluation, _WRONG),
        legend_note=f"at IoU 0.5, boxes with a score of at least {evaluation.least_scores}",
    )


def _boxes_side_by_side(evaluations: Mapping[str, BoxEvaluation]) -> str:
    return _side_by_side(
        "compared_overlays.html.j2",
        evaluations,
        box_panels,
        legend_entries=_legend(next(iter(evaluations.values())), _WRONG),
        legend_note="at IoU 0.5, boxes with a score of at least the package's own",
    )


_KEY_SCORES: Final = ("PSNR in dB", "SSIM", "Pearson correlation", "resolution in pixels")


def _image_figures(evaluation: ImageEvaluation) -> tuple[KeyFigure, ...]:
    return tuple(
        KeyFigure(
            line.name[0].upper() + line.name[1:],
            number(line.value),
            f"input image: {number(line.baseline)}",
        )
        for line in evaluation.headlines()
        if line.name in _KEY_SCORES
    )


def _image_facts(evaluation: ImageEvaluation) -> tuple[Fact, ...]:
    return tuple(
        Fact(f"Seconds per image, {each.method}", f"{each.seconds / evaluation.images:.2f}")
        for each in evaluation.others
    )


def _image_sections(evaluation: ImageEvaluation) -> str:
    return render(
        "images.html.j2",
        evaluation=evaluation,
        scores=[each for each in SCORES if each.key in evaluation.model.estimates],
        charts=ring_curves(evaluation),
        panels=image_panels(evaluation, _MOST_PANELS),
        error_range=ERROR_RANGE,
    )


def _images_side_by_side(evaluations: Mapping[str, ImageEvaluation]) -> str:
    return _side_by_side("compared_images.html.j2", evaluations, image_panels)


KINDS: Final[dict[str, ReportKind]] = {
    "labels": ReportKind(
        _label_figures,
        lambda evaluation: (Fact("Labelled objects", str(evaluation.n_true)),),
        _label_sections,
        compared_curves,
        _labels_side_by_side,
    ),
    "boxes": ReportKind(
        _box_figures,
        lambda evaluation: (
            Fact("Labelled boxes", str(evaluation.n_true)),
            Fact("Score from which a box counts", evaluation.least_scores),
        ),
        _box_sections,
        lambda evaluations: (),
        _boxes_side_by_side,
    ),
    "image": ReportKind(
        _image_figures,
        _image_facts,
        _image_sections,
        lambda evaluations: (),
        _images_side_by_side,
    ),
}
