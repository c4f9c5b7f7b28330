"""Training with images in which there is no object."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from deepbacs_zoo.annotations import LabelOptions, match_pairs
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import write_tiff
from deepbacs_zoo.tasks import Loss, annotation_kind, get_entry
from deepbacs_zoo.training import train
from deepbacs_zoo.training.data.arrays import mapped
from deepbacs_zoo.training.data.examples import prepared, read_raw
from deepbacs_zoo.training.data.patches import Patches
from deepbacs_zoo.training.data.splitting import draw_validation, require_objects
from deepbacs_zoo.training.data.validation_images import ValidationDataset
from deepbacs_zoo.training.losses.table import build_loss
from tests.unit.training.small import SIZE, TASK, make_images

ONE_EPOCH = dataclasses.replace(TASK, training=dataclasses.replace(TASK.training, epochs=1))


def emptied(folders, *numbers):
    for number in numbers:
        write_tiff(
            folders[1] / f"field{number}.tif",
            np.zeros((24, 30), np.uint16),
            "yx",
            SIZE,
            labels=True,
        )
    return folders


@pytest.fixture
def folders(tmp_path):
    return make_images(tmp_path, count=5)


def test_images_without_objects_train_and_are_counted_and_recorded(folders, tmp_path):
    emptied(folders, 1, 3)
    reported = []
    run = train(ONE_EPOCH, *folders, tmp_path / "run", on_finding=reported.append, progress=False)
    (finding,) = reported
    assert finding.id == "image-without-object"
    assert finding.sentence().startswith("2 of 5 files, such as field1.tif: there is no object")
    assert finding.where == str(folders[1])
    assert all(np.isfinite(value) for value in run.history()[0].values())
    assert open_run(run.folder).findings == (finding,)
    recorded = json.loads(run.file.read_text("utf-8"))
    assert recorded["labels"] == dataclasses.asdict(LabelOptions())
    assert [each["id"] for each in recorded["findings"]] == ["image-without-object"]


def test_they_are_refused_where_that_is_asked_for(folders, tmp_path):
    emptied(folders, 2)
    with pytest.raises(DataError, match=r"field2.tif: there is no object.*allow_empty=True"):
        train(ONE_EPOCH, *folders, tmp_path / "run", labels=LabelOptions(allow_empty=False))
    assert not (tmp_path / "run").exists()


def test_images_without_any_object_in_all_of_them_are_an_error(folders, tmp_path):
    emptied(folders, *range(5))
    with pytest.raises(DataError, match=r"no object in any training image \(0 objects in 4"):
        train(ONE_EPOCH, *folders, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("seed", range(8))
def test_both_sides_have_objects_where_two_images_have_some(folders, seed):
    raws = read_raw(annotation_kind("labels"), match_pairs(*emptied(folders, 0, 1, 2)))
    held_out = draw_validation(raws, seed, 0.2, pytest.fail)
    with_objects = {"field3", "field4"}
    assert len(with_objects & held_out) == 1
    assert len(held_out) == 2
    require_objects(raws, held_out, folders[1], pytest.fail)


def test_validation_without_an_object_is_said(folders):
    raws = read_raw(annotation_kind("labels"), match_pairs(*emptied(folders, 0, 1, 2, 3)))
    reported = []
    require_objects(raws, draw_validation(raws, 0, 0.2, pytest.fail), folders[1], reported.append)
    assert [finding.id for finding in reported] == ["validation-without-object"]


@pytest.mark.parametrize("name", ["multilabel-unet", "unet", "stardist", "splinedist"])
def test_targets_and_losses_of_every_method_are_finite_without_objects(folders, name):
    entry = get_entry(name)
    raws = read_raw(annotation_kind("labels"), match_pairs(*emptied(folders, 0, 1)))
    choice = entry.choose([raw.sample for raw in raws])
    method = entry.build(**choice.arguments)
    settings = dataclasses.replace(method.training, patch_size=16, batch_size=2)
    method = dataclasses.replace(method, training=settings)
    examples = [prepared(method, raw) for raw in raws[:2]]
    loss = build_loss(method.loss)
    channels = len(method.outputs[0].axis("c").channel_names)
    patches = Patches(method, examples, settings, 0, 0)
    first = mapped(lambda array: array[np.newaxis], patches[0][1])
    for target in [first, *(each[2] for each in ValidationDataset(method, examples))]:
        arrays = target if isinstance(target, dict) else {"": target}
        assert not any(np.any(array) for array in arrays.values())
        tensors = {key: torch.from_numpy(array) for key, array in arrays.items()}
        rows = next(iter(tensors.values())).shape[-2:]
        truth = tensors if isinstance(target, dict) else tensors[""]
        value = loss(torch.randn(1, channels, *rows), truth)
        assert torch.isfinite(value)


def test_dice_of_a_class_that_is_nowhere_is_left_out():
    loss = build_loss(Loss("cross_entropy_dice", {"class_weights": [1.0] * 3, "dice_weight": 1.0}))
    nothing = torch.zeros(1, 8, 8, dtype=torch.int64)
    logits = torch.zeros(1, 3, 8, 8)
    logits[:, 0] = 9.0
    assert float(loss(logits, nothing)) < 1e-3
    assert float(loss(-logits, nothing)) > 5


def test_a_detector_trains_with_images_without_boxes(folders, tmp_path):
    emptied(folders, 1, 2)
    reported = []
    run = train(
        "detection",
        *folders,
        tmp_path / "run",
        classes=["cell"],
        epochs=1,
        settings={"steps_per_epoch": 1, "batch_size": 2, "patch_size": 32},
        on_finding=reported.append,
        progress=False,
    )
    assert "image-without-object" in [finding.id for finding in reported]
    assert all(np.isfinite(value) for value in run.history()[0].values())
