"""The generated packages are what they say: read back, run, compared with NumPy."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.tensors import FixedSize, ReferencedSize, Step, SteppedSize, TensorSpec
from tests import tiny_networks as networks
from tests.each import each
from tests.package_writer import example_inputs, image, like, write_package
from tests.packages import ALL_WEIGHTS, CASES, REFUSED, reference_steps

TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}

NETWORKS = {
    "affine": (networks.affine(), "bcyx", 1, 1),
    "of_uint8": (networks.of_integers("uint8"), "bcyx", 1, 1),
    "of_uint16": (networks.of_integers("uint16"), "bcyx", 1, 1),
    "box": (networks.box(), "bcyx", 1, 1),
    "box_of_channels": (networks.box(3), "bcyx", 3, 1),
    "box_without_padding": (networks.box(padding=0), "bcyx", 1, 1),
    "box_channel_last": (networks.box(2, channel_last=True), "byxc", 2, 1),
    "box_3d": (networks.box(ndim=3), "bczyx", 1, 1),
    "pool_up": (networks.pool_up(), "bcyx", 2, 1),
    "upsample": (networks.upsample(), "bcyx", 1, 1),
    "downsample": (networks.downsample(), "bcyx", 1, 1),
    "weighted_sum": (networks.weighted_sum(), "bcyx", 1, 2),
    "two_outputs": (networks.two_outputs(), "bcyx", 2, 1),
    "mean_per_channel": (networks.mean_per_channel(), "bcyx", 2, 1),
    "positive_pixels": (networks.positive_pixels(), "bcyx", 1, 1),
}


def arrays_of(package: Package, specs: tuple[TensorSpec, ...]) -> dict[str, np.ndarray]:
    return {s.id: package.tensor(s.test_tensor) for s in specs if s.test_tensor is not None}


def run_onnx(content: bytes, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, arrays), strict=True))


@each("name", [n for n in CASES if n not in ("torchscript_only", "state_dict_only")])
def test_a_case_reproduces_its_test_tensors(name: str, tmp_path: Path) -> None:
    with open_package(CASES[name](tmp_path, weights=("onnx",))) as package:
        given = arrays_of(package, package.inputs)
        ready = {s.id: reference_steps(s.steps, given[s.id], s.axis_names) for s in package.inputs}
        dtype = CASES[name].keywords["build"]()["network"].input_dtype
        ready = {key: value.astype(dtype) for key, value in ready.items()}
        found = run_onnx(package.read(package.weights["onnx"].file), ready)
        expected = arrays_of(package, package.outputs)
        for spec in package.outputs:
            result = reference_steps(spec.steps, found[spec.id], spec.axis_names)
            assert expected[spec.id].dtype == spec.dtype
            np.testing.assert_allclose(result.astype(spec.dtype), expected[spec.id], **TOLERANCE)


@each("name", CASES)
def test_test_tensors_have_the_sizes_described(name: str, tmp_path: Path) -> None:
    with open_package(CASES[name](tmp_path)) as package:
        shapes: dict[str, dict[str, int]] = {}
        for spec in (*package.inputs, *package.outputs):
            array = package.tensor(spec.test_tensor)
            shapes[spec.id] = dict(zip(spec.axis_names, array.shape, strict=True))
        for spec in (*package.inputs, *package.outputs):
            for axis in spec.axes:
                found = shapes[spec.id][axis.name]
                match axis.size:
                    case FixedSize(value):
                        assert found == value
                    case SteppedSize():
                        assert found == axis.size.fit(found)
                    case ReferencedSize(tensor, axis_name, _, _):
                        assert found == axis.size.of(shapes[tensor][axis_name])


@each("name", CASES)
def test_what_is_written_is_read_back(name: str, tmp_path: Path) -> None:
    """The description that a case was made from is the one that the reader returns."""
    build = CASES[name].keywords["build"]()
    with open_package(CASES[name](tmp_path)) as package:
        old = package.format_version.startswith("0.4")
        for ours, stated in (
            (package.inputs, build["inputs"]),
            (package.outputs, build["outputs"]),
        ):
            for found, expected in zip(ours, stated, strict=True):
                assert found.axis_names == expected.axis_names
                assert [a.size for a in found.axes] == [a.size for a in expected.axes]
                assert [a.halo for a in found.axes] == [a.halo for a in expected.axes]
                steps = expected.steps
                if old and expected.dtype == "uint16":
                    steps = (*steps, Step("ensure_dtype", {"dtype": "float32"}))
                assert [(s.name, normal(s.kwargs)) for s in found.steps] == [
                    (s.name, normal(s.kwargs)) for s in steps
                ]
                if not old:
                    assert [a.channel_names for a in found.axes] == [
                        a.channel_names for a in expected.axes
                    ]
                    assert found.pad == expected.pad


def normal(kwargs: Any) -> dict[str, Any]:
    return {k: set(v) if k == "axes" else v for k, v in kwargs.items()}


@each("name", NETWORKS)
def test_the_three_forms_of_a_network_agree(name: str) -> None:
    import torch

    network, axes, channels, count = NETWORKS[name]
    specs = [image(f"in{i}", axes, channels="abc"[:channels]) for i in range(count)]
    rng = np.random.default_rng(1)
    size = {"b": 1, "c": channels, "z": 6, "y": 8, "x": 12}
    shape = [size[axis] for axis in axes]
    arrays = [(rng.normal(size=shape) * 9).astype(network.input_dtype) for _ in specs]
    expected = network.compute(*arrays)

    content = networks.onnx_bytes(
        network,
        [(s.id, [None] * len(axes), axes) for s in specs],
        [(f"out{i}", [None] * y.ndim, "bczyx"[: y.ndim]) for i, y in enumerate(expected)],
    )
    found = list(run_onnx(content, {s.id: x for s, x in zip(specs, arrays, strict=True)}).values())
    module = networks.torch_module(network)
    module.load_state_dict(torch.load(io.BytesIO(networks.state_dict_bytes(network))))
    smaller = [[n if a in "bc" else n - 2 for a, n in zip(axes, shape, strict=True)]] * count
    with warnings.catch_warnings(action="ignore"):  # torch.jit.load is deprecated
        traced = torch.jit.load(io.BytesIO(networks.torchscript_bytes(network, smaller)))
    tensors = [torch.from_numpy(x) for x in arrays]
    with torch.no_grad():
        eager, scripted = as_tuple(module(*tensors)), as_tuple(traced(*tensors))
    for results in (found, eager, scripted):
        for result, y in zip(results, expected, strict=True):
            np.testing.assert_allclose(np.asarray(result), y, **TOLERANCE)


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("name", ["all_weights", "all_weights_0_4"])
def test_all_weights_are_written_in_order(name: str, tmp_path: Path) -> None:
    with open_package(CASES[name](tmp_path)) as package:
        assert tuple(package.weights) == ALL_WEIGHTS
        fields = package.weights["pytorch_state_dict"].fields
        architecture = fields["architecture"]
        assert b"class Network" in package.read(architecture["source"])
        assert set(architecture) == {"source", "sha256", "callable", "kwargs"}
        for weights in package.weights.values():
            assert package.file_path(weights.file).stat().st_size > 0


def test_the_onnx_of_a_case_is_old_enough_for_every_consumer(tmp_path: Path) -> None:
    import onnx

    with open_package(CASES["bcyx"](tmp_path)) as package:
        model = onnx.load_from_string(package.read("weights.onnx"))
    assert model.ir_version <= 8
    assert [o.version for o in model.opset_import] == [17]


def test_a_package_may_be_written_without_a_table(tmp_path: Path) -> None:
    source = image("raw", "bcyx", channels=("a", "b"), sizes=SteppedSize(4, 4))
    given = example_inputs([source], seed=3)
    path = write_package(
        tmp_path / "mine",
        inputs=[source],
        outputs=[like(source, "out", channels=("a", "b"))],
        network=networks.affine(3.0, 0.0),
        weights=("onnx",),
        test_inputs=given,
        config={"deepbacs_zoo": {"schema_version": 1}},
    )
    with open_package(path) as package:
        np.testing.assert_array_equal(package.tensor(package.inputs[0].test_tensor), given["raw"])
        expected = given["raw"] * np.float32(3)
        np.testing.assert_allclose(package.tensor(package.outputs[0].test_tensor), expected)
        assert package.config["deepbacs_zoo"] == {"schema_version": 1}


def test_refusals_name_when_they_are_due() -> None:
    assert {refusal.when for refusal in REFUSED.values()} == {"open", "read", "run"}


def test_making_a_package_of_foreign_code_does_not_execute_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("foreign_network", "foreign_step"):
        with open_package(REFUSED[name](tmp_path / name)) as package:
            (file,) = (n for n in package.names() if n in ("network.py", "foreign.py"))
            assert b"executed" in package.read(file)
    assert not Path("executed").exists()
