"""Scores of boxes, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.boxes.scores import (
    BOX_THRESHOLDS,
    BoxImageRow,
    BoxOutcome,
    BoxScores,
    ClassScores,
    CountScore,
    CountScores,
    DetectedBoxes,
    PointScores,
)
from deepbacs_zoo.metrics import (
    COCO_THRESHOLDS,
    FEWEST_IMAGES,
    BoxMatches,
    BoxSet,
    Estimates,
    ScoreThreshold,
    bootstrap_many,
    box_iou,
    confusion,
    estimated,
    f1,
    match_boxes,
    partners_of,
    precision,
    ratio,
    recall,
    right_partners,
)

__all__ = ["gather_boxes", "guess_counts", "score_counts"]

_SHOWN_IOU = 0.5
_RESAMPLES = 1000

Numbers = NDArray[np.float64]


def gather_boxes(
    found: DetectedBoxes,
    truth: Sequence[BoxSet],
    *,
    names: Sequence[str],
    classes: Sequence[str],
    score: ScoreThreshold,
) -> BoxScores:
    """Match the boxes of all images and score them, with intervals resampled over images.

    Parameters
    ----------
    found
        The boxes of the method.
    truth
        The true boxes of each image.
    names
        Names of the images.
    classes
        Names of the classes.
    score
        The score from which a box counts, but for average precision and curves.
    """
    thresholds = tuple(dict.fromkeys((*BOX_THRESHOLDS, *COCO_THRESHOLDS)))
    matches = match_boxes(truth, found.boxes, len(classes), thresholds)
    # images classes (true positives, false positives, false negatives), for each threshold
    counts = {each: matches.counts(each, score) for each in BOX_THRESHOLDS}
    ap, mean_ap = _average_precisions(matches)
    numbers = np.arange(len(classes))
    return BoxScores(
        method=found.method,
        description=found.description,
        rows=tuple(_rows(found, truth, matches, counts, names, classes, score)),
        classes=tuple(
            ClassScores(
                name=classes[index],
                n_true=int(matches.n_true[:, index].sum()),
                n_found=int(counts[BOX_THRESHOLDS[0]][:, index, :2].sum()),
                ap=tuple(ap[matches.place(each), index] for each in BOX_THRESHOLDS),
                points=tuple(_points(each, counts[each][:, index]) for each in BOX_THRESHOLDS),
                curves=tuple(matches.curve(each, index) for each in BOX_THRESHOLDS),
            )
            for index in numbers.tolist()
        ),
        mean_ap=tuple(mean_ap[place] for place in range(len(BOX_THRESHOLDS))),
        coco_ap=mean_ap[len(BOX_THRESHOLDS)],
        points=tuple(_points(each, counts[each].sum(axis=1)) for each in BOX_THRESHOLDS),
        confusion=confusion(list(truth), list(found.boxes), matches, _SHOWN_IOU, score),
        counts=score_counts(
            found.method,
            found.description,
            matches.n_true,
            counts[BOX_THRESHOLDS[0]][..., :2].sum(axis=2),
            classes,
        ),
    )


def _average_precisions(matches: BoxMatches) -> tuple[Estimates, Estimates]:
    """Return those of ``thresholds classes``, and the means: at each threshold, and COCO's."""
    shape = matches.ap.shape

    def statistic(ap: Numbers) -> Numbers:
        rows = [[matches.place(each)] for each in BOX_THRESHOLDS]
        rows.append([matches.place(each) for each in COCO_THRESHOLDS])
        return np.concatenate([ap.ravel(), [_mean(ap[row]) for row in rows]])

    every = _with_interval(matches, statistic)
    return (
        _part(every, slice(None, matches.ap.size), shape),
        _part(every, slice(matches.ap.size, None), (len(BOX_THRESHOLDS) + 1,)),
    )


def _with_interval(matches: BoxMatches, statistic: Callable[[Numbers], Numbers]) -> Estimates:
    value = statistic(matches.ap)
    images = np.arange(len(matches.n_true))
    if len(images) < FEWEST_IMAGES:
        return Estimates(value)
    low, high = bootstrap_many(
        images, lambda drawn: statistic(matches.resampled_ap(drawn)), resamples=_RESAMPLES
    )
    return Estimates(value, low, high)


def _part(every: Estimates, part: slice, shape: tuple[int, ...]) -> Estimates:
    ends = (None if each is None else each[part].reshape(shape) for each in (every.low, every.high))
    return Estimates(every.value[part].reshape(shape), *ends)


