"""deepImageJ's runner on its stand-in: splitting of images, and every failure that was seen."""

from __future__ import annotations

import json
import os
import time

import numpy as np
import pytest
from typer.testing import CliRunner

import deepbacs_zoo.prediction.deepimagej as module
from deepbacs_zoo.cli.main import app
from deepbacs_zoo.errors import DataError, HostError, MacroError, PackageError, UsageError
from deepbacs_zoo.fiji.deepimagej.image_rules import check_image
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.files import CACHE_VARIABLE, cache_folder
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import PredictOptions, predict
from deepbacs_zoo.prediction.deepimagej import open_deepimagej
from deepbacs_zoo.tensors import SteppedSize
from tests.fiji.deepimagej import fake_fiji
from tests.fiji.gateways import gateway_setup
from tests.fiji.segmenting import cells, segmenter, segmenter_of_any_size
from tests.package_writer import image as input_like
from tests.package_writer import like, write_package
from tests.tiny_networks import affine, box, two_outputs

PIXEL = Calibration(0.08, 0.08, 0.3, "µm")


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return segmenter_of_any_size(tmp_path_factory.mktemp("package") / "model.zip")


@pytest.fixture(scope="module")
def fiji(tmp_path_factory):
    with fake_fiji(tmp_path_factory.mktemp("a Fiji") / "Fiji.app") as folder:
        yield folder


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "field 1.tif"
    write_tiff(path, (cells(40, 50) * 1000 + 2000).astype(np.uint16), "yx", PIXEL)
    return path


def run(package, folder, image, *, timeout=60, heap=None):
    program = DeepImageJProgram(
        find_deepimagej(folder), gateway_setup(), timeout=timeout, heap=heap
    )
    with open_deepimagej(package, program) as predictor:
        return predictor.predict(image)


def largest_difference(found, expected):
    one, other = (next(iter(each.tensors.values())).array for each in (found, expected))
    assert one.shape == other.shape
    return float(np.abs(one - other).max())


# --- images ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "axes",
    [
        pytest.param("zyx", marks=pytest.mark.slow),
        pytest.param("tyx", marks=pytest.mark.slow),
        "tzyx",
    ],
)
def test_stacks_are_run_plane_by_plane(exact, fiji, tmp_path, axes):
    shape = {"t": 2, "z": 3, "y": 31, "x": 47}
    sizes = [shape[axis] for axis in axes]
    planes = np.stack([cells(31, 47, seed) for seed in range(int(np.prod(sizes[:-2])))])
    path = tmp_path / "stack.tif"
    data = (planes * 1000 + 2000).astype(np.uint16).reshape(sizes)
    write_tiff(path, data, axes, PIXEL)
    found, expected = run(exact, fiji, path), predict(exact, path, runner="onnx")
    assert largest_difference(found, expected) < 1e-5
    assert found.calibration == expected.calibration
    assert np.array_equal(found.labels, expected.labels)
    assert found.objects == expected.objects


def test_a_temporary_folder_may_have_any_name(exact, fiji, small, tmp_path, monkeypatch):
    folder = tmp_path / "Jürgen 细胞 [1]"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert run(exact, fiji, small).n_objects
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_channels_are_kept_in_their_order(fiji, tmp_path):
    source = input_like("raw", channels=("red", "green", "blue"))
    output = like(source, "out", channels=("red", "green", "blue"))
    package = write_package(
        tmp_path / "model.zip",
        inputs=[source],
        outputs=[output],
        network=affine(),
        weights=("torchscript",),
    )
    path = tmp_path / "rgb.tif"
    values = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    write_tiff(path, values, "cyx", PIXEL)
    found = run(package, fiji, path)
    assert largest_difference(found, predict(package, path, runner="torch")) < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axes", "network", "names"),
    [("byxc", box(channel_last=True), ["out"]), ("bcyx", two_outputs(), ["twice", "mean"])],
    ids=["channels last", "two outputs"],
)
def test_outputs_are_read_by_their_names_and_axes(fiji, tmp_path, axes, network, names):
    source = input_like("raw", axes)
    outputs = [like(source, name, axes) for name in names]
    package = write_package(
        tmp_path / "model.zip",
        inputs=[source],
        outputs=outputs,
        network=network,
        weights=("torchscript",),
    )
    path = tmp_path / "image.tif"
    write_tiff(path, np.arange(20 * 30, dtype=np.float32).reshape(20, 30), "yx", PIXEL)
    found, expected = run(package, fiji, path), predict(package, path)
    for name in names:
        np.testing.assert_allclose(
            found.tensors[name].array, expected.tensors[name].array, rtol=1e-6
        )


