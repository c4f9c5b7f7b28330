"""ONNX files as people have them, in Java: the numbers and the sentences of Python."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import Calibration, write_tiff
from tests.fiji.javac import Harness
from tests.fiji.test_java_packages import assert_same
from tests.fiji.test_java_prediction import ask, assert_alike, expected
from tests.graph_cases import GRAPHS
from tests.packages import CASES


def test_every_graph_runs_or_is_the_sentence_of_python(harness: Harness, tmp_path: Path) -> None:
    image, bright = tmp_path / "image.tif", tmp_path / "bright.tif"
    values = np.arange(15, dtype=np.float32).reshape(3, 5)
    write_tiff(image, values, "yx", Calibration())
    write_tiff(bright, values * 5000, "yx", Calibration())
    requests = {
        name: {"package": graph(tmp_path / f"{number}.zip"), "image": image}
        for number, (name, graph) in enumerate(GRAPHS.items())
    }
    requests["beyond half"] = {"package": requests["half"]["package"], "image": bright}
    answers = ask(harness, tmp_path, list(requests.values()))
    for (name, request), answer in zip(requests.items(), answers, strict=True):
        if name in GRAPHS and not GRAPHS[name].refused:
            assert_alike(answer, expected(request), 0.0)
            continue
        with pytest.raises(DeepbacsZooError) as caught:
            expected(request)
        assert answer.get("error") == type(caught.value).__name__, (name, answer)
        assert without_versions(answer["message"]) == without_versions(str(caught.value)), name


def test_the_old_name_of_torchscript_is_read(harness: Harness, tmp_path: Path) -> None:
    def change(description: dict, files: dict) -> None:
        description["weights"]["pytorch_script"] = description["weights"].pop("torchscript")

    path = CASES["torchscript_only"](tmp_path, change=change)
    answers = assert_same(harness, {"old": {"path": str(path)}})
    assert answers["old"]["weights"][0][0] == "torchscript"


def without_versions(sentence: str) -> str:
    """Leave out what belongs to a version of ONNX Runtime: its number, what it reads and how to
    get another.
    """
    sentence = re.sub("update onnxruntime|run it with .*, whose .* newer", "update", sentence)
    return re.sub(r"(onnxruntime|IR version|opset) [\d.]+(?= reads| or older|\))", r"\1", sentence)
