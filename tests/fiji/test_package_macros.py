"""Macros that are written for a package, run: by our plugin, and by deepImageJ's stand-in."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli.main import app
from deepbacs_zoo.errors import UnsupportedError, UsageError
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.fiji.gateways.arguments import macro_argument
from deepbacs_zoo.fiji.gateways.worker import open_worker
from deepbacs_zoo.fiji.macros import package_macro
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from tests.fiji.deepimagej import fake_fiji
from tests.fiji.gateways import gateway_setup
from tests.fiji.segmenting import cells, segmenter, segmenter_of_any_size
from tests.packages import CASES

PIXEL = Calibration(0.08, 0.08, None, "µm")
MOST_LINES = 60


@pytest.fixture(scope="module")
def gateway():
    with open_worker(gateway_setup(), timeout=120) as opened:
        yield opened


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "field 1.tif"
    write_tiff(path, (cells(40, 50) * 1000 + 2000).astype(np.uint16), "yx", PIXEL)
    return path


def macro(package, consumer="deepbacs"):
    with open_package(package) as opened:
        text = package_macro(opened, consumer)
    assert len(text.splitlines()) <= MOST_LINES
    keys = re.findall(r'[" ](\w+)=\[', text)
    assert keys == ["model_path", "input_path", "output_folder"]
    return text


def unpacked(package, folder):
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


def test_the_macro_of_our_plugin_gives_its_results(gateway, image, tmp_path):
    package = segmenter(tmp_path / "modèle (1) 😀.zip")
    argument = {"input_path": str(image), "output_folder": str(tmp_path / "results")}
    found = gateway.run_macro(macro(package), macro_argument(argument))
    assert found.value == argument["output_folder"]
    labels = read_image(tmp_path / "results" / "field 1_labels.tif")
    expected = predict(package, image, runner="onnx")
    assert np.array_equal(labels.data.values[0, 0, 0], expected.labels[0, 0])
    assert labels.calibration == PIXEL


def test_the_macro_of_several_inputs_takes_an_image_for_each(gateway, tmp_path):
    package = CASES["two_inputs"](tmp_path)
    with open_package(package) as opened:
        given = {spec.id: opened.tensor(spec.test_tensor) for spec in opened.inputs}
        text = package_macro(opened, "deepbacs")
        output = opened.outputs[0].id
    argument = {"output_folder": str(tmp_path / "results")}
    for name, tensor in given.items():
        argument[name] = str(tmp_path / f"{name}.tif")
        write_tiff(tmp_path / f"{name}.tif", tensor[0].astype(np.float32), "cyx", PIXEL)
    gateway.run_macro(text, macro_argument(argument))
    images = {name: tmp_path / f"{name}.tif" for name in given}
    expected = predict(package, images, runner="onnx").tensors[output].array
    (path,) = (tmp_path / "results").glob(f"*_{output}.tif")
    np.testing.assert_allclose(read_image(path).data.values, expected, rtol=1e-6)


def run_by_deepimagej(text, folder, image, output):
    with fake_fiji(folder / "Fiji.app") as fiji:
        program = DeepImageJProgram(find_deepimagej(fiji), gateway_setup(), timeout=60)
        (folder / "private").mkdir()
        (folder / "run.ijm").write_text(text, "utf-8")
        argument = macro_argument({"input_path": str(image), "output_folder": str(output)})
        return program.run_macro(folder / "run.ijm", folder / "private", argument)


def test_the_macro_of_deepimagej_gives_the_tensor(image, tmp_path):
    package = segmenter_of_any_size(tmp_path / "model.zip")
    folder = unpacked(package, tmp_path / "modèle (1) 😀")
    ended = run_by_deepimagej(macro(folder, "deepimagej"), tmp_path, image, tmp_path / "out")
    assert ended.status == 0
    found = read_image(tmp_path / "out" / "field1_probabilities.tif").data.values
    expected = predict(package, image, runner="onnx").tensors["probabilities"].array
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.slow
def test_a_result_that_exists_stops_the_macro_of_deepimagej(image, tmp_path):
    folder = unpacked(segmenter_of_any_size(tmp_path / "model.zip"), tmp_path / "model")
    old = tmp_path / "out" / "field1_probabilities.tif"
    old.parent.mkdir()
    old.write_bytes(b"old")
    run_by_deepimagej(macro(folder, "deepimagej"), tmp_path, image, old.parent)
    assert old.read_bytes() == b"old"


def test_a_plain_package_has_notes_about_its_numbers(tmp_path):
    folder = unpacked(segmenter(tmp_path / "m.zip", torchscript=True), tmp_path / "model")
    text = macro(folder, "deepimagej")
    assert text.count("Other numbers than Python's") == 3
    assert "consumer='deepimagej'" in text


def test_what_deepimagej_does_not_run_has_no_macro(tmp_path):
    with pytest.raises(UnsupportedError, match="TorchScript"):
        macro(unpacked(segmenter(tmp_path / "m.zip"), tmp_path / "model"), "deepimagej")
    with pytest.raises(UsageError, match=r"this is a zip.*unpack it"):
        macro(segmenter_of_any_size(tmp_path / "model.zip"), "deepimagej")


def test_a_path_that_a_macro_cannot_hold_is_refused(tmp_path):
    (tmp_path / "a]b").mkdir()
    with pytest.raises(UsageError, match="rename the file or the folder"):
        macro(segmenter(tmp_path / "a]b" / "model.zip"))


def test_a_program_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"deepbacs \| deepimagej"):
        macro(segmenter(tmp_path / "model.zip"), "napari")


def test_the_command_writes_or_prints_it_and_keeps_what_is_there(tmp_path):
    package, output = segmenter(tmp_path / "model.zip"), tmp_path / "run.ijm"
    printed = CliRunner().invoke(app, ["fiji", "macro", str(package)])
    written = CliRunner().invoke(app, ["fiji", "macro", str(package), "--output", str(output)])
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert output.read_text("utf-8") == printed.stdout
    again = CliRunner().invoke(app, ["fiji", "macro", str(package), "--output", str(output)])
    assert again.exit_code != 0
    assert "--overwrite" in str(again.exception) or "overwrite" in str(again.exception)
