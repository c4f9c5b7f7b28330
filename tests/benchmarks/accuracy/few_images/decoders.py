"""Decoders of one set of weights: with a single threshold, and with levels that split."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.metrics import match, merges_and_splits
from deepbacs_zoo.package.zoo_config import Foreground, LabelDecoding, Multilabel
from deepbacs_zoo.prediction import Predictor, open_local
from deepbacs_zoo.training.tuning.run import with_final_decoding
from tests.benchmarks.accuracy.few_images.mixed_sets import Unit
from tests.benchmarks.accuracy.few_images.runs import Trained
from tests.benchmarks.accuracy.fields import Field

THRESHOLD, THRESHOLD_TUNED = "threshold 0.5", "threshold, tuned"
LEVELS, LEVELS_TUNED = "levels, as they are", "levels, tuned"
KNOWN = "threshold, the best on the test fields"
"""What the best tuning of a single threshold would find: an upper bound, not a decoder to use."""
DECODERS = (THRESHOLD, THRESHOLD_TUNED, KNOWN, LEVELS, LEVELS_TUNED)
STEPS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 0.95, 0.98)
"""Thresholds of which the best on the test fields is taken."""
SINGLE: Mapping[type, str] = {Multilabel: "seed_threshold", Foreground: "threshold"}
"""The single threshold of a kind of decoding."""

COUNTS = ("TP", "FP", "FN", "merged", "split", "labelled")
"""Of a test field at an IoU of 0.5, in the order of the arrays of counts."""


def decoders(found: Trained) -> dict[str, LabelDecoding]:
    """Return the decodings by name; those of ``KNOWN`` are ``KNOWN`` with a number.

    They have the other fields as the method has them and as they were tuned; the tuned decoding is
    one of them.
    """
    own = found.plan.method.decode
    single = dataclasses.replace(own, split_levels=())
    name = SINGLE[type(own)]
    tuned = _tuned(found, single)
    steps = (
        dataclasses.replace(each, **{name: step}) for each in (single, tuned) for step in STEPS
    )
    known = dict.fromkeys((single, tuned, *steps))
    return {
        THRESHOLD: single,
        THRESHOLD_TUNED: tuned,
        LEVELS: own,
        LEVELS_TUNED: own if found.run.tuned is None else found.run.tuned.settings,
        **{f"{KNOWN} {number}": each for number, each in enumerate(known)},
    }


def _tuned(found: Trained, settings: LabelDecoding) -> LabelDecoding:
    """Return a decoding tuned as the end of the training would have done."""
    method = dataclasses.replace(found.plan.method, decode=settings)
    plan = dataclasses.replace(found.plan, method=method)
    tuned = with_final_decoding(plan, "cpu", tuned=True).tuned
    return settings if tuned is None else tuned.settings


def count(
    found: Trained, tests: Mapping[str, Sequence[Unit]], images: Path
) -> dict[str, dict[str, np.ndarray]]:
    """Decode all test fields with all decoders.

    Parameters
    ----------
    found
        The weights.
    tests
        The fields.
    images
        Folder of their images.

    Returns
    -------
    dict
        By test and by decoder ``units counts`` float64, the counts in the order of ``COUNTS``.
    """
    settings = decoders(found)
    counts = {}
    with open_local(found.package) as predictor:
        for name, units in tests.items():
            each = np.array([_unit(predictor, unit, images, settings) for unit in units])
            counts[name] = with_best(dict(zip(settings, each.swapaxes(0, 1), strict=True)))
    return counts


def _unit(
    predictor: Predictor, unit: Unit, images: Path, settings: Mapping[str, LabelDecoding]
) -> np.ndarray:
    """Return ``decoders counts`` of the fields of a unit together."""
    total = np.zeros((len(settings), len(COUNTS)))
    for one in unit:
        result = predictor.predict(images / f"{one.name}.tif")
        tensor = result.tensors["probabilities"].array[0, 0]
        total += [_field(one, decode(each, tensor)) for each in settings.values()]
    return total


def _field(one: Field, labels: np.ndarray) -> tuple[int, ...]:
    counts, merges = match(one.labels, labels, (0.5,)), merges_and_splits(one.labels, labels)
    outcomes = counts.tp[0], counts.fp[0], counts.fn[0]
    return (*outcomes, merges.merged, merges.split, merges.objects)


def with_best(counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return counts by the names of ``DECODERS``: of the known thresholds the best alone."""
    known = [name for name in counts if name.startswith(KNOWN)]
    best = max(known, key=lambda name: f1(counts[name].sum(axis=0)))
    return {name: counts[best if name == KNOWN else name] for name in DECODERS}


def f1(counts: np.ndarray) -> np.ndarray:
    """Return F1 of ``... counts``; 0 without any object."""
    tp, fp, fn = counts[..., 0], counts[..., 1], counts[..., 2]
    return 2 * tp / np.maximum(2 * tp + fp + fn, 1)
