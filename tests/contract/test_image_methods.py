"""Every method whose result is an image: from pairs of images to a package that holds."""

from __future__ import annotations

import dataclasses
import zipfile

import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs
from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.evaluation import evaluate
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import read_image
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.tasks import TASKS, annotation_kind, get_entry, get_method, resolve
from deepbacs_zoo.training.data.examples import read_raw
from deepbacs_zoo.validation import validate
from tests.data.runs.frozen import RUNS, frozen_run, image_folders
from tests.data.runs.make_runs import small_method
from tests.unit.prediction.samples import image_of
from tests.unit.training.test_train import interrupt_in_epoch

torch = pytest.importorskip("torch")

ALL = [
    (task, method)
    for task, methods in TASKS.items()
    for method in methods
    if annotation_kind(resolve(task, method).annotation).kind == "image"
]


@pytest.fixture(scope="module", params=["care", "fnet", "n2v", "pix2pix", "upscale"])
def run(request):
    return frozen_run(request.param)


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    from deepbacs_zoo.exporting import export

    card = dataclasses.replace(read_card(card_folder() / "ecoli_brightfield.md"), pixel_size=None)
    return export(run, card, tmp_path_factory.mktemp("package") / "model.zip")


def documentation(package):
    with zipfile.ZipFile(package) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".md")]
        return archive.read(name).decode()


def chosen(task, method):
    entry = resolve(task, method)
    kind = annotation_kind(entry.annotation)
    pairs = kind.match(*image_folders(RUNS[method][1]))
    samples = [raw.sample for raw in read_raw(kind, pairs)]
    return entry.build(**entry.choose(samples).arguments), samples


@pytest.mark.parametrize(("task", "method"), ALL)
def test_the_output_step_brings_the_target_back_to_its_units(task, method):
    from deepbacs_zoo.processing import apply

    built, samples = chosen(task, method)
    assert (built.task, built.name, built.result) == (task, method, "image")
    for sample in samples:
        target = built.make_target(sample.truth.content)
        assert target.dtype == np.float32
        back = apply(built.outputs[0].steps, target[np.newaxis], "bcyx")[0]
        np.testing.assert_allclose(back, sample.truth.content, rtol=1e-4)
    # What follows gain and offset of the image has the scale of the images.
    scaled = [
        each.pixels[np.newaxis] if built.network == "equivariant" else each.truth.content
        for each in samples
    ]
    normalized = np.concatenate([built.make_target(each) for each in scaled])
    assert abs(normalized.mean()) < 1e-3
    assert normalized.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("task", "method"), ALL)
def test_a_method_is_built_again_from_what_a_run_records(task, method):
    built, _ = chosen(task, method)
    again = get_method(method, built.arguments, task=task)
    assert (again.task, again.arguments) == (built.task, built.arguments)
    assert again.outputs == built.outputs


def test_training_lowers_the_loss_and_scores_the_validation_images(run):
    losses = [row["train_loss"] for row in run.history()]
    assert losses[-1] < losses[0]
    metrics = get_method(run.method).metrics
    assert all(f"val_{name}" in run.history()[0] for name in metrics)
    assert run.thresholds == ""
    if run.method == "n2v":  # nobody knows the clean image
        assert (metrics, run.validation_scores) == ((), {})
    else:
        assert run.validation_scores.keys() == {"PSNR", "SSIM", "Pearson correlation"}
        assert run.validation_scores["Pearson correlation"] > 0.8


def test_a_run_is_opened_with_the_arguments_of_its_method(run):
    again = open_run(run.folder)
    task = get_method(again.method, again.method_arguments, task=again.task)
    assert task.outputs[0].steps[0].name == "scale_linear"


def test_a_package_is_valid_and_its_formats_agree(exported):
    summary = validate(exported)
    assert summary.passed
    warned = {finding.id for finding in summary.findings if finding.severity >= Severity.WARNING}
    assert {rule for rule in warned if not rule.startswith("deepimagej")} <= {"format-warning"}
    assert {"output-reproduced", "formats-agree"} <= {finding.id for finding in summary.findings}


def test_results_are_in_the_units_of_the_target(run, exported):
    source, target = image_folders(RUNS[run.method][1], "test")
    for pair in match_pairs(source, target):
        result = next(iter(predict(exported, pair.source).tensors.values()))
        found, image = result.array[0, 0, 0], read_image(pair.target)
        assert result.calibration == image.calibration
        true = image.data.values[0, 0, 0].astype(np.float64)
        given = read_image(pair.source).data.values[0, 0, 0].astype(np.float64)
        factor = len(true) // len(given)
        given = given.repeat(factor, 0).repeat(factor, 1)
        assert np.sqrt(np.mean((found - true) ** 2)) < np.sqrt(np.mean((given - true) ** 2))


