"""ONNX weights, run by ONNX Runtime."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from deepbacs_zoo.errors import HostError, MissingExtraError, PackageError, UnsupportedError
from deepbacs_zoo.graph.header import read_onnx_header
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.base import Array, check_device, out_of_memory
from deepbacs_zoo.runners.casting import BFLOAT16, cast, from_bfloat16, to_bfloat16, widened
from deepbacs_zoo.runners.choice import pick_weights
from deepbacs_zoo.runners.onnx_errors import computing_error, is_memory, loading_error
from deepbacs_zoo.runners.session import BaseSession
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from types import ModuleType

    import onnxruntime as ort

    from deepbacs_zoo.package.reader import Package

__all__ = ["OnnxRunner", "OnnxSession"]

Providers = list[str | tuple[str, dict[str, str]]]

_DTYPES: Final = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(bfloat16)": BFLOAT16,
    "tensor(uint8)": "uint8",
    "tensor(uint16)": "uint16",
    "tensor(uint32)": "uint32",
    "tensor(uint64)": "uint64",
    "tensor(int8)": "int8",
    "tensor(int16)": "int16",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}
_BFLOAT16: Final = "tensor(bfloat16)"
_ELEMENT_BFLOAT16: Final = 16
"""Its number in ``TensorProto.DataType``."""


class OnnxRunner:
    """Runs ``onnx`` weights; see :class:`deepbacs_zoo.runners.base.Runner`."""

    name = "onnx"
    formats = ("onnx",)

    def load(
        self,
        package: Package,
        device: str = "auto",
        *,
        weights_format: str | None = None,
        trust: bool = False,
    ) -> OnnxSession:
        """Load the graph; see :meth:`deepbacs_zoo.runners.base.Runner.load`."""
        check_device(device)
        weights = pick_weights(self.name, self.formats, package, weights_format)
        return OnnxSession(package, weights, device)


class OnnxSession(BaseSession):
    """A graph in ONNX Runtime."""

    def __init__(self, package: Package, weights: Weights, device: str) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtraError.of("all", "onnxruntime", "running ONNX weights") from error
        providers = _providers(onnxruntime.get_available_providers(), device)
        self._errors = _engine_errors()
        self._session: Any = _open(onnxruntime, package, weights, providers, self._errors)
        on_gpu = self._session.get_providers()[0] == "CUDAExecutionProvider"
        if device == "cuda" and not on_gpu:
            raise _no_cuda("ONNX Runtime could not start CUDA")
        self._values = onnxruntime.OrtValue
        self._graph_inputs = self._session.get_inputs()
        outputs = self._session.get_outputs()
        self._graph_outputs = [output.name for output in outputs]
        types = [node.type for node in (*self._graph_inputs, *outputs)]
        self._has_bfloat16 = _BFLOAT16 in types
        _check_types(weights, self._graph_inputs)
        super().__init__(
            package.inputs,
            package.outputs,
            engine=f"onnxruntime {onnxruntime.__version__}",
            device="cuda:0" if on_gpu else "cpu",
            weights_format=weights.format,
            precision=_precision(package.file_path(weights.file), types),
        )
        self._names = self._match_inputs(weights)

    def close(self) -> None:
        """Free the graph and its memory."""
        super().close()
        self._session = None

    def _match_inputs(self, weights: Weights) -> dict[str, str]:
        """Return graph input name by tensor id: equal names where all agree, else by order."""
        names = [node.name for node in self._graph_inputs]
        ids = [spec.id for spec in self._inputs]
        if set(ids) >= set(names):
            return {name: name for name in names}
        if len(ids) != len(names):
            raise PackageError(
                weights.file.path,
                "the graph takes another number of inputs than the package describes",
                value=f"{len(names)} ({', '.join(names)})",
                allowed=f"{len(ids)} ({', '.join(ids)})",
                hint="export the package again with matching inputs",
            )
        return dict(zip(ids, names, strict=True))

    def _compute(self, tensors: Mapping[str, Array]) -> Sequence[Array] | Mapping[str, Array]:
        nodes = {node.name: node for node in self._graph_inputs}
        feed: dict[str, Array] = {}
        for tensor_id, array in tensors.items():
            if tensor_id in self._names:
                node = nodes[self._names[tensor_id]]
                _check_shape(tensor_id, node, array)
                feed[node.name] = np.ascontiguousarray(cast(tensor_id, array, _DTYPES[node.type]))
        try:
            found = self._run(feed, nodes)
        except self._errors as error:
            if is_memory(error):
                shapes = {name: array.shape for name, array in tensors.items()}
                raise out_of_memory(self.engine, shapes) from error
            raise computing_error(error) from error
        return dict(zip(self._graph_outputs, found, strict=True))

    def _run(self, feed: Mapping[str, Array], nodes: Mapping[str, ort.NodeArg]) -> list[Array]:
        """Return the outputs, of half precision as float32."""
        if not self._has_bfloat16:
            return [
                widened(array) if isinstance(array, np.ndarray) else array
                for array in self._session.run(None, feed)
            ]
        values = {name: self._value(nodes[name], array) for name, array in feed.items()}
        return [_array(value) for value in self._session.run_with_ort_values(None, values)]

    def _value(self, node: ort.NodeArg, array: Array) -> ort.OrtValue:
        if node.type == _BFLOAT16:
            bits = to_bfloat16(array)
            return self._values.ortvalue_from_numpy_with_onnx_type(bits, _ELEMENT_BFLOAT16)
        return self._values.ortvalue_from_numpy(array)


def _array(value: ort.OrtValue) -> Array:
    if value.element_type() != _ELEMENT_BFLOAT16:
        return widened(value.numpy())
    # NumPy does not have this type, so the engine gives no array of it.
    data = ctypes.string_at(value.data_ptr(), value.tensor_size_in_bytes())
    return from_bfloat16(np.frombuffer(data, np.uint16)).reshape(value.shape())


def _precision(path: str | os.PathLike[str], types: Sequence[str]) -> str:
    """Return the type of half precision that a graph holds, takes or gives; else float32."""
    half = read_onnx_header(Path(path)).half
    declared = (_DTYPES.get(name, "") for name in types)
    return half or next((name for name in declared if name.endswith("float16")), "float32")


def _open(
    onnxruntime: ModuleType,
    package: Package,
    weights: Weights,
    providers: Providers,
    errors: tuple[type[Exception], ...],
) -> ort.InferenceSession:
    path = package.weights_path(weights)
    try:
        return onnxruntime.InferenceSession(os.fspath(path), _options(onnxruntime), providers)
    except errors as error:
        raise loading_error(package, weights, error, onnxruntime.__version__) from error


def _options(onnxruntime: ModuleType) -> ort.SessionOptions:
    """Return the options: all allowed cores, errors only, no memory plan kept for each shape.

    Measured on a 3-pooling U-Net with 16 features: the memory plans cost up to twice the memory
    and no time is lost without them; the arena saves a third of the time.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _cores()
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 4  # its errors come as exceptions, which become one sentence
    return options


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def _providers(available: Sequence[str], device: str) -> Providers:
    on_gpu = "CUDAExecutionProvider" in available
    if device == "cuda" and not on_gpu:
        raise _no_cuda("the installed ONNX Runtime has no CUDA")
    if device == "cpu" or not on_gpu:
        return ["CPUExecutionProvider"]
    # TF32 is off: it costs three digits, and formats would no longer agree.
    gpu = {"use_tf32": "0", "arena_extend_strategy": "kSameAsRequested"}
    return [("CUDAExecutionProvider", gpu), "CPUExecutionProvider"]