def test_a_plain_package_runs_and_says_that_its_numbers_differ(fiji, tmp_path):
    package = segmenter(tmp_path / "model.zip", torchscript=True)
    path = tmp_path / "image.tif"
    write_tiff(path, (cells(41, 50) * 1000 + 2000).astype(np.uint16), "yx", PIXEL)
    found, expected = run(package, fiji, path), predict(package, path, runner="onnx")
    assert 1e-4 < largest_difference(found, expected) < 1
    said = {finding.id: finding.sentence() for finding in found.findings}
    assert {"deepimagej-border", "deepimagej-size-off-step"} <= set(said)
    assert "consumer='deepimagej'" in said["deepimagej-border"]
    # Planes are given one by one.
    assert "deepimagej-stack-statistics" not in said


@pytest.mark.slow
def test_a_size_on_the_step_differs_at_the_border_alone(fiji, tmp_path):
    package = segmenter(tmp_path / "model.zip", torchscript=True)
    path = tmp_path / "image.tif"
    write_tiff(path, (cells(40, 48) * 1000 + 2000).astype(np.uint16), "yx", PIXEL)
    found, expected = run(package, fiji, path), predict(package, path, runner="onnx")
    one, other = (next(iter(each.tensors.values())).array for each in (found, expected))
    np.testing.assert_allclose(one[..., 4:-4, 4:-4], other[..., 4:-4, 4:-4], atol=1e-5)
    assert "deepimagej-size-off-step" not in {finding.id for finding in found.findings}


@pytest.mark.slow
def test_the_weights_that_were_taken_are_named(exact, fiji, small):
    found = run(exact, fiji, small)
    assert found.engine == "deepImageJ 3.1.0 with PyTorch 2.0.0, torchscript on cpu"


def test_nothing_is_left_in_the_fiji_folder_or_the_home(exact, fiji, small, tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(cache_folder()))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    before = sorted(fiji.rglob("*"))
    run(exact, fiji, small)
    assert sorted(fiji.rglob("*")) == before
    assert list((tmp_path / "home").iterdir()) == []


# --- failures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("memory", HostError, "memory of Java"),
        pytest.param("exit", HostError, "ended with status 3", marks=pytest.mark.slow),
        ("SEGV", HostError, "crashed"),
        pytest.param("ABRT", HostError, "crashed", marks=pytest.mark.slow),
        pytest.param("the moon is full", MacroError, "the moon is full", marks=pytest.mark.slow),
        pytest.param("shape", PackageError, "another shape", marks=pytest.mark.slow),
    ],
)
def test_a_failure_is_the_right_error(exact, small, tmp_path, fault, kind, words):
    with (
        fake_fiji(tmp_path / "Fiji.app", fault) as fiji,
        pytest.raises(kind, match=words) as caught,
    ):
        run(exact, fiji, small)
    assert type(caught.value) is kind
    assert sorted(tmp_path.glob("Fiji.app/hs_err*")) == []


def test_a_process_that_hangs_is_killed_with_its_children(exact, small, tmp_path):
    start = time.monotonic()
    with (
        fake_fiji(tmp_path / "Fiji.app", "hang") as fiji,
        pytest.raises(HostError, match=r"not finished in time.*\(3 s for one plane\)"),
    ):
        run(exact, fiji, small, timeout=3)
    assert time.monotonic() - start < 20
    child = int((tmp_path / "Fiji.app" / "child").read_text())
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.kill(child, 0)
            time.sleep(0.1)


@pytest.mark.slow
def test_a_missing_image_of_a_stack_is_named(exact, fiji, tmp_path, monkeypatch):
    """A plane that vanishes on its way: the error names its number."""
    write = module._write

    def broken(path, array, spec):
        write(path, array, spec)
        if path.name == "000001.tif":
            path.write_bytes(b"no image")

    monkeypatch.setattr(module, "_write", broken)
    path = tmp_path / "stack.tif"
    write_tiff(path, np.zeros((3, 20, 30), np.uint16), "zyx", PIXEL)
    with pytest.raises(HostError, match=r"stack.tif, plane [123] of 3: deepImageJ did not find"):
        run(exact, fiji, path)


