"""ONNX files as people have them, in packages that call them ``input`` and ``output`` in float32.

All compute twice the input and a half, in types, versions and forms that a description does not
show.  ``GRAPHS`` is the table by name; each entry writes a package and says what must come of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tests.packages import image, like, write_package
from tests.tiny_networks import affine

__all__ = ["GRAPHS", "Graph"]

F16, F32, F64 = TensorProto.FLOAT16, TensorProto.FLOAT, TensorProto.DOUBLE
BF16, STRING = TensorProto.BFLOAT16, TensorProto.STRING
SHAPE = [1, 1, "y", "x"]

Change = Callable[[dict[str, Any], dict[str, bytes]], None]


@dataclass(frozen=True)
class Graph:
    """A file, and what comes of it.

    Parameters
    ----------
    content
        Gives the bytes of the file.
    refused
        A pattern of the sentence; empty for a file that runs.
    tolerance
        The largest difference from twice the input and a half, for inputs around one.
    precision
        The coarsest type of number in it.
    """

    content: Callable[[], bytes]
    refused: str = ""
    tolerance: float = 0.0
    precision: str = "float32"

    def __call__(self, target: Path, spoil: Change | None = None, **fields: Any) -> Path:
        """Write a package with this file as its only weights; ``spoil`` changes it further."""

        def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
            content = self.content()
            files["weights.onnx"] = content
            entry = description["weights"]["onnx"]
            entry["sha256"] = hashlib.sha256(content).hexdigest()
            if spoil is not None:
                spoil(description, files)

        source = image()
        given = {"inputs": [source], "outputs": [like(source)], "network": affine(), **fields}
        return write_package(target, weights=("onnx",), change=change, **given)


def value(name: str, kind: int = F32, shape: list[Any] | None = SHAPE) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def node(operator: str, sources: str, results: str, **attributes: Any) -> Any:
    return helper.make_node(operator, sources.split(), results.split(), **attributes)


def number(name: str, number: float, kind: int = F32) -> Any:
    if kind == BF16:
        return helper.make_tensor(name, BF16, [], [number])
    return numpy_helper.from_array(np.asarray(number, helper.tensor_dtype_to_np_dtype(kind)), name)


def model(
    nodes: list[Any],
    source: Any = None,
    result: Any = None,
    constants: list[Any] | None = None,
    *,
    inputs: tuple[Any, ...] = (),
    outputs: tuple[Any, ...] = (),
    opset: int = 17,
    ir_version: int = 8,
    domains: tuple[Any, ...] = (),
    functions: tuple[Any, ...] = (),
) -> bytes:
    graph = helper.make_graph(
        nodes,
        "graph",
        [source or value("input"), *inputs],
        [result or value("output"), *outputs],
        [number("two", 2), number("half", 0.5)] if constants is None else constants,
    )
    made = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", opset), *domains],
        ir_version=ir_version,
        functions=list(functions),
    )
    content: bytes = made.SerializeToString(deterministic=True)
    return content


LINEAR = [node("Mul", "input two", "twice"), node("Add", "twice half", "output")]
REAL = [
    node("Cast", "input", "real", to=F32),
    node("Mul", "real two", "twice"),
    node("Add", "twice half", "output"),
]


def of_type(source: int, result: int, inside: int | None = None) -> bytes:
    """Compute in one type, between an input and an output of others."""
    kind = source if inside is None else inside
    nodes = [
        node("Cast", "input", "cast", to=kind),
        node("Mul", "cast two", "twice"),
        node("Add", "twice half", "sum"),
        node("Cast", "sum", "output", to=result),
    ]
    constants = [number("two", 2, kind), number("half", 0.5, kind)]
    return model(nodes, value("input", source), value("output", result), constants)


def old_initializers() -> bytes:
    """IR 3, in which initializers are inputs as well."""
    inputs = (value("two", shape=[]), value("half", shape=[]))
    return model(LINEAR, opset=9, ir_version=3, inputs=inputs)


def branches() -> bytes:
    """A condition with a graph for each case."""

    def branch(name: str, nodes: list[Any]) -> Any:
        return helper.make_graph(nodes, name, [], [value("of_" + name, shape=None)])

    then = [node("Mul", "input two", "t"), node("Add", "t half", "of_then")]
    other = [node("Identity", "input", "of_else")]
    nodes = [
        node("Size", "input", "size"),
        node("Greater", "size zero", "some"),
        helper.make_node(
            "If",
            ["some"],
            ["output"],
            then_branch=branch("then", then),
            else_branch=branch("else", other),
        ),
    ]
    constants = [number("two", 2), number("half", 0.5), number("zero", 0, TensorProto.INT64)]
    return model(nodes, constants=constants)


def own_function() -> bytes:
    """An operator of a domain of its own, whose definition is in the file."""
    body = [node("Mul", "a b", "t"), node("Add", "t c", "d")]
    opset = helper.make_opsetid("", 17)
    function = helper.make_function("org.lab", "Linear", ["a", "b", "c"], ["d"], body, [opset])
    call = helper.make_node("Linear", ["input", "two", "half"], ["output"], domain="org.lab")
    domains = (helper.make_opsetid("org.lab", 1),)
    return model([call], domains=domains, functions=(function,))


def foreign(domain: str, name: str) -> bytes:
    call = helper.make_node(name, ["input"], ["output"], domain=domain)
    domains = (helper.make_opsetid(domain, 1),) if domain else ()
    return model([call], constants=[], domains=domains)


def quantized() -> bytes:
    """Weights of 8 bit, and the operators that give their numbers back."""
    nodes = [node("DequantizeLinear", "stored scale", "two"), *LINEAR]
    stored = numpy_helper.from_array(np.asarray(2, np.int8), "stored")
    return model(nodes, constants=[stored, number("scale", 1), number("half", 0.5)])


def sequence() -> bytes:
    result = helper.make_tensor_sequence_value_info("output", F32, None)
    return model([*LINEAR[:1], node("SequenceConstruct", "twice", "output")], result=result)


def texts() -> bytes:
    return model([node("Cast", "input", "output", to=STRING)], result=value("output", STRING))


def zipped(*names: str) -> bytes:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return buffer.getvalue()


HALF = {"tolerance": 4e-3, "precision": "float16"}
BRAIN = {"tolerance": 4e-2, "precision": "bfloat16"}
NO_GRAPH = r"weights\.onnx: it is no ONNX graph \(({})\); allowed: an ONNX file.*; get the package"

GRAPHS: dict[str, Graph] = {
    # types of numbers
    "half": Graph(lambda: of_type(F16, F16), **HALF),
    "half in": Graph(lambda: of_type(F16, F32), **HALF),
    "half out": Graph(lambda: of_type(F32, F16), **HALF),
    "half inside": Graph(lambda: of_type(F32, F32, F16), **HALF),
    "bfloat16 in": Graph(lambda: of_type(BF16, F32, F32), **BRAIN),
    "bfloat16 out": Graph(lambda: of_type(F32, BF16, F32), **BRAIN),
    "bfloat16 both": Graph(lambda: of_type(BF16, BF16, F32), **BRAIN),
    "double": Graph(lambda: of_type(F64, F64), tolerance=1e-6),
    "double in": Graph(lambda: of_type(F64, F32), tolerance=1e-6),
    "double out": Graph(lambda: of_type(F32, F64), tolerance=1e-6),
    **{
        f"{name.lower()} in": Graph(lambda kind=kind: of_type(kind, F32, F32))
        for name, kind in TensorProto.DataType.items()
        if name.startswith(("INT", "UINT")) and name[-1] in "682" and "T2" not in name
    },
    "int64 in": Graph(lambda: of_type(TensorProto.INT64, F32, F32)),
    "uint64 in": Graph(lambda: of_type(TensorProto.UINT64, F32, F32)),
    # versions and forms
    "IR 3": Graph(old_initializers),
    "opset 7": Graph(
        lambda: model(
            LINEAR, opset=7, ir_version=3, inputs=(value("two", shape=[]), value("half", shape=[]))
        )
    ),
    "defaults that are inputs": Graph(
        lambda: model(LINEAR, inputs=(value("two", shape=[]), value("half", shape=[])))
    ),
    "no shapes": Graph(
        lambda: model(LINEAR, value("input", shape=None), value("output", shape=None))
    ),
    "symbols": Graph(
        lambda: model(
            LINEAR,
            value("input", shape=["n", "c", "h", "w"]),
            value("output", shape=["n", "k", "a", "b"]),
        )
    ),
    "wrong shape out": Graph(lambda: model(LINEAR, result=value("output", shape=[1, 1, 5, 7]))),
    "If": Graph(branches),
    "function of its own": Graph(own_function),
    "quantized": Graph(quantized),
    "other names": Graph(
        lambda: model(
            [node("Mul", "images two", "twice"), node("Add", "twice half", "0")],
            value("images"),
            value("0"),
        )
    ),
    "spare output": Graph(lambda: model(LINEAR, outputs=(value("twice"),))),
    # refused
    "spare output of another name": Graph(
        lambda: model(
            [node("Mul", "input two", "twice"), node("Add", "twice half", "sum")],
            result=value("sum"),
            outputs=(value("twice"),),
        ),
        r"weights: the network gives another number of outputs.* \(2\); allowed: 1 \(output\)",
    ),
    "needs more": Graph(
        lambda: model([node("Mul", "input more", "output")], inputs=(value("more"),)),
        r"another number of inputs .*\(2 \(input, more\)\); allowed: 1 \(input\)",
    ),
    "fixed size": Graph(
        lambda: model(LINEAR, value("input", shape=[1, 1, 5, 7])),
        r"input 'input': the graph takes another shape .*; allowed: 1x1x5x7",
    ),
    "three axes": Graph(
        lambda: model(LINEAR, value("input", shape=["c", "y", "x"])),
        r"input 'input': the graph takes another shape .*; allowed: cxyxx",
    ),
    "whole numbers": Graph(
        lambda: of_type(TensorProto.BOOL, F32, F32),
        r"input 'input': the network takes whole numbers, and .* others \(float32, 0 to 14\); "
        r"allowed: whole numbers from 0 to 1 \(bool\); export the network with inputs of float32",
    ),
    "texts in": Graph(
        lambda: model([node("Cast", "input", "output", to=F32)], value("input", STRING)),
        r"the graph's input 'input' is no tensor of numbers \(tensor\(string\)\); allowed",
    ),
    "texts out": Graph(texts, r"output 'output': .* something else than a tensor .*\(texts\)"),
    "sequence out": Graph(
        sequence, r"output 'output': .* something else than a tensor .*\(a sequence\)"
    ),
    "IR 99": Graph(
        lambda: model(LINEAR, ir_version=99),
        r"the graph is newer than this ONNX Runtime \(IR version 99\); allowed: IR version \d+ or",
    ),
    "opset 99": Graph(
        lambda: model(LINEAR, opset=99),
        r"newer than this ONNX Runtime \(opset 99 of ai\.onnx\); allowed: opset \d+ or older .*"
        r"update onnxruntime",
    ),
    "unknown operator": Graph(
        lambda: foreign("", "BestEver"),
        r"an operator that ONNX Runtime does not know \(BestEver, opset 17\)",
    ),
    "operator of a laboratory": Graph(
        lambda: foreign("org.lab", "Magic"),
        r"an operator that ONNX Runtime does not know \(org\.lab:Magic\).*another export",
    ),
    "no kernel": Graph(
        lambda: model(
            [node("Relu", "input", "output")], value("input", BF16), value("output", BF16)
        ),
        r"cannot compute an operator of the graph in its type of numbers \(Relu, opset 14\)",
    ),
    "complex": Graph(
        lambda: model(
            [node("Identity", "input", "output")],
            value("input", TensorProto.COMPLEX64),
            value("output", TensorProto.COMPLEX64),
        ),
        r"a type of numbers that ONNX Runtime cannot take here \(tensor\(complex64\)\)",
    ),
    "8 bit floats": Graph(
        lambda: of_type(TensorProto.FLOAT8E4M3FN, F32, F32),
        r"a type of numbers that ONNX Runtime cannot take here \(tensor\(float8e4m3fn\)\)",
    ),
    # other files
    "empty": Graph(lambda: b"", NO_GRAPH.format("an empty file")),
    "web page": Graph(lambda: b"\n<!DOCTYPE html><html></html>", NO_GRAPH.format("a web page")),
    "pointer": Graph(
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        NO_GRAPH.format("a pointer of Git LFS, not the file itself"),
    ),
    "HDF5": Graph(lambda: b"\x89HDF\r\n\x1a\n" + bytes(90), NO_GRAPH.format("an HDF5 file.*")),
    "TorchScript": Graph(
        lambda: zipped("w/data.pkl", "w/constants.pkl"), NO_GRAPH.format("a TorchScript file")
    ),
    "state dict": Graph(
        lambda: zipped("w/data.pkl", "w/data/0"), NO_GRAPH.format("a file of torch.save")
    ),
    "program": Graph(
        lambda: zipped("archive_format"), NO_GRAPH.format("a program of torch.export")
    ),
    "safetensors": Graph(
        lambda: (2).to_bytes(8, "little") + b"{}" + bytes(4), NO_GRAPH.format("a safetensors file")
    ),
    "OpenVINO": Graph(lambda: b'<?xml version="1.0"?><net/>', NO_GRAPH.format("an XML file.*")),
    "TensorFlow Lite": Graph(
        lambda: b"\x1c\0\0\0TFL3" + bytes(90), NO_GRAPH.format("a TensorFlow Lite file")
    ),
    "cut zip": Graph(lambda: zipped("a")[:30], NO_GRAPH.format("a zip that is cut off or damaged")),
    "cut": Graph(lambda: model(LINEAR)[:60], r"ONNX Runtime cannot load this graph \(\w.*\); allo"),
}
