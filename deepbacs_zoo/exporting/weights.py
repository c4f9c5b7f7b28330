"""Write and read weights: the only door of this room to PyTorch and ONNX."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import MissingExtraError, ModelError
from deepbacs_zoo.exporting.archive import clean_torch_archive
from deepbacs_zoo.exporting.graph import Attribute, Graph, Node

if TYPE_CHECKING:
    import onnx
    from torch import nn

__all__ = [
    "IR_VERSION",
    "OPSET",
    "check_agreement",
    "compute",
    "load_state",
    "one_thread",
    "parameter_count",
    "read_graph",
    "torch_version",
    "write_onnx",
    "write_state_dict",
    "write_torchscript",
]

OPSET: Final = 17
IR_VERSION: Final = 8
"""The newest that the oldest consumer reads: JDLL's ONNX Runtime 1.13.1 refuses anything above."""

_AGREEMENT: Final = 1e-4
_READABLE: Final = 64
"""Constants with at most this many values are read from the graph, the others only named."""

Shape = tuple[int, int, int, int]


def torch_version() -> str:
    """Return the version of PyTorch as ``major.minor.patch``, without the build."""
    return str(_torch().__version__).partition("+")[0]


def load_state(network: nn.Module, state: Path) -> nn.Module:
    """Fill a network with the tensors of a state dict file and freeze it for evaluation.

    Parameters
    ----------
    network
        The network; changed.
    state
        A file of ``torch.save`` that holds tensors only.

    Raises
    ------
    ModelError
        The tensors do not belong to this network, or are not finite.
    """
    torch = _torch()
    try:
        network.load_state_dict(torch.load(state, map_location="cpu", weights_only=True))
    except (RuntimeError, ValueError, KeyError, AttributeError, TypeError, EOFError) as error:
        raise ModelError(
            state,
            "the checkpoint does not fit its network",
            value=str(error).splitlines()[0] if str(error) else type(error).__name__,
            allowed="the state dict that training wrote for this network",
            hint="train again, or export the run with the version that trained it",
        ) from error
    for name, tensor in network.state_dict().items():
        if not bool(torch.isfinite(tensor).all()):
            raise ModelError(
                state,
                "the checkpoint holds values that are not finite",
                value=name,
                allowed="finite weights",
                hint="train again with a lower learning rate",
            )
    return network.cpu().eval().requires_grad_(False)


