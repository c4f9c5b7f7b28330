"""Write a network as ONNX, and read the graph of such a file as plain data."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import MissingExtraError, ModelError
from deepbacs_zoo.exporting.weights.torch import Shape, quiet, torch_module
from deepbacs_zoo.graph.nodes import Attribute, Graph, Node

if TYPE_CHECKING:
    import onnx
    from torch import nn

__all__ = ["IR_VERSION", "OPSET", "read_graph", "write_onnx"]

OPSET: Final = 17
IR_VERSION: Final = 8
"""The newest that the oldest consumer reads: JDLL's ONNX Runtime 1.13.1 refuses anything above."""

_READABLE: Final = 64
"""Constants with at most this many values are read from the graph, the others only named."""


def write_onnx(
    network: nn.Module, shape: Shape, path: Path, *, input_id: str, output_id: str
) -> None:
    """Write a network as one ONNX file whose batch, ``y`` and ``x`` are free.

    The exporter without dynamo keeps to IR 8 and to one file, keeps the names of dimensions, and
    writes no paths of this computer.

    Parameters
    ----------
    network
        The network, in evaluation mode.
    shape
        A valid input ``b c y x``.
    path
        The new file.
    input_id, output_id
        The tensor ids of the package, which become the names in the graph.

    Raises
    ------
    ModelError
        The exporter wrote newer operators or a newer file than allowed.
    """
    torch, onnx = torch_module(), _onnx()
    buffer = io.BytesIO()
    free = {0: "batch", 2: "y", 3: "x"}
    with quiet():
        torch.onnx.export(
            network,
            (torch.zeros(shape),),
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=[input_id],
            output_names=[output_id],
            dynamic_axes={input_id: free, output_id: free},
        )
    model = onnx.load_from_string(buffer.getvalue())
    _strip(model)
    onnx.checker.check_model(model)
    opset = max(entry.version for entry in model.opset_import)
    if model.ir_version > IR_VERSION or opset > OPSET:
        raise ModelError(
            path.name,
            "PyTorch wrote an ONNX file that older programs cannot read",
            value=f"IR {model.ir_version}, opset {opset}",
            allowed=f"IR {IR_VERSION} and opset {OPSET} at most",
            hint="install a version of torch that pyproject.toml allows",
        )
    path.write_bytes(model.SerializeToString(deterministic=True))


def read_graph(path: Path, shape: Shape) -> Graph:
    """Read an ONNX file as plain data, with the shapes of all tensors for one input shape.

    Raises
    ------
    ModelError
        A shape cannot be inferred.
    """
    onnx = _onnx()
    model = onnx.load(str(path))
    for dimension, size in zip(model.graph.input[0].type.tensor_type.shape.dim, shape, strict=True):
        dimension.dim_value = size
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    shapes, widths, constants = _tensors(onnx, model)
    nodes = tuple(_node(onnx, node) for node in model.graph.node if node.op_type != "Constant")
    _require_shapes(nodes, shapes, path.name)
    return Graph(
        nodes=nodes,
        inputs=tuple(entry.name for entry in model.graph.input if entry.name not in constants),
        outputs=tuple(entry.name for entry in model.graph.output),
        shapes=shapes,
        widths=widths,
        constants=constants,
    )


def _require_shapes(
    nodes: Sequence[Node], shapes: Mapping[str, tuple[int, ...]], where: str
) -> None:
    for node in nodes:
        for name in (*node.inputs, *node.outputs):
            if name and name not in shapes:
                raise ModelError(
                    where,
                    "the size of a tensor in the graph is unknown",
                    value=f"{name} of {node.operator}",
                    allowed="operators whose output size follows from their input size",
                    hint="use a network without sizes that depend on the data",
                )


def _tensors(
    onnx: ModuleType, model: onnx.ModelProto
) -> tuple[dict[str, tuple[int, ...]], dict[str, int], dict[str, tuple[float, ...]]]:
    """Return shapes, bytes per value and small constants of every tensor."""
    shapes: dict[str, tuple[int, ...]] = {}
    widths: dict[str, int] = {}
    constants: dict[str, tuple[float, ...]] = {}
    graph = model.graph
    for entry in (*graph.input, *graph.value_info, *graph.output):
        kind = entry.type.tensor_type
        sizes = tuple(dimension.dim_value for dimension in kind.shape.dim)
        if kind.HasField("shape") and all(size > 0 for size in sizes):
            shapes[entry.name] = sizes
            widths[entry.name] = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type).itemsize
    for name, tensor in _constant_tensors(graph):
        values = onnx.numpy_helper.to_array(tensor)
        shapes[name], widths[name] = values.shape, values.dtype.itemsize
        small = values.size <= _READABLE
        constants[name] = tuple(float(value) for value in values.ravel()) if small else ()
    return shapes, widths, constants


def _constant_tensors(graph: onnx.GraphProto) -> Iterator[tuple[str, onnx.TensorProto]]:
    for tensor in graph.initializer:
        yield tensor.name, tensor
    for node in graph.node:
        if node.op_type == "Constant":
            yield node.output[0], node.attribute[0].t


def _node(onnx: ModuleType, node: onnx.NodeProto) -> Node:
    attributes: dict[str, Attribute] = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            attributes[attribute.name] = value.decode()
        elif isinstance(value, int | float | str):
            attributes[attribute.name] = value
        elif attribute.type in {onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS}:
            attributes[attribute.name] = tuple(value)
    return Node(node.op_type, tuple(node.input), tuple(node.output), attributes)


def _strip(model: onnx.ModelProto) -> None:
    """Remove free text, in which exporters leave stack traces and paths."""
    model.doc_string = ""
    del model.metadata_props[:]
    for part in (model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        part.doc_string = ""
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]


def _onnx() -> ModuleType:
    try:
        import onnx
        import onnx.checker
        import onnx.shape_inference
    except ImportError as error:
        raise MissingExtraError.of("train", "onnx", "export") from error
    return onnx
