"""Every task that finds objects in label images: from drawn images to a package that holds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs, read_pair
from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.decoding import decode
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.metrics import match
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.tasks import METHODS, get_entry, get_method
from deepbacs_zoo.training.data.examples import read_examples, read_raw
from deepbacs_zoo.validation import validate
from tests.unit.prediction.samples import image_of

torch = pytest.importorskip("torch")

LABEL_METHODS = [name for name, entry in METHODS.items() if entry.annotation == "labels"]
GRIDS = [("stardist", 1), ("stardist", 2), ("stardist", 4), ("splinedist", 2)]
SIZE = Calibration(0.1, 0.1, None, "µm")


def draw(folder, count=4, shape=(66, 90), seed=0):
    """Write bright ellipses, some touching, one cut by the edge."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    for index in range(count):
        labels = np.zeros(shape, np.uint16)
        places = [(5, 18), (28, 30), (26, 48), (52, 20), (50, 64), (18, 76)]
        for number, (row, column) in enumerate(places, start=1):
            angle = random.uniform(0, np.pi)
            along = (y - row) * np.sin(angle) + (x - column) * np.cos(angle)
            across = (y - row) * np.cos(angle) - (x - column) * np.sin(angle)
            inside = (along / random.uniform(10, 14)) ** 2 + (across / 8) ** 2 < 1
            labels[inside & (labels == 0)] = number
        image = random.normal(1000, 40, shape) + 400 * (labels > 0)
        write_tiff(folder / f"source/{index}.tif", image.astype(np.uint16), "yx", SIZE)
        write_tiff(folder / f"target/{index}.tif", labels, "yx", SIZE, labels=True)
    return folder / "source", folder / "target"


def small(name, arguments):
    """Return a task with a network that trains in seconds."""
    task = get_method(name, arguments)
    return dataclasses.replace(
        task,
        network_arguments={**task.network_arguments, "base": 4, "depth": 1},
        training=dataclasses.replace(
            task.training,
            epochs=2,
            patch_size=32,
            batch_size=4,
            learning_rate=1e-2,
            steps_per_epoch=5,
        ),
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def chosen(folders):
    raws = read_raw("labels", match_pairs(*folders))
    samples = [raw.sample for raw in raws]
    return {name: get_entry(name).choose(samples) for name in LABEL_METHODS}


@pytest.fixture(scope="module", params=LABEL_METHODS)
def run(request, chosen, folders, tmp_path_factory):
    from deepbacs_zoo.training import train

    task = small(request.param, chosen[request.param].arguments)
    folder = tmp_path_factory.mktemp(request.param) / "run"
    return train(task, *folders, folder, device="cpu", tuned=False)


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


def test_a_run_is_opened_with_the_arguments_of_its_task(run, chosen):
    again = open_run(run.folder)
    assert again.method_arguments.items() >= chosen[run.method].arguments.items()
    task = get_method(again.method, again.method_arguments)
    assert dict(task.arguments) == again.method_arguments


def test_a_package_of_every_task_is_valid_and_its_formats_agree(exported):
    summary = validate(exported)
    assert not [f for f in summary.findings if f.severity >= Severity.WARNING and "grid" in f.what]
    assert not [f for f in summary.findings if f.severity >= Severity.ERROR]


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
