"""Small packages in memory and on disk, made without the package reader."""

from __future__ import annotations

import hashlib
import textwrap
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from deepbacs_zoo.package.zoo_config import read_zoo_config
from deepbacs_zoo.tensors import Axis, FileRef, FixedSize, ReferencedSize, SteppedSize, TensorSpec
from deepbacs_zoo.tensors import Weights as Entry

STEP = SteppedSize(4, 4)


@dataclass
class StubPackage:
    """What the runners and prediction look at in a package."""

    path: Path
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    weights: dict[str, Entry] = field(default_factory=dict)
    zoo_entries: dict[str, Any] = field(default_factory=dict)
    name: str = "stub"

    @property
    def zoo_config(self):
        return read_zoo_config(self.zoo_entries)

    def file_path(self, file):
        return self.path / (file if isinstance(file, str) else file.path)

    def weights_path(self, weights):
        return self.file_path(weights.file)

    code_path = file_path

    def read(self, file):
        return self.file_path(file).read_bytes()

    def close(self):
        pass


def tensor(name, axis_names="bcyx", size=STEP, channels=1, **more):
    """Describe an input: batch of one, space axes of the given size rule."""
    sizes = {"b": FixedSize(1), "c": FixedSize(channels)}
    names = tuple(f"channel{i}" for i in range(channels))
    axes = tuple(
        Axis(a, a, sizes.get(a, size), channel_names=names if a == "c" else ()) for a in axis_names
    )
    return TensorSpec(name, axes, **more)


def output(name, of, axis_names="bcyx", channels=1, scale=1.0, offset=0.0, halo=0, **more):
    """Describe an output whose space axes follow those of input ``of``."""
    sizes = {"b": FixedSize(1), "c": FixedSize(channels)}
    names = tuple(f"class{i}" for i in range(channels))
    axes = tuple(
        Axis(a, a, sizes[a], channel_names=names if a == "c" else ())
        if a in sizes
        else Axis(a, a, ReferencedSize(of, a, scale, offset), halo=halo)
        for a in axis_names
    )
    return TensorSpec(name, axes, **more)


ARCHITECTURE = textwrap.dedent(
    '''
    """Doubles the first input and adds the second."""
    import torch


    class Network(torch.nn.Module):
        def __init__(self, gain=2.0):
            super().__init__()
            self.gain = torch.nn.Parameter(torch.tensor(gain))

        def forward(self, first, second):
            return self.gain * first + second, first.max() - second
    '''
)


def numpy_network(tensors):
    first, second = tensors["first"], tensors["second"]
    return [2 * first + second, first.max() - second]


def two_tensor_package(folder: Path, *formats: str) -> StubPackage:
    """Write a package with two inputs and two outputs, with weights of the named formats."""
    package = StubPackage(
        folder,
        (tensor("first"), tensor("second")),
        (output("sum", "first"), output("rest", "second")),
    )
    for name in formats:
        entry = {"onnx": _onnx, "torchscript": _script, "pytorch_state_dict": _state}[name]
        package.weights[name] = entry(folder)
    return package


def entry(format_name: str, folder: Path, name: str, **fields: Any) -> Entry:
    sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return Entry(format_name, FileRef(name, sha256), fields)


def _onnx(folder: Path) -> Entry:
    from onnx import TensorProto, helper, numpy_helper

    shape = [1, 1, "y", "x"]
    nodes = [
        helper.make_node("Mul", ["first", "gain"], ["twice"]),
        helper.make_node("Add", ["twice", "second"], ["sum"]),
        helper.make_node("ReduceMax", ["first"], ["top"], keepdims=1),
        helper.make_node("Sub", ["top", "second"], ["rest"]),
    ]
    value = helper.make_tensor_value_info
    save_graph(
        folder / "weights.onnx",
        nodes,
        # In another order than the description: names decide.
        [value(name, TensorProto.FLOAT, shape) for name in ("second", "first")],
        [value(name, TensorProto.FLOAT, shape) for name in ("rest", "sum")],
        [numpy_helper.from_array(np.float32(2), "gain")],
    )
    return entry("onnx", folder, "weights.onnx", opset_version=17)


def save_graph(path, nodes, inputs, outputs, initializers=(), opset=17):
    from onnx import helper, save_model

    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    save_model(model, str(path))


def network():
    space: dict[str, Any] = {}
    exec(ARCHITECTURE, space)
    return space["Network"]()


def _script(folder: Path) -> Entry:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        example = torch.rand(1, 1, 8, 8)
        torch.jit.trace(network(), (example, example + 1)).save(str(folder / "weights.pt"))
    return entry("torchscript", folder, "weights.pt", pytorch_version=torch.__version__)


def _state(folder: Path) -> Entry:
    import torch

    torch.save(network().state_dict(), folder / "state.pt")
    (folder / "network.py").write_text(ARCHITECTURE, encoding="utf-8")
    architecture = {
        "source": "network.py",
        "sha256": hashlib.sha256((folder / "network.py").read_bytes()).hexdigest(),
        "callable": "Network",
        "kwargs": {"gain": 1.0},
    }
    return entry("pytorch_state_dict", folder, "state.pt", architecture=architecture)
