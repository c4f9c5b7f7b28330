"""The kinds of results that can be evaluated, one row each.

A kind is a key of ``KINDS`` here and in the tables of annotations, decoding, results and reports; a
new one is a new row in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.annotations.kinds import KINDS as ANNOTATIONS
from deepbacs_zoo.evaluation.base import EvaluationResult
from deepbacs_zoo.evaluation.baseline import box_field, label_field, tune_baseline
from deepbacs_zoo.evaluation.boxes.evaluator import BoxEvaluator
from deepbacs_zoo.evaluation.boxes.outputs import BOX_FILES
from deepbacs_zoo.evaluation.boxes.result import BoxEvaluation
from deepbacs_zoo.evaluation.boxes.tables import box_tables, plain_box_scores
from deepbacs_zoo.evaluation.evaluator import Evaluator
from deepbacs_zoo.evaluation.images.baselines import image_field, tune_image_baselines
from deepbacs_zoo.evaluation.images.evaluator import ImageEvaluator
from deepbacs_zoo.evaluation.images.outputs import IMAGE_FILES
from deepbacs_zoo.evaluation.images.result import ImageEvaluation
from deepbacs_zoo.evaluation.images.tables import image_tables, plain_image_scores
from deepbacs_zoo.evaluation.labels.evaluator import LabelEvaluator
from deepbacs_zoo.evaluation.labels.outputs import LABEL_FILES
from deepbacs_zoo.evaluation.labels.result import LabelEvaluation
from deepbacs_zoo.evaluation.labels.tables import label_tables, plain_label_scores
from deepbacs_zoo.evaluation.output_types import OutputFiles
from deepbacs_zoo.evaluation.overlay import draw_boxes, draw_images, draw_labels
from deepbacs_zoo.package import Package

__all__ = ["KINDS", "EvaluationKind", "Tuning", "pairs_for"]

Pictures = Mapping[str, Any]
"""Arrays ``y x`` or ``y x 3`` uint8 by the names of images."""


@dataclass(frozen=True)
class Tuning:
    """The tuning of the baselines of a kind on training images.

    Parameters
    ----------
    field
        Makes a field to tune on, of a plane ``y x`` float32 and its annotation.
    tune
        Takes fields and the task; gives what the evaluator takes as baseline, or ``None`` where
        the fields teach nothing.
    """

    field: Callable[[Any, Any], Any]
    tune: Callable[[Sequence[Any], str | None], Any]


@dataclass(frozen=True)
class EvaluationKind:
    """One kind of result.

    Parameters
    ----------
    noun
        What a package of this kind gives, in the plural.
    evaluator
        Makes an evaluator from decoding, baseline, number of previews and task.
    result
        What the evaluator returns: headline scores and baseline belong to it.
    tables
        Text of each table of an evaluation by the name of its file.
    scores
        Scores of an evaluation as plain data.
    overlays
        Pictures of the first images of an evaluation by their names.
    files
        Reads and compares what prediction wrote.
    tuning
        How its baselines are tuned; ``None`` where none needs it.
    """

    noun: str
    evaluator: Callable[[Any, Any, int, str | None], Evaluator]
    result: type[EvaluationResult[Any, Any]]
    tables: Callable[[Any], Mapping[str, str]]
    scores: Callable[[Any], Mapping[str, Any]]
    overlays: Callable[[Any], Pictures]
    files: OutputFiles
    tuning: Tuning | None


def _label_overlays(evaluation: LabelEvaluation) -> Pictures:
    return {
        each.name: draw_labels(each.image, each.truth, each.predicted)
        for each in evaluation.previews
    }


def _box_overlays(evaluation: BoxEvaluation) -> Pictures:
    objects = {row.name: row.objects for row in evaluation.model.rows}
    return {each.name: draw_boxes(each.image, objects[each.name]) for each in evaluation.previews}


def _image_overlays(evaluation: ImageEvaluation) -> Pictures:
    return {each.name: draw_images(*each.shown) for each in evaluation.previews}


KINDS: Final[dict[str, EvaluationKind]] = {
    "labels": EvaluationKind(
        "label images",
        LabelEvaluator,
        LabelEvaluation,
        label_tables,
        plain_label_scores,
        _label_overlays,
        LABEL_FILES,
        Tuning(label_field, lambda fields, task: tune_baseline(fields)),
    ),
    "boxes": EvaluationKind(
        "boxes",
        BoxEvaluator,
        BoxEvaluation,
        box_tables,
        plain_box_scores,
        _box_overlays,
        BOX_FILES,
        Tuning(box_field, lambda fields, task: tune_baseline(fields)),
    ),
    "image": EvaluationKind(
        "images",
        ImageEvaluator,
        ImageEvaluation,
        image_tables,
        plain_image_scores,
        _image_overlays,
        IMAGE_FILES,
        Tuning(image_field, tune_image_baselines),
    ),
}


def pairs_for(package: Package, data: Path, part: str | None = "test") -> tuple[Pair, ...]:
    """Find the images of a folder with the annotations that fit a package.

    Parameters
    ----------
    package
        The package: one that finds boxes needs boxes, one that gives images needs target images,
        any other label images or outlines.
    data
        The folder, as ``annotations.find_folders`` or ``annotations.find_box_folders`` take it.
    part
        ``test``, ``training``, or any.

    Raises
    ------
    UsageError, DataError
        There is no such folder, or its files do not fit each other.
    """
    kind = ANNOTATIONS[package.zoo_config.result]
    return kind.match_pairs(*kind.find_folders(data, part))