# --- refusals before Java starts -------------------------------------------------------------


def no_java(*_, **__):
    raise AssertionError("a process was started")


@pytest.mark.parametrize(
    ("shape", "kind", "words"),
    [
        ((1, 30), DataError, "axis of one pixel"),
        ((3, 40), DataError, "smallest tile"),
        ((7100, 7100), DataError, "would not end"),
    ],
)
def test_images_that_deepimagej_cannot_take(tmp_path, fiji, monkeypatch, shape, kind, words):
    monkeypatch.setattr("deepbacs_zoo.fiji.deepimagej.program.run_java", no_java)
    package = segmenter(tmp_path / "model.zip", torchscript=True, sizes=SteppedSize(4, 4), halo=0)
    path = tmp_path / "image.tif"
    write_tiff(path, np.zeros(shape, np.uint8), "yx", PIXEL)
    program = DeepImageJProgram(find_deepimagej(fiji), gateway_setup())
    with open_deepimagej(package, program) as predictor, pytest.raises(kind, match=words):
        predictor.predict(path, PredictOptions(memory=2**40))


def test_an_output_too_large_for_an_array_of_java_is_refused(exact):
    sizes = {"c": 1, "y": 3000, "x": 3000}
    with open_package(exact) as package:
        check_image(package, sizes, {"probabilities": 2**31 - 1}, "image.tif")
        with pytest.raises(DataError, match=r"'probabilities' would be larger.*2147483648 bytes"):
            check_image(package, sizes, {"probabilities": 2**31}, "image.tif")


def test_a_border_of_the_halo_is_refused(tmp_path, fiji, small):
    package = segmenter(tmp_path / "model.zip", torchscript=True)
    program = DeepImageJProgram(find_deepimagej(fiji), gateway_setup())
    with (
        open_deepimagej(package, program) as predictor,
        pytest.raises(UsageError, match="border of its own"),
    ):
        predictor.predict(small, PredictOptions(border="halo"))


# --- the command line ------------------------------------------------------------------------


def test_predict_and_evaluate_take_the_runner(exact, fiji, small, tmp_path, monkeypatch):
    monkeypatch.setattr("deepbacs_zoo.cli.backends.prepared", lambda _: gateway_setup())
    chosen = ["--runner", "deepimagej", "--fiji", str(fiji), "--output"]
    output = tmp_path / "results"
    done = CliRunner().invoke(app, ["predict", str(exact), str(small), *chosen, str(output)])
    assert done.exit_code == 0, done.output
    names = {path.name for path in output.iterdir()}
    assert {"field 1_labels.tif", "field 1_rois.zip", "field 1_table.csv"} <= names
    labels = read_image(output / "field 1_labels.tif")
    expected = predict(exact, small, runner="onnx").labels
    assert np.array_equal(labels.data.values.squeeze(), expected.squeeze())

    for name, data in (("source", read_image(small).data), ("target", labels.data)):
        values = data.values.squeeze().astype(np.uint16)
        write_tiff(tmp_path / "data" / name / "a.tif", values, "yx", PIXEL)
    data, scores = str(tmp_path / "data"), tmp_path / "scores"
    done = CliRunner().invoke(app, ["evaluate", str(exact), "--data", data, *chosen, str(scores)])
    assert done.exit_code == 0, done.output
    written = json.loads((scores / "scores.json").read_text("utf-8"))
    assert "deepImageJ 3.1.0" in json.dumps(written)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--runner", "deepimagej"], "none is named"),
        (["--runner", "onnx", "--fiji", "x"], "only the runners fiji and deepimagej"),
        (["--runner", "onnx", "--timeout", "5"], "only the runner deepimagej takes this"),
        (["--runner", "deepimagej", "--fiji", "FIJI", "--device", "cuda"], "device"),
        (["--runner", "deepimagej", "--fiji", "nowhere"], "no such folder"),
    ],
)
def test_options_that_do_not_fit_are_refused(exact, fiji, small, tmp_path, arguments, words):
    given = [str(fiji) if word == "FIJI" else word for word in arguments]
    command = ["predict", str(exact), str(small), "--output", str(tmp_path / "o"), *given]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)
    assert not (tmp_path / "o").exists()
