"""Weights in half precision: the measured difference is stated, and its size is no error."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.checks.tiled import check_tiled
from deepbacs_zoo.validation.context import Context
from tests.graph_cases import GRAPHS

HALVES = [name for name, graph in GRAPHS.items() if graph.precision != "float32"]


def checked(path):
    with open_package(path) as package, Context(package) as context:
        return check_reproduction(context), check_tiled(context)


@pytest.mark.parametrize("name", HALVES)
def test_half_precision_is_no_error(tmp_path, name):
    """Where ONNX Runtime takes the casts inside a graph out, the result is that of float32."""
    outcome, tiled = checked(GRAPHS[name](tmp_path / "package.zip"))
    (finding,) = outcome.findings
    largest = outcome.figures["onnx.output.max_difference"]
    assert f"largest difference {largest:.1e}" in finding.sentence()
    if finding.id == "output-reproduced":
        assert name == "half inside"
    else:
        assert (finding.id, finding.severity) == ("output-not-reproduced", Severity.WARNING)
        assert f"which {GRAPHS[name].precision} weights may differ" in finding.sentence()
        assert largest > 1e-4
    assert [each.id for each in tiled.findings] == ["tiles-equal-whole"]


def test_a_larger_difference_is_an_error_all_the_same(tmp_path):
    def spoil(description, files):
        array = np.load(io.BytesIO(files["test_output.npy"]))
        array[0, 0, 3, 4] += 0.5
        buffer = io.BytesIO()
        np.save(buffer, array)
        files["test_output.npy"] = buffer.getvalue()
        digest = hashlib.sha256(buffer.getvalue()).hexdigest()
        description["outputs"][0]["test_tensor"]["sha256"] = digest

    outcome, _ = checked(GRAPHS["half"](tmp_path / "package.zip", spoil))
    (finding,) = outcome.findings
    assert (finding.id, finding.severity) == ("output-not-reproduced", Severity.ERROR)
    assert "largest difference 5.0e-01" in finding.sentence()
