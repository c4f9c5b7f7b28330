"""Advice to run other weights: only of those that the package has, by what is installed here."""

from __future__ import annotations

import itertools
import sys

import pytest

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.prediction.fiji import open_fiji
from deepbacs_zoo.runners import RUNNERS, load_session
from deepbacs_zoo.runners.choice import other_weights
from deepbacs_zoo.tensors import FileRef, Weights
from tests.packages import CASES
from tests.unit.runners.stub import two_tensor_package

FORMATS = ("onnx", "torchscript", "pytorch_state_dict", "keras_hdf5")
LIBRARIES = {"onnx": "onnxruntime", "torch": "torch"}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return two_tensor_package(tmp_path_factory.mktemp("package"), *FORMATS[:3])


def with_only(package, formats):
    weights = {name: package.weights.get(name) for name in formats}
    if "keras_hdf5" in weights:
        weights["keras_hdf5"] = Weights("keras_hdf5", FileRef("weights.h5"))
    return type(package)(package.path, package.inputs, package.outputs, weights)


PACKAGES = [
    names for count in range(len(FORMATS) + 1) for names in itertools.combinations(FORMATS, count)
]


@pytest.mark.parametrize("missing", [(), ("onnx",), ("torch",), ("onnx", "torch")])
@pytest.mark.parametrize("formats", PACKAGES, ids=" ".join)
def test_each_advice_can_be_followed(package, monkeypatch, formats, missing):
    """Whatever is refused: the runner that is named is installed and loads these weights."""
    for runner in missing:
        monkeypatch.setitem(sys.modules, LIBRARIES[runner], None)
    given = with_only(package, formats)
    for refused in ((), ("onnx",), ("torchscript", "pytorch_state_dict"), FORMATS[:3]):
        advice = str(other_weights(given, *refused))
        named = [name for name in RUNNERS if f"runner={name!r}" in advice]
        runnable = [
            (name, entry.formats)
            for name, entry in RUNNERS.items()
            if name not in missing and any(f in formats for f in entry.formats)
        ]
        if not named:
            assert advice == ""
            assert all(set(refused) & set(of) for _, of in runnable)
            continue
        trust = "trust=True" in advice
        session = load_session(given, named[0], trust=trust)
        assert session.weights_format in advice.split()
        assert session.weights_format not in refused


@pytest.mark.parametrize("runner", [None, "onnx", "torch"])
@pytest.mark.parametrize("missing", [(), ("onnx",), ("torch",), ("onnx", "torch")])
@pytest.mark.parametrize("formats", PACKAGES, ids=" ".join)
def test_what_runs_not_names_a_runner_only_if_it_runs(
    package, monkeypatch, formats, missing, runner
):
    for each in missing:
        monkeypatch.setitem(sys.modules, LIBRARIES[each], None)
    given = with_only(package, formats)
    try:
        load_session(given, runner)
    except DeepbacsZooError as error:
        text = str(error)
    else:
        return
    assert ("[train]" in text) <= ("torch" in missing)
    assert ("[all]" in text) <= ("onnx" in missing)
    for name in RUNNERS:
        if f"runner={name!r}" in text:
            load_session(given, name, trust="trust=True" in text)
    if "trust=True" in text:
        load_session(given, runner if "runner=" not in text else "torch", trust=True)


def test_broken_weights_name_the_others(package, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    broken = two_tensor_package(tmp_path, "torchscript")
    broken.weights["onnx"] = Weights("onnx", FileRef("broken.onnx"))
    with pytest.raises(DeepbacsZooError) as caught:
        load_session(broken)
    assert str(caught.value).endswith(
        "; get the package again, or run its weights torchscript with runner='torch'."
    )


@pytest.mark.parametrize("installed", [True, False])
def test_the_plugin_names_a_runner_that_the_package_has(tmp_path, monkeypatch, installed):
    path = CASES["torchscript_only"](tmp_path)
    if not installed:
        monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(DeepbacsZooError, match="runner fiji finds no weights") as caught:
        open_fiji(path, gateway=None)
    assert ("runner='torch'" in str(caught.value)) == installed
