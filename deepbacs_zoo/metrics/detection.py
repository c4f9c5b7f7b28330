"""Scores of boxes: average precision as COCO computes it, counts at a score, counts per class.

Boxes are matched class by class in the order of their scores, each to the free true box of largest
IoU that reaches the threshold; the average precision is the mean of the interpolated precision at
recalls 0, 0.01, ... 1 (Lin et al., Microsoft COCO, ECCV 2014).  Both are done by pycocotools, so
that the numbers are those that everybody reports.  Precision, recall and F1 at a score are points
of the same curve: a box with a lower score never changes the partner of one with a higher score.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["COCO_THRESHOLDS", "BoxMatches", "BoxSet", "ClassFinds", "Curve", "ScoreThreshold"]
__all__ += ["match_boxes"]

COCO_THRESHOLDS: Final = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""IoU thresholds over which COCO averages: 0.5, 0.55, ... 0.95."""
ScoreThreshold = float | Sequence[float] | NDArray[np.float64]
"""A score for all classes, or one for each, in their order; or an array of ``images classes``."""
_RECALLS: Final = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, eq=False)
class BoxSet:
    """The boxes of one image.

    Parameters
    ----------
    corners
        ``n 4`` float: x0, y0, x1, y1 in pixels.
    classes
        ``n`` integers from 0.
    scores
        ``n`` floats; those of true boxes are not used.
    """

    corners: NDArray[np.float64]
    classes: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        corners: Sequence[Sequence[float]],
        classes: Sequence[int],
        scores: Sequence[float] | None = None,
    ) -> BoxSet:
        """Build a set from plain numbers, corners ``n 4`` in pixels; without scores all are 1."""
        return cls(
            np.asarray(corners, np.float64).reshape(-1, 4),
            np.asarray(classes, np.int64).reshape(-1),
            np.ones(len(classes)) if scores is None else np.asarray(scores, np.float64),
        )

    def __len__(self) -> int:
        return len(self.classes)

    def passing(self, score: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which boxes have at least the score of their class: bool, one axis.

        ``score`` is float64 along ``classes``.
        """
        passing: NDArray[np.bool_] = self.scores >= score[self.classes]
        return passing

    def above(self, score: NDArray[np.float64]) -> BoxSet:
        """Return the boxes with at least ``score``, float64 with the axis ``classes``."""
        kept = self.passing(score)
        return BoxSet(self.corners[kept], self.classes[kept], self.scores[kept])


@dataclass(frozen=True, eq=False)
class ClassFinds:
    """All boxes found of one class, those of the highest score first.

    Parameters
    ----------
    scores
        ``n`` floats.
    images, boxes
        ``n`` integers: the image, and the box's place in that image's set.
    partners
        ``thresholds n`` integers: the place of the true box it is matched to, -1 for none.
    """

    scores: NDArray[np.float64]
    images: NDArray[np.int64]
    boxes: NDArray[np.int64]
    partners: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Curve:
    """Precision over recall: ``precision[i]`` is the best one at a recall of ``recall[i]`` or more.

    Both end where the recall does.
    """

    recall: NDArray[np.float64]
    precision: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoxMatches:
    """Matches of boxes at each IoU threshold; scores follow from them.

    Parameters
    ----------
    thresholds
        IoU thresholds.
    n_true
        ``images classes`` integers: true boxes.
    finds
        One for each class.
    precision
        ``thresholds recalls classes``, as pycocotools gives it: -1 for a class without true boxes.
    """

    thresholds: tuple[float, ...]
    n_true: NDArray[np.int64]
    finds: tuple[ClassFinds, ...]
    precision: NDArray[np.float64]

    @cached_property
    def ap(self) -> NDArray[np.float64]:
        """Average precision, axes ``thresholds classes``, float64; NaN without true boxes."""
        found = self.precision.mean(axis=1)
        return np.where(self.n_true.sum(axis=0) > 0, found, np.nan)

    def mean_ap(self, thresholds: Sequence[float] | None = None) -> float:
        """Return the mean over classes, and over ``thresholds`` (all by default); NaN without any.

        Raises
        ------
        KeyError
            The boxes were not matched at one of the thresholds.
        """
        rows = range(len(self.thresholds)) if thresholds is None else map(self.place, thresholds)
        chosen = self.ap[list(rows)]
        return float(np.nanmean(chosen)) if not np.isnan(chosen).all() else math.nan

    def resampled_ap(self, images: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return ``ap`` as it would be with these images, each as often as it is named.

        ``images`` are whole numbers along one axis; the result has the axes and the dtype of
        ``ap``.

        An image drawn twice weighs twice, which gives what a set with two copies of it would, up to
        the order of equal scores.
        """
        weights = np.bincount(images, minlength=len(self.n_true)).astype(np.float64)
        ap = np.full((len(self.thresholds), len(self.finds)), np.nan)
        n_true = weights @ self.n_true
        for index, finds in enumerate(self.finds):
            if n_true[index]:
                each = weights[finds.images]
                ap[:, index] = _average_precision(finds.partners >= 0, each, n_true[index])
        return ap

    def curve(self, threshold: float, index: int) -> Curve:
        """Return the interpolated precision-recall curve of a class; empty without true boxes."""
        precision = self.precision[self.place(threshold), :, index]
        reached = int(np.count_nonzero(precision > 0))
        return Curve(_RECALLS[:reached], precision[:reached])

    def counts(self, threshold: float, score: ScoreThreshold) -> NDArray[np.int64]:
        """Return TP, FP and FN among boxes of at least ``score``, axes ``images classes 3``, int64.

        Raises
        ------
        KeyError
            The boxes were not matched at this IoU threshold.
        """
        row, least = self.place(threshold), self.scores(score)
        counted = np.zeros((*self.n_true.shape, 3), np.int64)
        for index, finds in enumerate(self.finds):
            kept = finds.scores >= least[finds.images, index]
            hit = finds.partners[row] >= 0
            for column, chosen in enumerate((kept & hit, kept & ~hit)):
                counted[:, index, column] = np.bincount(
                    finds.images[chosen], minlength=len(self.n_true)
                )
        counted[..., 2] = self.n_true - counted[..., 0]
        return counted

    def scores(self, score: ScoreThreshold) -> NDArray[np.float64]:
        """Return a threshold as float64 with the axes ``images classes``."""
        return np.broadcast_to(np.asarray(score, np.float64), self.n_true.shape)

    def place(self, threshold: float) -> int:
        """Return the place of a threshold among ``thresholds``; ``KeyError`` if it has none."""
        for place, each in enumerate(self.thresholds):
            if math.isclose(each, threshold):
                return place
        raise KeyError(threshold)


def match_boxes(
    truth: Sequence[BoxSet],
    found: Sequence[BoxSet],
    classes: int,
    thresholds: Sequence[float] = (0.3, 0.5),
) -> BoxMatches:
    """Match the boxes found in some images with the true ones.

    Parameters
    ----------
    truth, found
        One set for each image, in the same order.
    classes
        How many classes there are.
    thresholds
        IoU thresholds, 0 < t <= 1.

    Raises
    ------
    ValueError
        The number of images differs, there is none, a class or a threshold is out of its range.
    """
    _check(truth, found, classes, thresholds)
    coco = _run_cocoeval(truth, found, classes, thresholds)
    n_true = np.array([np.bincount(each.classes, minlength=classes) for each in truth], np.int64)
    # [thresholds, recalls, classes, areas, most boxes]
    precision = np.asarray(coco.eval["precision"], np.float64)[..., 0, 0]
    rows = coco.evalImgs
    count = len(truth)
    finds = tuple(
        _finds(rows[index * count : (index + 1) * count], len(thresholds))
        for index in range(classes)
    )
    return BoxMatches(tuple(float(each) for each in thresholds), n_true, finds, precision)


def _check(
    truth: Sequence[BoxSet], found: Sequence[BoxSet], classes: int, thresholds: Sequence[float]
) -> None:
    if len(truth) != len(found) or not truth:
        raise ValueError(f"one set for each image is needed: {len(truth)} and {len(found)}")
    if not all(0 < threshold <= 1 for threshold in thresholds):
        raise ValueError(f"IoU thresholds lie above 0 and at most at 1: {tuple(thresholds)}")
    for each in (*truth, *found):
        if len(each) and not 0 <= each.classes.min() <= each.classes.max() < classes:
            raise ValueError(f"classes lie in 0 to {classes - 1}: {np.unique(each.classes)}")


# Boxes are numbered 1 + image * _STRIDE + place: pycocotools takes 0 for no partner.
_STRIDE: Final = 10**7


def _run_cocoeval(
    truth: Sequence[BoxSet], found: Sequence[BoxSet], classes: int, thresholds: Sequence[float]
) -> Any:  # noqa: ANN401 - pycocotools has no types
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    # It tells its progress on standard output, which is not ours to write to.
    with contextlib.redirect_stdout(io.StringIO()):
        data = []
        for sets in (truth, found):
            coco = COCO()
            coco.dataset = {
                "images": [{"id": image} for image in range(len(sets))],
                "categories": [{"id": index} for index in range(classes)],
                "annotations": [
                    row for image, boxes in enumerate(sets) for row in _annotations(image, boxes)
                ],
            }
            coco.createIndex()
            data.append(coco)
        coco = COCOeval(data[0], data[1], "bbox")
        coco.params.imgIds = list(range(len(truth)))
        coco.params.catIds = list(range(classes))
        coco.params.iouThrs = np.asarray(thresholds, np.float64)
        coco.params.recThrs = _RECALLS
        coco.params.areaRng, coco.params.areaRngLbl = [[-math.inf, math.inf]], ["all"]
        # Its default leaves out what an image holds above 100 boxes.
        coco.params.maxDets = [max(1, *(len(boxes) for boxes in found))]
        coco.evaluate()
        coco.accumulate()
    return coco


def _annotations(image: int, boxes: BoxSet) -> list[dict[str, Any]]:
    sizes = boxes.corners[:, 2:] - boxes.corners[:, :2]
    return [
        {
            "id": 1 + image * _STRIDE + place,
            "image_id": image,
            "category_id": int(boxes.classes[place]),
            "bbox": [*boxes.corners[place, :2].tolist(), *sizes[place].tolist()],
            "area": float(sizes[place].prod()),
            "score": float(boxes.scores[place]),
            "iscrowd": 0,
        }
        for place in range(len(boxes))
    ]


def _finds(rows: Sequence[dict[str, Any] | None], thresholds: int) -> ClassFinds:
    """Gather one class over images; an image without boxes of the class has no row."""
    given = [row for row in rows if row is not None]
    scores = np.concatenate([np.zeros(0), *(row["dtScores"] for row in given)])
    ids = np.concatenate([np.zeros(0), *(row["dtIds"] for row in given)]).astype(np.int64)
    matched = [np.zeros((thresholds, 0)), *(row["dtMatches"] for row in given)]
    partners = np.concatenate(matched, axis=1).astype(np.int64)
    order = np.argsort(-scores, kind="mergesort")
    images, boxes = np.divmod(ids[order] - 1, _STRIDE)
    place = np.where(partners > 0, (partners - 1) % _STRIDE, -1)[:, order]
    return ClassFinds(scores[order], images, boxes, place)


def _average_precision(
    hit: NDArray[np.bool_], weights: NDArray[np.float64], n_true: float
) -> NDArray[np.float64]:
    """Return the average precision at each threshold, of weighted boxes in the order of scores."""
    tp = np.cumsum(hit * weights, axis=1)
    taken = np.cumsum(weights)
    # Boxes of images that were not drawn, at the top, are none: 0/0.
    precision = np.divide(tp, taken, out=np.zeros_like(tp), where=taken > 0)
    precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    precision = np.concatenate([precision, np.zeros((len(hit), 1))], axis=1)
    return np.array(
        [
            each[np.searchsorted(row / n_true, _RECALLS, side="left")].mean()
            for row, each in zip(tp, precision, strict=True)
        ],
        np.float64,
    )