def _mean(values: Numbers) -> float:
    """Return the mean over classes that there are; NaN without any."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")


def _points(threshold: float, counts: NDArray[np.int64]) -> PointScores:
    """From ``images 3``: true positives, false positives, false negatives."""

    def scores(sums: Numbers) -> Numbers:
        tp, fp, fn = np.moveaxis(sums, -1, 0)
        return np.stack([precision(tp, fp), recall(tp, fn), f1(tp, fp, fn)], axis=-1)

    found = estimated(counts.astype(np.float64), scores)
    return PointScores(threshold, found[0], found[1], found[2])


def _rows(
    found: DetectedBoxes,
    truth: Sequence[BoxSet],
    matches: BoxMatches,
    counts: dict[float, NDArray[np.int64]],
    names: Sequence[str],
    classes: Sequence[str],
    score: ScoreThreshold,
) -> Iterator[BoxImageRow]:
    least = matches.scores(score)
    right = right_partners(matches, [len(each) for each in found.boxes], _SHOWN_IOU)
    at_score = counts[BOX_THRESHOLDS[0]][..., :2].sum(axis=2)
    for image, name in enumerate(names):
        # thresholds (true positives, false positives, false negatives)
        sums = np.array([counts[each][image].sum(axis=0) for each in BOX_THRESHOLDS])
        every, scores = found.boxes[image], least[image]
        boxes, kept = every.above(scores), every.passing(scores)
        partners = partners_of(truth[image], boxes, right[image][kept], _SHOWN_IOU)
        yield BoxImageRow(
            name=name,
            true=tuple(matches.n_true[image].tolist()),
            found=tuple(at_score[image].tolist()),
            tp=tuple(sums[:, 0].tolist()),
            fp=tuple(sums[:, 1].tolist()),
            fn=tuple(sums[:, 2].tolist()),
            objects=tuple(_outcomes(truth[image], boxes, partners, classes)),
            labelled=tuple(_labelled(truth[image], classes)),
            seconds=found.seconds[image],
        )


def _labelled(
    truth: BoxSet, classes: Sequence[str]
) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for kind, (x0, y0, x1, y1) in zip(truth.classes.tolist(), truth.corners.tolist(), strict=True):
        yield classes[kind], (x0, y0, x1, y1)


def _outcomes(
    truth: BoxSet, found: BoxSet, partners: NDArray[np.int64], classes: Sequence[str]
) -> Iterator[BoxOutcome]:
    """Yield the labelled boxes in their order, then false positives by their scores."""
    iou = box_iou(truth.corners, found.corners)
    of_true = {int(true): place for place, true in enumerate(partners) if true >= 0}
    for place, kind in enumerate(truth.classes.tolist()):
        partner = of_true.get(place)
        if partner is None:
            edges = truth.corners[place].tolist()
            yield BoxOutcome("false negative", classes[kind], None, None, None, *edges)
            continue
        other = int(found.classes[partner])
        yield BoxOutcome(
            "true positive" if other == kind else "wrong class",
            classes[kind],
            classes[other],
            float(found.scores[partner]),
            float(iou[place, partner]),
            *found.corners[partner].tolist(),
        )
    for place in np.flatnonzero(partners < 0).tolist():
        yield BoxOutcome(
            "false positive",
            None,
            classes[int(found.classes[place])],
            float(found.scores[place]),
            None,
            *found.corners[place].tolist(),
        )


def score_counts(
    method: str,
    description: str,
    true: NDArray[np.int64],
    found: NDArray[np.int64],
    classes: Sequence[str],
) -> CountScores:
    """Compare counts, axes ``images classes``, int64 each."""
    wrong = np.abs(found - true).astype(np.float64)
    # images (error, exact, one) classes: means are ratios of sums
    values = np.stack([wrong, wrong == 0, np.ones_like(wrong)], axis=1)
    scores = estimated(values, lambda sums: ratio(sums[:, :2], sums[:, 2:]))
    return CountScores(
        method,
        description,
        tuple(
            CountScore(
                name,
                float(true[:, index].mean()),
                float(found[:, index].mean()),
                scores[0, index],
                scores[1, index],
            )
            for index, name in enumerate(classes)
        ),
    )


def guess_counts(true: NDArray[np.int64], classes: Sequence[str]) -> CountScores:
    """Score the best constant guess: the numbers that would have served these images best.

    Counts have the axes ``images classes``, int64.

    It is the median for the error, and the most frequent count for exactness, both of the images
    that are scored, so that no guess that is made beforehand can do better.
    """
    medians = np.median(true, axis=0)
    modes = np.array([np.bincount(column).argmax() for column in true.T])
    guesses_by_class = ", ".join(
        f"{name} {median:g} ({mode})"
        for name, median, mode in zip(classes, medians, modes, strict=True)
    )
    description = (
        "the same number for every image, chosen on these very images: the median count for the "
        f"error, the most frequent count (in brackets) for exactness: {guesses_by_class}"
    )
    guesses = [
        score_counts(
            "constant guess", description, true, np.broadcast_to(each, true.shape), classes
        )
        for each in (medians, modes)
    ]
    return CountScores(
        guesses[0].method,
        description,
        tuple(
            CountScore(error.name, error.true, error.found, error.error, exact.exact)
            for error, exact in zip(guesses[0].classes, guesses[1].classes, strict=True)
        ),
    )
