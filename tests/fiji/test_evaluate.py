"""``evaluate --runner fiji``: scores of what the plugin in a real ImageJ finds."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli.main import app
from tests.fiji.gateways import gateway_setup
from tests.unit.evaluation.boxed import three_box_pairs, write_boxed_package
from tests.unit.evaluation.painted import three_pairs, training_pairs, write_painted_package


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Run the command with a runner; gives the content of scores.json and what was said."""
    setup = gateway_setup()
    monkeypatch.setattr("deepbacs_zoo.cli.backends.prepared", lambda java: setup)

    def run(package, runner, *options):
        output = tmp_path / runner
        words = ["evaluate", package, "--data", tmp_path / "data", "--output", output]
        done = CliRunner().invoke(app, [*map(str, words), "--runner", runner, *options])
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads((output / "scores.json").read_text("utf-8")), done.stderr

    return run


def test_label_images_of_the_plugin_have_the_same_scores(evaluate, tmp_path):
    three_pairs(tmp_path / "data" / "test")
    training_pairs(tmp_path / "data")
    package = write_painted_package(tmp_path)
    here, _ = evaluate(package, "onnx")
    there, _ = evaluate(package, "fiji", "--heap", "512MiB")
    assert there["model"]["at_iou"] == here["model"]["at_iou"]
    assert there["model"]["class_iou"] == here["model"]["class_iou"]
    assert there["baseline"]["at_iou"] == here["baseline"]["at_iou"]
    assert there["engine"].startswith("onnxruntime")
    assert (there["device"], there["weights_format"]) == ("cpu", "onnx")


def test_boxes_of_the_plugin_are_scored_from_the_score_of_the_package(evaluate, tmp_path):
    three_box_pairs(tmp_path / "data")
    package = write_boxed_package(tmp_path, score_threshold=0.55)
    here, _ = evaluate(package, "onnx")
    there, said = evaluate(package, "fiji")
    assert there["model"]["at_iou"] == here["model"]["at_iou"]
    assert there["model"]["confusion"] == here["model"]["confusion"]
    assert "average precision and curves end there" in said