def _no_cuda(what: str) -> HostError:
    return HostError(
        Option("device"),
        what,
        value="cuda",
        allowed="auto | cpu",
        hint="use "
        + Option("device", "auto")
        + ", or install onnxruntime-gpu and its CUDA libraries",
    )


def _check_types(weights: Weights, nodes: Sequence[ort.NodeArg]) -> None:
    """Refuse a graph that takes something else than numbers."""
    for node in nodes:
        if node.type not in _DTYPES:
            raise UnsupportedError(
                weights.file.path,
                f"the graph's input '{node.name}' is no tensor of numbers",
                value=node.type,
                allowed="inputs of float32 or another type of numbers",
                hint="ask its authors for another export",
            )


def _check_shape(tensor_id: str, node: ort.NodeArg, array: Array) -> None:
    """Check an array against the graph's own declaration; without one every shape fits."""
    fits = len(node.shape) == array.ndim and all(
        not isinstance(size, int) or size == given
        for size, given in zip(node.shape, array.shape, strict=True)
    )
    if node.shape and not fits:
        raise PackageError(
            f"input '{tensor_id}'",
            "the graph takes another shape than the package's description allows",
            value="x".join(map(str, array.shape)),
            allowed="x".join(str(size) for size in node.shape),
            hint="correct the sizes in the description, or export the graph with free sizes",
        )


def _engine_errors() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = (
        "Fail InvalidArgument NoSuchFile NoModel EngineError RuntimeException InvalidProtobuf "
        "ModelLoaded NotImplemented InvalidGraph EPFail ModelLoadCanceled ModelRequiresCompilation "
        "NotFound"
    )
    found = [getattr(state, name) for name in names.split() if hasattr(state, name)]
    return (*found, RuntimeError, MemoryError)
