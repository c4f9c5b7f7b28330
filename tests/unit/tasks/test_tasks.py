"""Methods are data that every other subpackage can rely on."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.networks import get_network
from deepbacs_zoo.package.zoo_config import Multilabel
from deepbacs_zoo.processing import check
from deepbacs_zoo.tasks import METHODS, TASKS, get_method, resolve


def test_an_unknown_method_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="stardist") as caught:
        get_method("stardits")
    assert caught.value.value == "stardits"


def test_a_task_has_a_default_method_and_finds_its_others_by_name():
    assert resolve("segmentation").name == "multilabel-unet"
    assert resolve("detection").name == "yolov2"
    assert resolve("segmentation", "splinedist") is METHODS["splinedist"]


def test_every_method_belongs_to_the_task_that_lists_it():
    listed = [(task, name) for task, names in TASKS.items() for name in names]
    assert all((resolve(*pair).task, resolve(*pair).name) == pair for pair in listed)
    assert {name for _, name in listed} == METHODS.keys()
    assert all(get_method(name, task=task).task == task for task, name in listed)


@pytest.mark.parametrize(("scale", "side"), [(1.0, 33), (2.0, 17), (0.5, 66)])
def test_an_output_may_have_fewer_or_more_pixels_than_the_image(scale, side):
    method = get_method("unet")
    output = method.outputs[0]
    axes = tuple(
        dataclasses.replace(axis, scale=scale) if axis.id in ("y", "x") else axis
        for axis in output.axes
    )
    scaled = dataclasses.replace(method, outputs=(dataclasses.replace(output, axes=axes),))
    assert scaled.output_side(33) == side
    assert scaled.grid == max(1, scale)
    assert scaled.multiple == scaled.grid * 8


def test_tasks_load_without_torch():
    code = "import sys, deepbacs_zoo.tasks; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", METHODS)
def test_names_in_a_task_exist(name):
    task = get_method(name)
    assert task.name == name
    get_network(task.network)
    check([step for spec in task.inputs for step in spec.steps], name)
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.name = "other"


@pytest.mark.parametrize("name", METHODS)
def test_the_tensors_fit_the_network(name):
    task = get_method(name)
    assert task.network_arguments["in_channels"] == task.channels
    assert task.network_arguments.get("out_channels", len(task.classes)) == len(task.classes)
    assert task.training.patch_size % task.multiple == 0
    assert [spec.axis_names for spec in (*task.inputs, *task.outputs)] == ["bcyx", "bcyx"]
    assert task.ranges.keys() == {spec.id for spec in task.outputs}


def test_segmentation_exports_probabilities_and_trains_on_logits():
    task = get_method("multilabel-unet")
    assert task.network_arguments["activation"] == "softmax"
    assert task.training_arguments == {"activation": "none"}


def test_segmentation_says_how_its_output_becomes_objects():
    task = get_method("multilabel-unet")
    settings = task.decode
    assert isinstance(settings, Multilabel)
    assert settings.output == task.outputs[0].id
    indices = (settings.background, settings.interior, settings.boundary)
    assert [task.classes[index] for index in indices] == ["background", "interior", "boundary"]


def test_segmentation_weighs_each_class():
    task = get_method("multilabel-unet")
    assert len(task.loss.arguments["class_weights"]) == len(task.classes)


def test_targets_separate_touching_cells_by_boundary():
    labels = np.zeros((7, 12), np.int32)
    labels[1:6, 1:6] = 1
    labels[1:6, 6:11] = 2
    target = get_method("multilabel-unet").make_target(labels)
    expected = np.zeros((7, 12), int)
    expected[1:6, 1:11] = 2
    expected[2:5, 2:5] = 1
    expected[2:5, 7:10] = 1
    np.testing.assert_array_equal(target, expected)


def test_a_cell_cut_by_the_edge_has_no_boundary_there():
    target = get_method("multilabel-unet").make_target(np.ones((4, 4), np.int32))
    np.testing.assert_array_equal(target, 1)
