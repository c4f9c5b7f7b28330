"""Every method that finds objects in label images: from drawn images to a package that holds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs, read_pair
from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.decoding import decode
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.metrics import match
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.tasks import METHODS, annotation_kind, get_entry, get_method
from deepbacs_zoo.training.data.examples import read_examples, read_raw
from deepbacs_zoo.validation import validate
from tests.data.runs.frozen import frozen_run, image_folders
from tests.unit.prediction.samples import image_of

torch = pytest.importorskip("torch")

LABEL_METHODS = [name for name, entry in METHODS.items() if entry.annotation == "labels"]
GRIDS = [("stardist", 1), ("stardist", 2), ("stardist", 4), ("splinedist", 2)]


@pytest.fixture(scope="module")
def folders():
    return image_folders("labels")


@pytest.fixture(scope="module")
def chosen(folders):
    """The choices of each method by the images of its frozen run."""
    samples = [raw.sample for raw in read_raw(annotation_kind("labels"), match_pairs(*folders))]
    return {name: get_entry(name).choose(samples) for name in LABEL_METHODS}


@pytest.fixture(scope="module", params=LABEL_METHODS)
def run(request):
    return frozen_run(request.param)


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    from deepbacs_zoo.exporting import export

    card = dataclasses.replace(read_card(card_folder() / "ecoli_brightfield.md"), pixel_size=None)
    return export(run, card, tmp_path_factory.mktemp("package") / "model.zip")


@pytest.mark.parametrize("name", LABEL_METHODS)
def test_the_true_target_decodes_to_the_true_objects(name, chosen, folders):
    task = get_method(name, chosen[name].arguments)
    for pair in match_pairs(*folders):
        _, labels = read_pair(pair)
        found = decode(task.decode, perfect(task, labels), labels.shape)
        counts = match(labels, found, (0.8,))
        assert (counts.tp, counts.fp, counts.fn) == ((6,), (0,), (0,))


def perfect(task, labels):
    """Return what a network without errors gives."""
    target = task.make_target(labels)
    if isinstance(target, np.ndarray):
        return np.moveaxis(np.eye(len(task.classes), dtype=np.float32)[target], -1, 0)
    probability, shape = target.values()
    return np.concatenate([probability[np.newaxis], shape])


def test_thick_objects_have_a_coarser_grid(chosen):
    assert chosen["stardist"].arguments["grid"] == chosen["splinedist"].arguments["grid"] == 2
    assert chosen["stardist"].arguments["rays"] in (16, 32, 64)
    assert chosen["stardist"].findings == ()


@pytest.mark.parametrize(("name", "grid"), GRIDS)
def test_targets_are_on_the_grid_of_the_output(name, grid, folders):
    task = get_method(name, {"grid": grid})
    example = read_examples(task, match_pairs(*folders))[0]
    probability, shape = task.make_target(example.truth.content).values()
    height, width = (-(-side // grid) for side in example.truth.shape)
    assert probability.shape == (height, width)
    assert shape.shape == (len(task.classes) - 1, height, width)
    assert shape.dtype == probability.dtype == np.float32
    assert task.grid == grid
    assert task.multiple % grid == 0


def test_training_lowers_the_loss(run):
    losses = [row["train_loss"] for row in run.history()]
    assert losses[-1] < losses[0]
    assert all(f"val_{name}" in run.history()[0] for name in get_method(run.method).metrics)


def test_a_run_is_opened_with_the_arguments_of_its_method(run, chosen):
    again = open_run(run.folder)
    assert again.method_arguments.items() >= chosen[run.method].arguments.items()
    task = get_method(again.method, again.method_arguments)
    assert dict(task.arguments) == again.method_arguments


def test_a_package_of_every_method_is_valid_and_its_formats_agree(exported):
    summary = validate(exported)
    assert summary.passed
    warned = {finding.id for finding in summary.findings if finding.severity >= Severity.WARNING}
    # bioimageio.spec remarks on fields of the card, and deepImageJ takes no output on a grid.
    assert {rule for rule in warned if not rule.startswith("deepimagej")} <= {"format-warning"}
    assert {"output-reproduced", "formats-agree"} <= {finding.id for finding in summary.findings}


def test_an_output_on_a_grid_states_its_scale_and_halo(run, exported):
    task = get_method(run.method, run.method_arguments)
    with open_package(exported) as package:
        axis = package.outputs[0].axis("x")
        step = package.inputs[0].axis("x").size.step
        assert axis.scale == task.grid
        assert axis.size.scale == 1 / task.grid
        assert axis.halo * task.grid % step == 0
        found = package.tensor(package.outputs[0].test_tensor)
        given = package.tensor(package.inputs[0].test_tensor)
    assert [side * task.grid for side in found.shape[2:]] == list(given.shape[2:])


def test_tiled_equals_whole(exported):
    random = np.random.default_rng(0)
    image = random.normal(1000, 50, (301, 333)).astype(np.float32)
    with open_package(exported) as package:
        size = package.inputs[0].axis("x").size
        memory = int((size.min + 8 * size.step) ** 2 * package.zoo_config.peak_bytes_per_pixel)
        results = [predict(package, image_of(image), memory=memory) for memory in (2**40, memory)]
    whole, tiled = results
    assert whole.plan.whole
    assert not tiled.plan.whole
    for name, tensor in whole.tensors.items():
        np.testing.assert_allclose(tiled.tensors[name].array, tensor.array, atol=1e-5, rtol=1e-5)
    np.testing.assert_array_equal(whole.labels, tiled.labels)
    assert whole.labels.shape[-2:] == image.shape
