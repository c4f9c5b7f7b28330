from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

from deepbacs_zoo.errors import HostError, PackageError, UnsupportedError
from deepbacs_zoo.runners.onnx import OnnxRunner
from deepbacs_zoo.tensors import SteppedSize
from tests.unit.runners.stub import StubPackage, entry, output, save_graph, tensor

value = helper.make_tensor_value_info
FREE = SteppedSize(1, 1)


def package_of(folder, node, shape=(1, 1, "y", "x"), dtype=TensorProto.FLOAT, names="xy", **more):
    source, result = names
    save_graph(
        folder / "w.onnx",
        [node],
        [value(source, dtype, shape)],
        [value(result, TensorProto.FLOAT, [1, 1, None, None])],
        **more,
    )
    return StubPackage(
        folder,
        (tensor("raw", size=FREE),),
        (output("out", "raw"),),
        {"onnx": entry("onnx", folder, "w.onnx")},
    )


RELU = helper.make_node("Relu", ["x"], ["y"])


def run(package, array):
    return OnnxRunner().load(package, "cpu").run({"raw": array})["out"]


def test_names_that_differ_are_matched_by_order(tmp_path):
    found = run(package_of(tmp_path, RELU), np.full((1, 1, 3, 3), -1, np.float32))
    np.testing.assert_array_equal(found, 0)


def test_tensors_are_cast_to_what_the_graph_takes(tmp_path):
    found = run(package_of(tmp_path, RELU), np.full((1, 1, 3, 3), 1 / 3))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.float32(1 / 3))


def test_fixed_size_of_the_graph_is_the_packages_fault(tmp_path):
    package = package_of(tmp_path, RELU, shape=(1, 1, 16, 16))
    with pytest.raises(PackageError, match=r"'raw'.*1x1x8x16.*allowed: 1x1x16x16"):
        run(package, np.zeros((1, 1, 8, 16), np.float32))


def test_graph_that_fails_while_it_runs_gives_one_sentence(tmp_path):
    node = helper.make_node("Reshape", ["x", "shape"], ["y"])
    sizes = helper.make_tensor("shape", TensorProto.INT64, [4], [1, 1, 7, 7])
    package = package_of(tmp_path, node, initializers=[sizes])
    with pytest.raises(PackageError) as caught:
        run(package, np.zeros((1, 1, 5, 5), np.float32))
    assert "\n" not in str(caught.value)
    assert "cannot compute" in str(caught.value)


def test_operator_that_the_engine_does_not_know_is_unsupported(tmp_path):
    node = helper.make_node("BestNetworkEver", ["x"], ["y"])
    with pytest.raises(
        UnsupportedError, match=r"operator that ONNX Runtime does not know.*BestNetworkEver"
    ):
        OnnxRunner().load(package_of(tmp_path, node))


def test_opset_of_the_future_is_unsupported(tmp_path):
    with pytest.raises(UnsupportedError, match=r"(?i)opset"):
        OnnxRunner().load(package_of(tmp_path, RELU, opset=99))


def test_another_number_of_inputs_is_the_packages_fault(tmp_path):
    package = package_of(tmp_path, RELU)
    package.inputs = (*package.inputs, tensor("more"))
    with pytest.raises(PackageError, match=r"number of inputs.*1 \(x\).*2 \(raw, more\)"):
        OnnxRunner().load(package)


def test_memory_that_runs_out_is_the_computers_fault(tmp_path, monkeypatch):
    session = OnnxRunner().load(package_of(tmp_path, RELU))

    class Starved:
        def run(self, *_):
            raise RuntimeError("Failed to allocate memory for requested buffer of size 1")

    monkeypatch.setattr(session, "_session", Starved())
    with pytest.raises(HostError, match=r"ran out of memory.*raw 1x1x3x3.*memory"):
        session.run({"raw": np.zeros((1, 1, 3, 3), np.float32)})


def test_weights_in_a_second_file_are_found(tmp_path):
    from onnx import load_model, numpy_helper, save_model

    node = helper.make_node("Mul", ["x", "gain"], ["y"])
    gain = numpy_helper.from_array(np.full((1, 1, 16, 16), 3, np.float32), "gain")
    package = package_of(tmp_path, node, initializers=[gain])
    model = load_model(str(tmp_path / "w.onnx"))
    save_model(
        model,
        str(tmp_path / "w.onnx"),
        save_as_external_data=True,
        location="w.data",
        size_threshold=0,
    )
    package.weights["onnx"] = entry("onnx", tmp_path, "w.onnx")
    asked = []
    package.weights_path = lambda weights: (asked.append(weights), tmp_path / "w.onnx")[1]
    np.testing.assert_array_equal(run(package, np.ones((1, 1, 16, 16), np.float32)), 3)
    assert package.weights["onnx"] in asked
