"""Thresholds are chosen by the validation images when training is over, and reach the package."""

import dataclasses

import numpy as np
import pytest

from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.package import open_package
from deepbacs_zoo.training import train
from deepbacs_zoo.training.kinds import KINDS
from deepbacs_zoo.training.scores import labels
from deepbacs_zoo.training.tuning import run as tuning
from deepbacs_zoo.training.tuning.thresholds import tune
from tests.unit.training.small import TASK, make_images


@pytest.fixture
def folders(tmp_path):
    return make_images(tmp_path / "images")


@pytest.fixture
def few_are_enough(monkeypatch):
    monkeypatch.setattr(tuning, "FEWEST_OBJECTS", 1)


def better_at(threshold):
    """A kind of result whose score has one best threshold."""

    def chosen(settings, tensors, truths):
        assert len(tensors) == len(truths) == 1
        assert tensors[0].shape == (3, *truths[0].shape)
        np.testing.assert_allclose(tensors[0].sum(axis=0), 1, atol=1e-5)
        return tune(settings, lambda settings: 1 - abs(settings.seed_threshold - threshold))

    return dataclasses.replace(KINDS["labels"], tune=chosen)


def test_chosen_thresholds_are_recorded_and_exported(
    folders, tmp_path, monkeypatch, few_are_enough
):
    monkeypatch.setitem(KINDS, "labels", better_at(0.7))
    run = train(TASK, *folders, tmp_path / "run", epochs=1, device="cpu")
    assert run.tuned.settings.seed_threshold == 0.7
    assert (run.tuned.before, run.tuned.after) == pytest.approx((0.8, 1.0))
    assert run.tuned.objects == 2
    with open_package(draft(run, tmp_path / "model.zip")) as package:
        found = package.zoo_config.decode
        text = package.read("README.md").decode()
    assert found == dataclasses.replace(TASK.decode, seed_threshold=0.7)
    assert run.threshold_changes == (("seed threshold", "0.5", "0.7"),)
    said = "seed threshold 0.5 → 0.7; mean F1 0.800 → 1.000, chosen by 2 objects"
    assert said in run.thresholds
    assert f"| thresholds | {said}" in text
    assert set(run.validation_scores) >= {"F1 at IoU 0.5", "share of merged objects"}
    assert "| scores on the validation images | F1 at IoU 0.5 " in text
    assert open_run(run.folder) == run


def test_too_few_objects_leave_the_thresholds_alone(folders, tmp_path):
    run = train(TASK, *folders, tmp_path / "run", epochs=1, device="cpu")
    assert run.tuned is None
    assert run.thresholds.startswith("the method's own: 2 labelled objects in the validation")
    assert "20 are needed" in run.thresholds


def test_nobody_has_to_tune(folders, tmp_path, monkeypatch, few_are_enough):
    monkeypatch.setitem(KINDS, "labels", better_at(0.7))
    run = train(TASK, *folders, tmp_path / "run", epochs=1, device="cpu", tuned=False)
    assert run.tuned is None
    assert "not asked for" in run.thresholds
    assert "F1 at IoU 0.5" in run.validation_scores


def test_merged_objects_are_warned_of_at_the_end(folders, tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "decode", lambda _, __, shape: np.ones(shape, np.int32))
    said = []
    run = train(TASK, *folders, tmp_path / "run", epochs=1, device="cpu", on_finding=said.append)
    (finding,) = [each for each in said if each.id == "merged-objects"]
    assert finding in run.findings
    assert "2 of 2 labelled objects (100%) are merged" in str(finding.what)
    assert run.validation_scores["share of merged objects"] == 1.0
    assert "merged-objects" in [each.id for each in open_run(run.folder).findings]


def test_a_task_without_objects_has_no_thresholds(folders, tmp_path, few_are_enough):
    task = dataclasses.replace(TASK, decode=None, metrics=("iou_interior", "iou_boundary"))
    run = train(task, *folders, tmp_path / "run", epochs=1, device="cpu")
    assert run.tuned is None
    assert (run.thresholds, run.validation_scores) == ("", {})
