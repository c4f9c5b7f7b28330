"""ONNX files as people have them: each runs, or is one sentence that says what was found."""

from __future__ import annotations

import re

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, DeepbacsZooError
from deepbacs_zoo.package import open_package
from deepbacs_zoo.runners import load_session
from tests.graph_cases import GRAPHS

TENSOR = np.arange(15, dtype=np.float32).reshape(1, 1, 3, 5)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graph_runs_or_is_one_sentence(tmp_path, name):
    graph = GRAPHS[name]
    with open_package(graph(tmp_path / "package.zip")) as package:
        if graph.refused:
            with pytest.raises(DeepbacsZooError) as caught:
                load_session(package, "onnx").run({"input": TENSOR})
            assert re.search(graph.refused, str(caught.value)), str(caught.value)
            assert "\n" not in str(caught.value)
            return
        with load_session(package, "onnx") as session:
            found = session.run({"input": TENSOR})["output"]
            assert session.precision == graph.precision
    assert found.dtype in (np.float32, np.float64)
    np.testing.assert_allclose(found, 2 * TENSOR + 0.5, rtol=0, atol=30 * graph.tolerance)


def test_values_beyond_half_precision_are_the_images_fault(tmp_path):
    with (
        open_package(GRAPHS["half"](tmp_path / "package.zip")) as package,
        load_session(package, "onnx") as session,
    ):
        np.testing.assert_array_equal(session.run({"input": TENSOR + 65490})["output"], np.inf)
        with pytest.raises(DataError, match=r"half precision \(0 to 70000\); allowed: -65"):
            session.run({"input": TENSOR * 5000})
