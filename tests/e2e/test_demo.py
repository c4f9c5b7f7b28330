"""The demo's own figures, and its package in the hands of others."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.reference import run_reference


@pytest.fixture(scope="module")
def summary(demo_folder):
    return json.loads((demo_folder / "summary.json").read_text("utf-8"))


@pytest.mark.slow
def test_the_demo_finds_the_cells_that_it_never_saw(full_demo_folder):
    summary = json.loads((full_demo_folder / "summary.json").read_text("utf-8"))
    assert summary["passed"] is True
    assert summary["labelled_cells"] >= 40
    assert summary["recall_at_iou_0.5"] >= 0.8
    low, high = summary["recall_interval"]
    assert low <= summary["recall_at_iou_0.5"] <= high
    assert summary["objects_per_label"] <= 1.5
    assert summary["labels_complete"] is False


def test_all_ways_to_a_result_agree(summary):
    ways = summary["agreement"]
    assert ways["torch against onnx"]["max_difference"] <= 1e-4
    assert ways["tiled against whole"]["max_difference"] <= 1e-5
    assert ways["tiled against whole"]["tiles"] > 1
    assert ways["ImageJ macro against onnx"]["max_difference"] <= 1e-5
    for way in ways.values():
        assert way["same_objects"]
        assert way["pixel_share"] >= 0.99999


def test_the_demo_times_every_step(summary):
    assert {"train", "evaluate", "export", "validate", "predict", "total"} <= set(
        summary["seconds"]
    )


def test_the_macro_in_imagej_writes_the_files_of_python(summary, demo_folder):
    inside = summary["imagej"]
    assert inside["roi_and_table_files_equal"] == inside["roi_and_table_files"] == 16
    assert inside["engine"].startswith("onnxruntime ")
    names = {path.name for path in (demo_folder / "predictions").iterdir()}
    assert names == {path.name for path in (demo_folder / "imagej").iterdir()}


def test_the_report_is_one_page_that_needs_nothing_else(demo_folder):
    page = (demo_folder / "report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    for reference in ('src="http', 'href="http', "url(http"):
        assert reference not in page
    for word in ("incomplete", "Training", "tiled against whole", "ImageJ macro against onnx"):
        assert word in page


def test_the_training_never_saw_the_test_images(demo_folder):
    run = json.loads((demo_folder / "run" / "run.json").read_text("utf-8"))
    test = {path.stem for path in (demo_folder / "images" / "test" / "source").iterdir()}
    assert test
    seen = {
        pair["name"] for part in ("training", "validation") for pair in run["split"][part]["files"]
    }
    assert len(seen) >= 10
    assert not test & seen


def test_the_package_states_what_consumers_need(demo_package):
    with open_package(demo_package) as package:
        assert {"onnx", "torchscript", "pytorch_state_dict"} == set(package.weights)
        (raw,), (probabilities,) = package.inputs, package.outputs
        assert raw.axis_names == probabilities.axis_names == "bcyx"
        assert probabilities.axis("c").channel_names == ("background", "interior", "boundary")
        assert package.tensor(raw.test_tensor).dtype == np.float32
        assert package.zoo_config.decode.kind == "multilabel"
        documentation = package.read(package.description["documentation"]).decode()
        assert "## Validation" in documentation
        assert "incomplete" in documentation


def test_no_trace_of_the_exporting_computer_is_in_the_package(demo_package):
    def scan(data: bytes, place: str) -> None:
        for trace in (str(Path.home()), str(Path.cwd()), "site-packages", "/tmp/", "C:\\Users"):
            assert trace.encode() not in data, f"{trace} in {place}"
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                for name in inner.namelist():
                    scan(inner.read(name), f"{place}/{name}")

    scan(demo_package.read_bytes(), demo_package.name)


@pytest.mark.slow
@pytest.mark.parametrize("determinism", ["seed_only", "full"])
def test_the_reference_implementation_passes_every_weights_format(demo_package, determinism):
    pytest.importorskip("bioimageio.core", reason="the extra 'zoo' is not installed")
    with open_package(demo_package) as package:
        result = run_reference(package, tuple(package.weights), determinism=determinism)
    assert result["core"] == "0.11.0"
    assert set(result["summaries"]) == {"onnx", "torchscript", "pytorch_state_dict"}
    for summary in result["summaries"].values():
        assert summary == {"status": "passed", "errors": []}


def test_predicting_loads_only_what_it_needs(demo_package, demo_folder, tmp_path):
    image = min((demo_folder / "images" / "test" / "source").glob("*.tif"))
    code = (
        "import sys; from deepbacs_zoo.cli.main import main\n"
        f"sys.argv = ['deepbacs-zoo', 'predict', {str(demo_package)!r}, {str(image)!r},"
        f" '--runner', 'onnx', '--output', {str(tmp_path / 'out')!r}]\n"
        "main_error = None\n"
        "try:\n    main()\nexcept SystemExit as error:\n    main_error = error.code\n"
        "heavy = {'torch', 'bioimageio', 'matplotlib', 'lightning'}\n"
        "print(main_error, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() in ("None []", "0 []"), done.stdout + done.stderr