def test_a_package_is_evaluated_beside_the_input(run, exported):
    folders = image_folders(RUNS[run.method][1], "test")
    evaluation = evaluate(exported, match_pairs(*folders), device="cpu")
    (line, *_) = [each for each in evaluation.headlines() if each.name.startswith("PSNR")]
    assert line.value > line.baseline


@pytest.mark.parametrize("run", ["n2v"], indirect=True)
def test_a_model_of_noisy_images_is_scored_where_targets_are_given(run, exported):
    from deepbacs_zoo.exporting import export

    assert "not scored" in documentation(exported)
    card = dataclasses.replace(read_card(card_folder() / "ecoli_brightfield.md"), pixel_size=None)
    folder = image_folders("image")[0].parent.parent
    scored = export(run, card, exported.with_name("scored.zip"), evaluation_data=folder)
    assert "PSNR" in documentation(scored)


def test_an_export_is_the_same_bytes_each_time(run, tmp_path):
    from deepbacs_zoo.exporting import draft

    first, second = (draft(run, tmp_path / f"{name}.zip") for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_the_reference_implementation_s_own_test_passes(exported):
    pytest.importorskip("bioimageio.core")
    summary = validate(exported, reference=True)
    assert "reference-passed" in {each.id for each in summary.findings}


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
        scale = np.abs(tensor.array).max()
        np.testing.assert_allclose(tiled.tensors[name].array, tensor.array, atol=1e-5 * scale)


@pytest.mark.parametrize("run", ["upscale"], indirect=True)
def test_finer_pixels_are_stated_and_deepimagej_is_not_promised(run, exported, tmp_path):
    from deepbacs_zoo.exporting import draft

    text = documentation(exported)
    assert "Pixels of the output are 0.05 x 0.05 µm large" in text
    assert "deepImageJ 3.1** does not take outputs that are larger" in text
    with open_package(exported) as package:
        assert "deepimagej" not in package.metadata.tags
        assert [package.outputs[0].axis(name).scale for name in "yx"] == [0.5, 0.5]
    with pytest.raises(UsageError, match="results of the size of the image only"):
        draft(run, tmp_path / "model.zip", consumer="deepimagej")


@pytest.mark.parametrize("name", ["fnet", "n2v", "pix2pix", "upscale"])
def test_an_interrupted_training_goes_on_as_if_it_had_not_been(name, tmp_path, monkeypatch):
    from deepbacs_zoo.training import train

    source, target = image_folders(RUNS[name][1])
    kind = annotation_kind(get_entry(name).annotation)
    folders = (source, target if kind.has_truth else source)
    method = small_method(name, kind.match(*folders))
    short = dataclasses.replace(method.training, epochs=3, steps_per_epoch=3, patience=3)
    method = dataclasses.replace(method, training=short)
    whole = train(method, *folders, tmp_path / "whole", device="cpu", progress=False)
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 3)
        with pytest.raises(HostError):
            train(method, *folders, tmp_path / "parts", device="cpu", progress=False)
    parts = train(method, *folders, tmp_path / "parts", device="cpu", progress=False, resume=True)
    assert parts.history_file.read_text() == whole.history_file.read_text()
    states = [torch.load(run.last_checkpoint, weights_only=True) for run in (whole, parts)]
    first, second = (state["state_dict"] for state in states)
    assert any(key.startswith("loss.") for key in first) == (name == "pix2pix")
    assert first.keys() == second.keys()
    assert all(torch.equal(value, second[key]) for key, value in first.items())


def test_an_uncertainty_is_a_channel_of_its_own_in_the_same_units():
    built = get_method("care", {"target_scale": (100.0, 5.0), "probabilistic": True})
    assert built.outputs[0].axis("c").channel_names == ("intensity", "uncertainty of intensity")
    (step,) = built.outputs[0].steps
    assert dict(step.kwargs) == {"gain": [5.0, 5.0], "offset": [100.0, 0.0], "axis": "c"}
    from deepbacs_zoo.networks import build_network

    with torch.inference_mode():
        network = build_network(built.network, {**built.network_arguments, "base": 4})
        found = network(torch.zeros(1, 1, 16, 24))
    assert found.shape == (1, 2, 16, 24)
    assert float(found[:, 1].min()) > 0
