"""Presets are settings that their tasks take."""

import dataclasses

import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.networks import get_network
from deepbacs_zoo.tasks import TASKS, get_task
from deepbacs_zoo.tasks.presets import PRESETS, get_preset

KNOWN = [(task, name) for task in PRESETS for name in PRESETS[task] if task in TASKS]


@pytest.mark.parametrize(("task", "name"), KNOWN)
def test_a_preset_fits_its_task(task, name):
    preset = get_preset(task, name)
    built = preset.applied(get_task(task, preset.arguments))
    for key, value in preset.training.items():
        assert getattr(built.training, key) == value
    assert built.training.patch % built.multiple == 0
    assert built.network_arguments.keys() == get_task(task).network_arguments.keys()
    assert 0 < preset.validation < 1
    get_network(built.network)


def test_every_task_can_be_trained_on_a_small_computer_and_as_documented():
    for task in TASKS:
        assert set(PRESETS[task]) == {"small", "deepbacs"}


def test_the_documented_numbers_of_the_multilabel_network():
    preset = get_preset("segmentation", "deepbacs")
    task = preset.applied(get_task("segmentation"))
    assert dataclasses.asdict(task.training) == dataclasses.asdict(task.training) | {
        "epochs": 100,
        "patch": 320,
        "batch": 4,
        "learning_rate": 5e-3,
        "schedule": "plateau",
        "plateau": 20,
    }
    assert (task.network_arguments["depth"], task.network_arguments["base"]) == (2, 64)
    assert preset.validation == 0.1


def test_an_unknown_preset_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="small, deepbacs") as caught:
        get_preset("segmentation", "large")
    assert caught.value.value == "large"
