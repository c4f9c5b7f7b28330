"""Measures of a validation."""

import numpy as np
import pytest

from deepbacs_zoo.tasks import Labels, get_method
from deepbacs_zoo.training.kinds import kind_of

TASK = get_method("multilabel-unet")


def case(width=8):
    """Two objects above the smallest size that the task decodes."""
    labels = np.zeros((30, 24), np.int32)
    labels[3:16, 3 : 3 + width] = 1
    labels[18:27, 14:22] = 2
    target = TASK.make_target(labels)
    probabilities = np.moveaxis(np.eye(3, dtype=np.float32)[target], -1, 0)
    return probabilities, Labels(labels)


def test_the_truth_scores_one():
    scores = kind_of(TASK).scores(TASK)
    scores.add(*case())
    scores.add(*case(6))
    assert scores.measures() == dict.fromkeys(TASK.metrics, 1.0)


def test_objects_are_counted_over_all_images():
    scores = kind_of(TASK).scores(TASK)
    probabilities, truth = case()
    scores.add(probabilities, truth)
    nothing = np.zeros_like(probabilities)
    nothing[0] = 1
    scores.add(nothing, truth)
    measures = scores.measures()
    assert measures["recall"] == 0.5
    assert measures["precision"] == 1.0
    assert measures["iou_interior"] == pytest.approx(0.5)


def test_nothing_found_is_zero_and_not_undefined():
    scores = kind_of(TASK).scores(TASK)
    probabilities, truth = case()
    nothing = np.zeros_like(probabilities)
    nothing[0] = 1
    scores.add(nothing, truth)
    assert scores.measures() == dict.fromkeys(TASK.metrics, 0.0)
