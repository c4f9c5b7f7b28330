import dataclasses
import json

import numpy as np
import pytest
import xarray as xr

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.fiji.gateways.fake import FakeGateway
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.images import Image, read_image, write_tiff
from deepbacs_zoo.prediction import PredictOptions, predict
from deepbacs_zoo.prediction.fiji import open_fiji, run_in_imagej
from deepbacs_zoo.results import save
from tests.fiji.segmenting import cells, segmenter

FINDING = {
    "severity": "INFO",
    "where": "a.tif",
    "what": "it has no pixel size",
    "allowed": "one",
    "hint": "give one",
    "id": "pixel-size-unknown",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return segmenter(tmp_path_factory.mktemp("package") / "model.zip")


@pytest.fixture
def image():
    data = (cells(60, 70)[None, None, None] * 1000 + 2000).astype(np.uint16)
    return Image(xr.DataArray(data, dims=tuple("tzcyx")))


def predict_in(gateway, package, image):
    with open_fiji(package, gateway) as predictor:
        return predictor.predict(image)


def option(code, key):
    """A value of the macro line."""
    return code.split(f"{key}=[")[1].split("]")[0]


def plugin(code, argument, images):
    """Does what the plugin does, in Python."""
    given = option(code, "input_path")
    files = dict(word.split("=", 1) for word in given.split(";")) if "=" in given else given
    result = predict(option(code, "model_path"), files, runner="onnx")
    files = save(result, option(code, "output_folder"))
    report = {
        "status": "ok",
        "files": [str(file) for file in files],
        "engine": "fake 1",
        "tiles": 1,
        "objects": len(result.objects),
        "findings": [FINDING],
    }
    return MacroOutcome(report=json.dumps(report)), {}


def test_an_open_image_counts_as_it_is_not_as_its_file_was(package, image, tmp_path):
    path = tmp_path / "cells.tif"
    write_tiff(path, image.data.values, "tzcyx", image.calibration)
    opened = read_image(path)
    changed = dataclasses.replace(opened, data=opened.data[..., ::-1].copy())
    finer = dataclasses.replace(
        opened, calibration=dataclasses.replace(opened.calibration, x=0.5, y=0.5, unit="µm")
    )
    for given in (opened, changed, finer):
        found = predict_in(FakeGateway(plugin), package, given)
        expected = predict(package, given, runner="onnx")
        assert found.stem == "cells"
        assert np.array_equal(found.labels, expected.labels)
        assert found.objects == expected.objects
    assert not np.array_equal(
        predict(package, opened, runner="onnx").labels,
        predict(package, changed, runner="onnx").labels,
    )


def test_what_the_plugin_wrote_becomes_the_result(package, image):
    found = predict_in(FakeGateway(plugin), package, image)
    expected = predict(package, image, runner="onnx")
    assert found.stem == expected.stem == "image"
    assert np.array_equal(found.labels, expected.labels)
    assert found.labels.max() > 1
    assert found.objects == expected.objects
    assert found.plan == expected.plan
    assert found.engine == "fake 1"
    assert found.findings == (Finding(**{**FINDING, "severity": Severity.INFO}),)
    assert np.array_equal(
        found.tensors["probabilities"].array, expected.tensors["probabilities"].array
    )


def test_the_macro_line_holds_absolute_paths_and_all_options(package, image, tmp_path, monkeypatch):
    lines = []

    def note(code, argument, images):
        lines.append(code)
        return plugin(code, argument, images)

    write_tiff(tmp_path / "a b.tif", image.data.values, "tzcyx", image.calibration)
    monkeypatch.chdir(tmp_path)
    report = run_in_imagej(
        FakeGateway(note),
        package,
        (tmp_path / "a b.tif").relative_to(tmp_path),
        tmp_path / "out",
        PredictOptions("halo", 2**20, 0.1),
        overwrite=True,
    )
    assert report["objects"] > 1
    (line,) = lines
    assert line.startswith('run("DeepBacs Run", "')
    assert option(line, "input_path") == str(tmp_path / "a b.tif")
    assert (option(line, "memory"), option(line, "border")) == (str(2**20), "halo")
    assert option(line, "pixel_size") == "0.1"
    assert line.split("]")[-1].split()[0].startswith("overwrite")


def test_an_error_of_the_plugin_is_the_error_of_predict(package, image):
    parts = {"kind": "DataError", "where": "a.tif", "what": "cut off", "value": "3 bytes"}
    report = {"status": "error", "error": {**parts, "allowed": "all of it", "hint": "copy it"}}
    gateway = FakeGateway(lambda *_: (MacroOutcome(report=json.dumps(report)), {}))
    with pytest.raises(DataError, match=r"a\.tif: cut off \(3 bytes\); allowed: all of it; copy"):
        predict_in(gateway, package, image)
