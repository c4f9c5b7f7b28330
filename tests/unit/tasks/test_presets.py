"""Presets are settings that their methods take."""

import dataclasses

import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.networks import get_network
from deepbacs_zoo.tasks import METHODS, get_entry, get_method

KNOWN = [(method, name) for method, entry in METHODS.items() for name in entry.presets]


@pytest.mark.parametrize(("method", "name"), KNOWN)
def test_a_preset_fits_its_method(method, name):
    preset = get_entry(method).preset(name)
    built = preset.applied(get_method(method, preset.arguments))
    for key, value in preset.training.items():
        assert getattr(built.training, key) == value
    assert built.training.patch_size % built.multiple == 0
    same = get_method(method, preset.arguments)
    assert built.network_arguments.keys() == same.network_arguments.keys()
    assert 0 < preset.validation < 1
    get_network(built.network)


def test_every_method_can_be_trained_on_a_small_computer_and_as_documented():
    for entry in METHODS.values():
        assert set(entry.presets) == {"small", "deepbacs"}


def test_the_documented_numbers_of_the_multilabel_network():
    preset = get_entry("multilabel-unet").preset("deepbacs")
    task = preset.applied(get_method("multilabel-unet"))
    assert dataclasses.asdict(task.training) == dataclasses.asdict(task.training) | {
        "epochs": 100,
        "patch_size": 320,
        "batch_size": 4,
        "learning_rate": 5e-3,
        "schedule": "plateau",
        "plateau": 20,
    }
    assert (task.network_arguments["depth"], task.network_arguments["base"]) == (2, 64)
    assert preset.validation == 0.1


def test_an_unknown_preset_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="small, deepbacs") as caught:
        get_entry("multilabel-unet").preset("large")
    assert caught.value.value == "large"