def parameter_count(network: nn.Module) -> int:
    """Return the number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters())


def write_state_dict(network: nn.Module, path: Path) -> None:
    """Write the tensors of a network, and nothing else, for ``weights_only`` loading."""
    torch = _torch()
    tensors = {name: value.detach().clone() for name, value in network.state_dict().items()}
    _save(path, lambda buffer: torch.save(tensors, buffer))


def write_torchscript(network: nn.Module, shape: Shape, path: Path) -> None:
    """Trace a network in evaluation mode and write it without records of this computer.

    Traced, not scripted: PyTorch 2.0.1, which JDLL uses, does not load scripted upsampling.

    Parameters
    ----------
    network
        The network, in evaluation mode.
    shape
        A valid input ``b c y x``; the trace must not depend on it (:func:`check_agreement`).
    path
        The new file.
    """
    torch = _torch()
    with _quiet(), _plain_convolutions(torch):
        _forget_traces(torch)
        traced = torch.jit.trace(network, torch.zeros(shape), check_trace=False)
        _save(path, lambda buffer: torch.jit.save(traced, buffer))


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
    torch, onnx = _torch(), _onnx()
    buffer = io.BytesIO()
    free = {0: "batch", 2: "y", 3: "x"}
    with _quiet():
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


def check_agreement(network: nn.Module, path: Path, shapes: Sequence[Shape]) -> float:
    """Compare a written file with the network at several sizes; return the largest difference.

    Differences are in units of the largest value, where that is above 1.

    Parameters
    ----------
    network
        The network, in evaluation mode.
    path
        A TorchScript (``.pt``) or ONNX (``.onnx``) file.
    shapes
        Valid inputs ``b c y x``, best other than the one that was traced.

    Raises
    ------
    ModelError
        The file fails at one of the sizes or differs by more than 1e-4.
    """
    random = np.random.default_rng(0)
    worst = 0.0
    for shape in shapes:
        image = random.normal(size=shape).astype(np.float32)
        try:
            found = _run_onnx(path, image) if path.suffix == ".onnx" else _run_script(path, image)
        except RuntimeError as error:
            raise _disagrees(path, shape, str(error).strip().splitlines()[-1]) from error
        expected = compute(network, image)
        if found.shape != expected.shape:
            raise _disagrees(path, shape, f"shape {found.shape} instead of {expected.shape}")
        # Of distances in pixels, as of probabilities, in units of the largest.
        unit = max(1.0, float(np.abs(expected).max()))
        difference = float(np.abs(found - expected).max()) / unit
        if not difference <= _AGREEMENT:
            raise _disagrees(path, shape, f"difference {difference:.1e}")
        worst = max(worst, difference)
    return worst


def compute(network: nn.Module, image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Run a network on ``b c y x`` float32."""
    torch = _torch()
    with torch.inference_mode():
        return np.asarray(network(torch.from_numpy(image)).numpy(), np.float32)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: the last bits of a sum depend on how many share it."""
    torch = _torch()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


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
    for node in nodes:
        for name in (*node.inputs, *node.outputs):
            if name and name not in shapes:
                raise ModelError(
                    path.name,
                    "the size of a tensor in the graph is unknown",
                    value=f"{name} of {node.operator}",
                    allowed="operators whose output size follows from their input size",
                    hint="use a network without sizes that depend on the data",
                )
    return Graph(
        nodes=nodes,
        inputs=tuple(entry.name for entry in model.graph.input if entry.name not in constants),
        outputs=tuple(entry.name for entry in model.graph.output),
        shapes=shapes,
        widths=widths,
        constants=constants,
    )


def _save(path: Path, write: Callable[[io.BytesIO], None]) -> None:
    """Write through memory, else the file's name becomes the name of the folder inside."""
    buffer = io.BytesIO()
    write(buffer)
    path.write_bytes(buffer.getvalue())
    clean_torch_archive(path)


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
    held = {tensor.name: tensor for tensor in graph.initializer}
    held |= {
        node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"
    }
    for name, tensor in held.items():
        values = onnx.numpy_helper.to_array(tensor)
        shapes[name], widths[name] = values.shape, values.dtype.itemsize
        small = values.size <= _READABLE
        constants[name] = tuple(float(value) for value in values.ravel()) if small else ()
    return shapes, widths, constants


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


def _run_script(path: Path, image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    torch = _torch()
    with _quiet(), torch.inference_mode():
        found = torch.jit.load(str(path), map_location="cpu")(torch.from_numpy(image))
    return np.asarray(found.numpy())


def _run_onnx(path: Path, image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: image})[0])


def _disagrees(path: Path, shape: Shape, found: str) -> ModelError:
    return ModelError(
        path.name,
        f"the written weights do not compute what the network does at {shape}",
        value=found,
        allowed=f"a difference of at most {_AGREEMENT:g}",
        hint="use a network without branches or sizes that depend on the input",
    )


def _forget_traces(torch: ModuleType) -> None:
    """Let a second trace in one process get the class names of the first.

    Without it every class of the second trace has a number in its name.  Private functions, used by
    PyTorch's own tests; where they are gone, only the first trace of a process is reproducible.
    """
    clear = getattr(torch._C, "_jit_clear_class_registry", None)
    state = getattr(getattr(torch.jit, "_state", None), "_clear_class_state", None)
    if clear and state:
        state()
        clear()


@contextmanager
def _plain_convolutions(torch: ModuleType) -> Iterator[None]:
    """Set the switches that a trace records in every convolution, whatever training left behind.

    Without TensorFloat-32, which on a GPU costs three digits, so that formats would not agree.
    """
    deterministic = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)
    try:
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=False, allow_tf32=False
        ):
            yield
    finally:
        torch.use_deterministic_algorithms(deterministic)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the announcements that tracing and the older exporter will go one day."""
    with warnings.catch_warnings():
        for kind in (FutureWarning, DeprecationWarning, UserWarning):
            warnings.simplefilter("ignore", kind)
        yield


def _torch() -> ModuleType:
    try:
        import torch
        import torch.onnx
    except ImportError as error:
        raise MissingExtraError.of("train", "torch", "export") from error
    return torch


def _onnx() -> ModuleType:
    try:
        import onnx
        import onnx.checker
        import onnx.shape_inference
    except ImportError as error:
        raise MissingExtraError.of("train", "onnx", "export") from error
    return onnx
