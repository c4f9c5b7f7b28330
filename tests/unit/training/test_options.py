"""Settings, presets and origins: who decides, and what is refused."""

import dataclasses
import io
import json
import shutil

import pytest
import torch

from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.cli.main import main
from deepbacs_zoo.errors import DataError, ModelError, UnsupportedError, UsageError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.tasks import Choice, get_entry, get_method, resolve
from deepbacs_zoo.training import train
from deepbacs_zoo.training.options import FINE_TUNING, TrainingOptions
from deepbacs_zoo.training.plan import entry_of
from deepbacs_zoo.training.pretrained import open_pretrained
from tests.data.runs.frozen import HERE, image_folders
from tests.package_writer import image, like, write_package
from tests.tiny_networks import affine
from tests.unit.training.small import TASK, make_images

SEGMENTATION, DETECTION = get_entry("multilabel-unet"), get_entry("yolov2")


def settled(method=TASK, **options):
    entry = entry_of(method, None)
    return TrainingOptions(**options).method(entry, (), None, lambda finding: None)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Images and a run of one epoch with a network of its own width."""
    folder = tmp_path_factory.mktemp("made")
    folders = make_images(folder / "images")
    task = dataclasses.replace(TASK, network_arguments={**TASK.network_arguments, "base": 3})
    return folders, train(task, *folders, folder / "run", epochs=1, device="cpu")


@pytest.fixture(scope="module")
def package(made, tmp_path_factory):
    return draft(made[1], tmp_path_factory.mktemp("package") / "model.zip")


def test_without_an_option_the_task_stays_as_it_is():
    assert settled() == TASK
    assert TrainingOptions().validation_share(SEGMENTATION) == 0.2


def test_a_setting_comes_before_the_preset_and_the_preset_before_the_task():
    found = settled(get_method("multilabel-unet"), preset="deepbacs", settings={"batch_size": 2})
    assert (found.training.batch_size, found.training.patch_size) == (2, 320)
    preset = SEGMENTATION.preset("deepbacs")
    assert found.training.foreground_fraction == preset.training["foreground_fraction"] == 1
    assert found.network_arguments["base"] == 64
    assert TrainingOptions(preset="deepbacs").validation_share(SEGMENTATION) == 0.1
    assert TrainingOptions(preset="deepbacs", validation=0.3).validation_share(SEGMENTATION) == 0.3


@pytest.mark.parametrize("method", ["multilabel-unet", "unet", "stardist", "splinedist"])
def test_the_least_number_of_steps_holds_where_nobody_says_how_long(method):
    task = get_method(method)
    assert task.training.least_steps >= 1000
    assert settled(task).training.least_steps == task.training.least_steps
    assert settled(task, settings={"batch_size": 2}).training.least_steps is not None
    for options in (
        {"settings": {"epochs": 3}},
        {"settings": {"steps_per_epoch": 3}},
        {"preset": "small"},
        {"preset": "deepbacs"},
    ):
        assert settled(task, **options).training.least_steps is None
    both = settled(task, settings={"epochs": 3, "least_steps": 50})
    assert both.training.least_steps == 50


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"epochs": 0}, "epochs"),
        ({"least_steps": -1}, "least_steps"),
        ({"batch_size": 0}, "batch"),
        ({"steps_per_epoch": 0}, "steps"),
        ({"patch_size": 17}, "patch"),
        ({"best_by": "val_map_50"}, "val_map_50.*one of val_loss"),
        ({"best_by": "val_recall"}, "val_recall.*one of val_loss"),
        ({"learning_rate": 0.0}, "learning_rate"),
    ],
)
def test_a_setting_out_of_its_range_is_refused(settings, word):
    with pytest.raises(UsageError, match=word):
        settled(settings=settings)


@pytest.mark.parametrize("kind", ["run", "package"])
def test_fine_tuning_starts_from_the_weights_of_a_run_or_a_package(made, package, kind):
    origin = open_pretrained(made[1].folder if kind == "run" else package)
    network = build_network(origin.network, {**origin.network_arguments, "activation": "none"})
    origin.load(network)
    weights = torch.load(made[1].weights(), weights_only=True)
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    found = settled(pretrained=origin)
    assert found.network_arguments["base"] == 3
    assert found.training.learning_rate == TASK.training.learning_rate * FINE_TUNING
    rate = settled(pretrained=origin, settings={"learning_rate": 0.5}).training.learning_rate
    assert rate == 0.5


def test_a_fine_tuned_run_records_its_origin_and_resumes(made, package, tmp_path):
    folders, previous = made
    run = train(TASK, *folders, tmp_path / "run", pretrained=package, epochs=2, device="cpu")
    assert run.pretrained == {
        "name": "model.zip",
        "sha256": open_pretrained(package).as_json()["sha256"],
    }
    assert open_run(run.folder) == run
    assert run.network_arguments["base"] == 3
    again = train(TASK, *folders, run.folder, pretrained=package, resume=True, device="cpu")
    assert dataclasses.replace(again, split=run.split) == run
    fresh = train(TASK, *folders, tmp_path / "fresh", epochs=1, device="cpu")
    assert run.history()[0]["train_loss"] != fresh.history()[0]["train_loss"]
    assert previous.pretrained is None


def test_other_pixels_than_the_origins_are_reported(made, tmp_path):
    reported = []
    folders = make_images(tmp_path / "large", calibration=Calibration(0.2, 0.2, None, "µm"))
    origin = made[1].folder
    train(
        TASK,
        *folders,
        tmp_path / "run",
        pretrained=origin,
        epochs=1,
        device="cpu",
        on_finding=reported.append,
    )
    (finding,) = reported
    assert finding.id == "pretrained-at-other-pixel-size"
    assert "0.1 µm" in finding.sentence()
    assert "0.2 µm" in finding.sentence()


def test_the_method_is_that_of_the_weights_where_none_is_named(made):
    origin = dataclasses.replace(open_pretrained(made[1].folder), method="stardist")
    assert entry_of("segmentation", None, origin).name == "stardist"
    assert entry_of("segmentation", "stardist", origin).name == "stardist"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("segmentation", "unet"), "trained by another method"),
        (("detection", None), "trained for another task"),
        (("segmentation", "yolov2"), "no method of this name"),
    ],
)
def test_weights_of_another_method_are_refused_before_images_are_read(made, tmp_path, words, what):
    task, method = words
    with pytest.raises(UsageError, match=what):
        train(task, tmp_path, tmp_path, tmp_path / "run", method=method, pretrained=made[1].folder)


def test_sizes_of_objects_are_chosen_anew_and_what_the_weights_depend_on_is_kept(made):
    entry = dataclasses.replace(
        get_entry("stardist"), choose=lambda _: Choice({"rays": 8, "unit": 2.0, "min_size": 7})
    )
    before = {"rays": 32, "grid": 1, "unit": 9.0, "min_size": 90, "channels": 1}
    origin = dataclasses.replace(
        open_pretrained(made[1].folder),
        method="stardist",
        method_arguments=before,
        network="stardist",
        network_arguments=get_method("stardist", before).network_arguments,
    )
    method = TrainingOptions(pretrained=origin).method(entry, (), None, lambda finding: None)
    assert method.arguments == {**before, "min_size": 7}
    assert method.decode.min_size == 7


def test_weights_that_do_not_fit_leave_no_folder(made, tmp_path):
    run = tmp_path / "damaged"
    shutil.copytree(made[1].folder, run)
    torch.save({"other": torch.zeros(1)}, open_run(run).weights())
    with pytest.raises(ModelError, match="do not fit"):
        train(TASK, *made[0], tmp_path / "run", pretrained=run, device="cpu")
    assert not (tmp_path / "run").exists()


def test_a_method_that_is_built_otherwise_is_refused_with_its_place(made, tmp_path):
    run = tmp_path / "later"
    shutil.copytree(made[1].folder, run)
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**record, "method_arguments": {"wings": 2}}))
    with pytest.raises(UsageError, match="wings") as caught:
        open_pretrained(run)
    assert str(run) in str(caught.value)


def test_classes_that_weights_do_not_know_are_learned_beside_those_that_they_know(made):
    before, now = ({"classes": names} for names in (["rod", "coccus"], ["vibrio", "rod", "coccus"]))
    known, expected = (get_method("yolov2", each) for each in (before, now))
    network = build_network("yolov2", {**known.network_arguments, "activation": "none"})
    stream = io.BytesIO()
    torch.save(network.state_dict(), stream)
    origin = dataclasses.replace(
        open_pretrained(made[1].folder),
        method="yolov2",
        method_arguments=before,
        network="yolov2",
        network_arguments=known.network_arguments,
        state=stream.getvalue(),
    )
    options, said = TrainingOptions(pretrained=origin, classes=tuple(now["classes"])), []
    entry = dataclasses.replace(DETECTION, choose=lambda _, classes: Choice({"classes": classes}))
    method = options.method(entry, (), None, said.append)
    assert [(each.id, "vibrio, which is" in each.what) for each in said] == [
        ("classes-new-to-pretrained", True)
    ]
    assert method.network_arguments == expected.network_arguments
    fresh = build_network("yolov2", {**method.network_arguments, "activation": "none"})
    started = fresh.head.bias.detach().clone()
    origin.load(fresh, method.arguments["classes"])
    old, new = network.head.weight, fresh.head.weight
    assert torch.equal(new[:5], old[:5])
    assert torch.equal(new[6:], old[5:])
    assert fresh.head.bias[5] == started[5]
    assert torch.equal(fresh.body[0].weight, network.body[0].weight)
    assert TrainingOptions(pretrained=origin).known_classes(DETECTION, None) == ("rod", "coccus")


def test_a_model_of_another_task_is_refused(made):
    origin = dataclasses.replace(open_pretrained(made[1].folder), method="yolov2")
    with pytest.raises(UsageError, match="another method"):
        settled(pretrained=origin)


def test_weights_of_another_network_are_refused(made):
    origin = open_pretrained(made[1].folder)
    with pytest.raises(ModelError, match="do not fit"):
        origin.load(build_network("unet", {**origin.network_arguments, "base": 2}))
    with pytest.raises(ModelError, match="do not fit"):
        dataclasses.replace(origin, state=b"PK").load(torch.nn.Identity())


def test_a_name_of_nothing_is_refused(tmp_path):
    with pytest.raises(UsageError, match="a run folder, a package or one") as caught:
        open_pretrained(tmp_path / "nowhere")
    assert caught.value.where == str(tmp_path / "nowhere")


def test_a_run_without_weights_is_refused(made, tmp_path):
    (tmp_path / "run.json").write_text((made[1].folder / "run.json").read_text())
    with pytest.raises(DataError, match="no trained weights"):
        open_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("weights", "what"),
    [("onnx", "no weights to train on"), ("pytorch_state_dict", "trained here")],
)
def test_a_package_that_cannot_be_trained_on_is_refused(tmp_path, weights, what):
    raw = image("raw", channels=("a",))
    path = write_package(
        tmp_path / "foreign.zip",
        inputs=[raw],
        outputs=[like(raw, "out")],
        network=affine(),
        weights=[weights],
    )
    with pytest.raises(UnsupportedError, match=what):
        open_pretrained(path)


def test_classes_are_those_wished_or_a_published_set():
    assert TrainingOptions(classes=("rod", "coccus")).known_classes(DETECTION, None) == (
        "rod",
        "coccus",
    )
    assert TrainingOptions(classes=("growth-stages",)).known_classes(DETECTION, None)[0] == "rod"
    assert TrainingOptions(classes=("cell",)).known_classes(DETECTION, None) == ("cell",)
    assert TrainingOptions().known_classes(DETECTION, None) == ()
    assert TrainingOptions().known_classes(SEGMENTATION, None) == ()


@pytest.mark.parametrize(
    ("task", "classes"), [("segmentation", ("rod",)), ("detection", ("rod", "rod"))]
)
def test_classes_are_refused_where_they_make_no_sense(task, classes):
    with pytest.raises(UsageError, match="classes"):
        TrainingOptions(classes=classes).known_classes(resolve(task), None)


@pytest.mark.parametrize(
    ("task", "method", "arguments", "channels", "loss"),
    [
        ("denoising", "care", {"probabilistic": True}, 2, "laplace"),
        ("denoising", "n2v", {"noise_axis": "x"}, 1, "blind_spot"),
    ],
)
def test_arguments_that_no_image_decides_are_given(
    task, method, arguments, channels, loss, tmp_path
):
    source, target = image_folders("image")
    target = source if method == "n2v" else target
    known = {"epochs": 1, "steps_per_epoch": 1, "patch_size": 32, "batch_size": 1}
    run = train(
        task, source, target, tmp_path / "run", method=method, arguments=arguments, settings=known
    )
    assert arguments.items() <= run.method_arguments.items()
    built = get_method(method, run.method_arguments, task=task)
    assert len(built.outputs[0].axis("c").channel_names) == channels
    assert built.loss.name == loss


@pytest.mark.parametrize(
    ("method", "arguments", "said"),
    [
        (
            "care",
            {"noise_axis": "x"},
            "care has no such option (x); allowed: equivariant, probabilistic",
        ),
        ("n2v", {"noise_axis": "z"}, "noise cannot go on along this axis (z); allowed: y, x"),
    ],
)
def test_arguments_that_a_method_does_not_take_are_refused(method, arguments, said, tmp_path):
    source, target = image_folders("image")
    target = source if method == "n2v" else target
    with pytest.raises(UsageError) as caught:
        train("denoising", source, target, tmp_path / "run", method=method, arguments=arguments)
    assert said in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_weights_of_a_model_that_ships_are_named(tmp_path):
    origin = open_pretrained("deepbacs-segmentation-multilabel-unet")
    assert (origin.task, origin.method) == ("segmentation", "multilabel-unet")
    assert entry_of("segmentation", None, origin).name == "multilabel-unet"


def test_noisy_images_go_on_from_a_run_of_noisy_images(tmp_path, monkeypatch):
    source, _ = image_folders("image")
    words = ["train", "denoising", "--source", source, "--from", HERE / "n2v"]
    words += ["--output", tmp_path / "run", "--epochs", "1", "--steps", "1", "--batch", "1"]
    monkeypatch.setattr("sys.argv", ["deepbacs-zoo", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert not caught.value.code
    run = open_run(tmp_path / "run")
    assert run.method == "n2v"
    assert run.validation_scores == {}
