"""From label images to rows, and from rows to scores with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.labels.scores import (
    THRESHOLDS,
    LabelImageRow,
    LabelScores,
    ObjectOutcome,
    ThresholdScores,
)
from deepbacs_zoo.metrics import (
    FORMULAS,
    Estimate,
    Partners,
    estimated,
    estimated_mean,
    match,
    merges_and_splits,
    partners,
    ratio,
)

__all__ = ["gather", "object_outcomes", "score_image"]

Numbers = NDArray[np.float64]


def score_image(
    name: str,
    truth: NDArray[np.int32],
    predicted: NDArray[np.int32],
    *,
    seconds: float,
    class_iou: Mapping[str, float] | None = None,
) -> LabelImageRow:
    """Compare the objects of one image with its truth.

    Parameters
    ----------
    name
        The name of the pair.
    truth, predicted
        ``y x`` int32 label images, 0 background.
    seconds
        How long the prediction took.
    class_iou
        IoU per class, if the method gives classes.
    """
    counts = match(truth, predicted, THRESHOLDS)
    return LabelImageRow(
        name=name,
        n_true=counts.tp[0] + counts.fn[0],
        n_pred=counts.tp[0] + counts.fp[0],
        tp=counts.tp,
        fp=counts.fp,
        fn=counts.fn,
        matched_iou=counts.iou,
        merges=merges_and_splits(truth, predicted),
        class_iou=dict(class_iou or {}),
        seconds=seconds,
        objects=object_outcomes(truth, predicted),
    )


def object_outcomes(
    truth: NDArray[np.int32], predicted: NDArray[np.int32]
) -> tuple[ObjectOutcome, ...]:
    """Return each labelled object and each false positive of ``y x`` int32, at an IoU of 0.5."""
    found = partners(truth, predicted, THRESHOLDS[0])
    return tuple(_outcomes(found, truth, predicted))


def _outcomes(
    found: Partners, truth: NDArray[np.int32], predicted: NDArray[np.int32]
) -> Iterator[ObjectOutcome]:
    objects = found.overlaps
    centers, found_centers = _centers(truth), _centers(predicted)
    for place, label in enumerate(objects.true.tolist()):
        partner = int(found.of_true[place])
        yield ObjectOutcome(
            "true positive" if partner >= 0 else "false negative",
            label,
            int(objects.found[partner]) if partner >= 0 else None,
            float(found.true_iou[place]),
            int(objects.true_areas[place]),
            int(objects.found_areas[partner]) if partner >= 0 else None,
            *centers[label],
        )
    for place, label in enumerate(objects.found.tolist()):
        if found.of_found[place] < 0:
            yield ObjectOutcome(
                "false positive",
                None,
                label,
                float(found.found_iou[place]),
                None,
                int(objects.found_areas[place]),
                *found_centers[label],
            )


def _centers(labels: NDArray[np.int32]) -> list[tuple[float, float]]:
    """Return the center ``x, y`` in pixels of every label, by label; the first pixel is 0 to 1."""
    y, x = np.nonzero(labels)
    numbers = labels[y, x]
    counts = np.bincount(numbers)
    means = [ratio(np.bincount(numbers, weights=axis + 0.5), counts) for axis in (x, y)]
    return list(zip(means[0].tolist(), means[1].tolist(), strict=True))


def gather(method: str, description: str, rows: Sequence[LabelImageRow]) -> LabelScores:
    """Sum rows over images and add bootstrap intervals, resampled over images."""
    counts = np.array([(row.tp, row.fp, row.fn, row.matched_iou) for row in rows], np.float64)
    scores = estimated(counts, _instance_scores)
    objects = np.array([(row.n_pred, row.n_true) for row in rows], np.float64)
    merges = [(row.merges.merged, row.merges.split, row.merges.objects) for row in rows]
    shares = estimated(np.array(merges, np.float64), lambda sums: ratio(sums[:, :2], sums[:, 2:]))
    return LabelScores(
        method=method,
        description=description,
        rows=tuple(rows),
        thresholds=tuple(
            ThresholdScores(
                threshold, **{name: scores[row, column] for row, name in enumerate(FORMULAS)}
            )
            for column, threshold in enumerate(THRESHOLDS)
        ),
        objects_per_label=estimated(objects, _share)[()],
        merged=shares[0],
        split=shares[1],
        class_iou=_class_iou(rows),
    )


def _instance_scores(counts: Numbers) -> Numbers:
    """From ``n counts thresholds`` to ``n scores thresholds``."""
    columns = np.moveaxis(counts, 1, 0)
    return np.stack([formula(*columns) for formula in FORMULAS.values()], axis=1)


def _share(values: Numbers) -> Numbers:
    return ratio(values[..., 0], values[..., 1])


def _class_iou(rows: Sequence[LabelImageRow]) -> dict[str, Estimate]:
    names = rows[0].class_iou if rows else {}
    return {name: estimated_mean(row.class_iou[name] for row in rows) for name in names}
