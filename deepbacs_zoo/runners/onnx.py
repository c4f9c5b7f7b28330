"""ONNX weights, run by ONNX Runtime."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from deepbacs_zoo.errors import HostError, MissingExtraError, PackageError, UnsupportedError
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.base import Array, check_device, first_line, out_of_memory, pick_weights
from deepbacs_zoo.runners.session import BaseSession
from deepbacs_zoo.tensors import FileRef, Weights

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
_TOO_NEW: Final = (
    "opset",
    "ir_version",
    "ir version",
    "not a registered function",
    "no op registered",
    "not_implemented",
)


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
        self._graph_inputs = self._session.get_inputs()
        self._graph_outputs = [output.name for output in self._session.get_outputs()]
        super().__init__(
            package.inputs,
            package.outputs,
            engine=f"onnxruntime {onnxruntime.__version__}",
            device="cuda:0" if on_gpu else "cpu",
            weights_format=weights.format,
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
                name = self._names[tensor_id]
                _check_node(tensor_id, nodes[name], array)
                feed[name] = np.ascontiguousarray(array)
        try:
            found = self._session.run(None, feed)
        except self._errors as error:
            if _is_memory(error):
                shapes = {name: array.shape for name, array in tensors.items()}
                raise out_of_memory(self.engine, shapes) from error
            raise PackageError(
                "onnx weights",
                "ONNX Runtime cannot compute this graph on the given tensors",
                value=_message(error),
                allowed="sizes, types and operators that the package's description promises",
                hint="run: deepbacs-zoo validate PACKAGE",
            ) from error
        return dict(zip(self._graph_outputs, found, strict=True))


def _open(
    onnxruntime: ModuleType,
    package: Package,
    weights: Weights,
    providers: Providers,
    errors: tuple[type[Exception], ...],
) -> ort.InferenceSession:
    path = package.file_path(weights.file)
    external = weights.fields.get("external_data")
    if external:
        # Extracted beside the graph, which names it by its file name.
        package.file_path(FileRef(str(external["source"]), external.get("sha256")))
    try:
        return onnxruntime.InferenceSession(os.fspath(path), _options(onnxruntime), providers)
    except errors as error:
        if _is_memory(error):
            raise out_of_memory("ONNX Runtime", {}) from error
        message = _message(error)
        unknown = any(word in message.lower() for word in _TOO_NEW)
        kind = UnsupportedError if unknown else PackageError
        raise kind(
            f"{package.path}/{weights.file.path}",
            "ONNX Runtime cannot load this graph",
            value=message,
            allowed=f"an ONNX file that onnxruntime {onnxruntime.__version__} reads",
            hint="update onnxruntime, or choose other weights with " + Option("runner")
            if unknown
            else "get the package again, or choose other weights with " + Option("runner"),
        ) from error


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


def _check_node(tensor_id: str, node: ort.NodeArg, array: Array) -> None:
    """Check an array against the graph's own declaration."""
    expected = _DTYPES.get(node.type, node.type)
    if array.dtype.name != expected:
        raise PackageError(
            f"input '{tensor_id}'",
            "the graph takes another data type than the package's preprocessing gives",
            value=array.dtype.name,
            allowed=expected,
            hint=f"end the preprocessing with ensure_dtype to {expected}",
        )
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


def _message(error: BaseException) -> str:
    # The cause stands behind a number, a kind, the file name, and sometimes a C++ signature.
    text = " ".join(str(error).split()).removeprefix("[ONNXRuntimeError] : ")
    what = text.lstrip("0123456789 :")
    if what.partition(" : ")[2].startswith("Load model from "):
        what = what.partition(" failed:")[2]
    what = re.sub(r"^\S*/onnxruntime/\S+ .*?\) (?=[A-Z])", "", what)
    return first_line(RuntimeError(what))


def _is_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(
        sign in text
        for sign in ("failed to allocate", "bad_alloc", "out of memory", "bad allocation")
    )
