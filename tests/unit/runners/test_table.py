from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from deepbacs_zoo.errors import (
    HostError,
    MissingExtraError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.runners import RUNNERS, load_session
from deepbacs_zoo.tensors import FileRef, Weights
from tests.unit.runners.stub import two_tensor_package

ALL = ("pytorch_state_dict", "torchscript", "onnx")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return two_tensor_package(tmp_path_factory.mktemp("package"), *ALL)


def without(package, *formats):
    weights = {name: entry for name, entry in package.weights.items() if name not in formats}
    return type(package)(package.path, package.inputs, package.outputs, weights)


def test_onnx_is_taken_first_whatever_the_order_in_the_file(package):
    assert load_session(package, device="cpu").weights_format == "onnx"


def test_torchscript_is_taken_when_there_is_no_onnx(package):
    assert load_session(without(package, "onnx")).weights_format == "torchscript"


def test_state_dict_is_taken_last_and_only_with_trust(package):
    only = without(package, "onnx", "torchscript")
    assert load_session(only, trust=True).weights_format == "pytorch_state_dict"
    with pytest.raises(UnsupportedError, match=r"foreign code.*trust"):
        load_session(only)


@pytest.mark.parametrize(
    ("runner", "found"), [("onnx", "onnx"), ("torch", "torchscript"), (None, "onnx")]
)
def test_runner_may_be_chosen(package, runner, found):
    assert load_session(package, runner).weights_format == found


def test_weights_format_may_be_chosen(package):
    session = load_session(package, weights_format="torchscript")
    assert session.weights_format == "torchscript"


def test_unknown_runner_names_those_there_are(package):
    with pytest.raises(UsageError, match=r"runner.*keras.*onnx \| torch"):
        load_session(package, "keras")


def test_unknown_weights_format_names_those_of_the_package(package):
    with pytest.raises(UsageError, match=r"keras_hdf5.*pytorch_state_dict \| torchscript \| onnx"):
        load_session(package, weights_format="keras_hdf5")


def test_reasons_are_listed_when_nothing_runs(package, monkeypatch):
    only = without(package, "onnx", "torchscript")
    only.weights["keras_hdf5"] = Weights("keras_hdf5", FileRef("weights.h5"))
    only.weights["onnx"] = package.weights["onnx"]
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UnsupportedError) as caught:
        load_session(only)
    assert "onnx: a Python package is not installed (onnxruntime)" in str(caught.value)
    assert "pytorch_state_dict: the weights pytorch_state_dict need foreign" in str(caught.value)
    assert "keras_hdf5: no runner takes it" in str(caught.value)


def test_other_weights_serve_when_an_engine_is_missing(package, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert load_session(package).weights_format == "torchscript"


def test_missing_torch_names_the_extra(package, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"torch.*\[train\]"):
        load_session(package, "torch")


def test_package_without_weights_says_so(package):
    with pytest.raises(UnsupportedError, match=r"it has none"):
        load_session(without(package, *ALL))


def test_broken_weights_are_not_passed_over(package, tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    broken = without(package, "onnx")
    broken.path = tmp_path
    broken.weights["onnx"] = Weights("onnx", FileRef("broken.onnx"))
    with pytest.raises(PackageError, match=r"broken\.onnx: ONNX Runtime cannot load") as caught:
        load_session(broken)
    assert not isinstance(caught.value, UnsupportedError)


def test_cuda_that_is_absent_is_the_computers_fault(package):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this computer has CUDA")
    with pytest.raises(HostError, match=r"device.*cuda.*auto \| cpu"):
        load_session(package, device="cuda")


def test_all_runners_of_the_table_are_what_it_says():
    for name, entry in RUNNERS.items():
        runner = entry.open()
        assert (runner.name, runner.formats) == (name, entry.formats)


def test_importing_the_subpackage_and_running_onnx_imports_no_torch(package):
    code = (
        "import sys, deepbacs_zoo.runners\n"
        "assert not {'torch', 'onnxruntime', 'scipy', 'bioimageio.spec'} & set(sys.modules)\n"
        "import deepbacs_zoo.runners.onnx\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_formats_agree(package):
    rng = np.random.default_rng(1)
    given = {name: rng.random((1, 1, 8, 8), np.float32) for name in ("first", "second")}
    found = [
        load_session(package, weights_format=name, trust=True).run(given)["sum"] for name in ALL
    ]
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    np.testing.assert_allclose(found[0], found[2], atol=1e-6)
