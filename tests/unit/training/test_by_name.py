"""A method given by its name makes its choices by the training images, once."""

import json

import numpy as np
import pytest
import torch

from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.tasks import METHODS, get_method
from deepbacs_zoo.training import train

QUICK = {"epochs": 1, "steps_per_epoch": 1, "batch_size": 2, "patch_size": 32}


def draw(folder, radius, shape=(60, 64)):
    """Write images of two disks each."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    for index in range(4):
        labels = np.zeros(shape, np.uint16)
        labels[(y - 20 - index) ** 2 + (x - 20) ** 2 <= radius**2] = 1
        labels[(y - 40) ** 2 + (x - 44 + index) ** 2 <= radius**2] = 2
        name = f"{index}.tif"
        write_tiff(folder / "source" / name, labels * 100, "yx", Calibration())
        write_tiff(folder / "target" / name, labels, "yx", Calibration(), labels=True)
    return folder / "source", folder / "target"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stars")
    folders = draw(folder, 10)
    return train(
        "segmentation",
        *folders,
        folder / "run",
        method="stardist",
        settings=QUICK,
        tuned=False,
        device="cpu",
    )


def test_choices_are_recorded_and_belong_to_the_network(run):
    recorded = json.loads((run.folder / "run.json").read_text())["method_arguments"]
    assert recorded == dict(run.method_arguments) == dict(open_run(run.folder).method_arguments)
    assert recorded["grid"] == 2
    assert recorded["unit"] == pytest.approx(np.sqrt(np.pi) * 10 / 2, rel=0.05)
    network = build_network(run.network, run.network_arguments)
    network.load_state_dict(torch.load(run.weights(), weights_only=True))
    found = network.eval()(torch.zeros(1, 1, 32, 32))
    assert found.shape == (1, 1 + recorded["rays"], 16, 16)


def test_a_run_goes_on_with_what_was_chosen_when_it_began(run, tmp_path, monkeypatch):
    monkeypatch.setitem(METHODS["stardist"].__dict__, "choose", None)
    folders = run.folder.parent / "source", run.folder.parent / "target"
    again = train(
        "segmentation",
        *folders,
        run.folder,
        method="stardist",
        settings=QUICK,
        tuned=False,
        resume=True,
        device="cpu",
    )
    assert again.method_arguments == run.method_arguments


def test_resuming_another_method_is_refused(run):
    folders = run.folder.parent / "source", run.folder.parent / "target"
    with pytest.raises(UsageError, match="another method"):
        train(
            "segmentation",
            *folders,
            run.folder,
            method="splinedist",
            settings=QUICK,
            resume=True,
        )


def test_the_run_records_task_and_method(run):
    recorded = json.loads((run.folder / "run.json").read_text())
    assert (recorded["task"], recorded["method"]) == ("segmentation", "stardist")
    assert (open_run(run.folder).task, open_run(run.folder).method) == ("segmentation", "stardist")


def test_arguments_that_are_none_are_refused():
    with pytest.raises(UsageError, match="stardist") as caught:
        get_method("stardist", {"beams": 3})
    assert "beams=3" in caught.value.value


def test_an_unknown_task_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(UsageError, match="no task has this name"):
        train("segmentatoin", tmp_path / "nowhere", tmp_path / "nowhere", tmp_path / "run")


@pytest.mark.parametrize(("word", "method"), [("stardist", "stardist"), ("foreground", "unet")])
def test_a_method_in_place_of_its_task_is_answered_with_the_present_words(tmp_path, word, method):
    with pytest.raises(UsageError, match=f"train segmentation with method='{method}'"):
        train(word, tmp_path / "nowhere", tmp_path / "nowhere", tmp_path / "run")


def test_a_method_of_another_task_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no method of this name") as caught:
        train("detection", tmp_path, tmp_path, tmp_path / "run", method="stardist")
    assert caught.value.allowed == "yolov2"


def test_a_method_is_given_once(tmp_path):
    with pytest.raises(UsageError, match="given already"):
        train(get_method("unet"), tmp_path, tmp_path, tmp_path / "run", method="unet")


def test_labels_that_are_not_star_convex_are_reported(tmp_path):
    folders = draw(tmp_path, 10)
    for index in range(4):
        y, x = np.mgrid[:60, :64]
        ring = ((y - 30) ** 2 + (x - 30) ** 2 <= 26**2) & ((y - 30) ** 2 + (x - 30) ** 2 > 20**2)
        write_tiff(
            folders[1] / f"{index}.tif",
            (ring & (y > 24)).astype(np.uint16),
            "yx",
            Calibration(),
            labels=True,
        )
    found = []
    train(
        "segmentation",
        *folders,
        tmp_path / "run",
        method="stardist",
        settings=QUICK,
        tuned=False,
        device="cpu",
        on_finding=found.append,
    )
    assert "objects-not-star-convex" in {finding.id for finding in found}
