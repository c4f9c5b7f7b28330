"""Write one small bioimage.io package; the tables of packages are in `tests.packages`.

Expected test outputs come from NumPy alone: preprocessing by ``reference_steps``, the network by
its NumPy form, postprocessing again by ``reference_steps``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from deepbacs_zoo.tensors import (
    Axis,
    FileRef,
    FixedSize,
    FreeSize,
    ReferencedSize,
    Size,
    Step,
    SteppedSize,
    TensorSpec,
)
from tests import package_dialects as dialects
from tests import tiny_networks as networks
from tests.tiny_networks import Network

__all__ = [
    "ALL_WEIGHTS",
    "add_file",
    "example_inputs",
    "image",
    "like",
    "reference_run",
    "reference_steps",
    "write_package",
]

ALL_WEIGHTS = ("onnx", "torchscript", "pytorch_state_dict")

ANY = SteppedSize(1, 1)


# --- descriptions of tensors -------------------------------------------------------------------


def image(
    name: str = "input",
    axis_names: str = "bcyx",
    *,
    channels: Sequence[str] = ("grey",),
    sizes: Mapping[str, Size] | Size = ANY,
    scale: Mapping[str, float] | None = None,
    unit: str | None = None,
    **fields: Any,
) -> TensorSpec:
    """An input whose axes have these names; ``sizes`` for the axes other than b and c."""
    axes = []
    for axis in axis_names:
        name_of = dialects.DEFAULT_IDS[axis]
        if axis == "b":
            axes.append(Axis("b", name_of, FreeSize()))
        elif axis == "c":
            size = FixedSize(len(channels))
            axes.append(Axis("c", name_of, size, channel_names=tuple(channels)))
        else:
            size = sizes[axis] if isinstance(sizes, Mapping) else sizes
            of_space = axis in "zyx"
            axes.append(
                Axis(
                    axis,
                    name_of,
                    size,
                    scale=(scale or {}).get(axis, 1.0),
                    unit=unit if of_space else None,
                )
            )
    return TensorSpec(name, tuple(axes), **fields)


def like(
    reference: TensorSpec,
    name: str = "output",
    axis_names: str | None = None,
    *,
    channels: Sequence[str] = ("grey",),
    ratio: float = 1.0,
    offset: int = 0,
    halo: int = 0,
    **fields: Any,
) -> TensorSpec:
    """An output whose t, z, y, x are ``ratio`` times those of ``reference`` plus ``offset``."""
    axes = []
    for axis in axis_names or reference.axis_names:
        if axis == "b":
            axes.append(Axis("b", "batch", FreeSize()))
        elif axis == "c":
            size = FixedSize(len(channels))
            axes.append(Axis("c", "channel", size, channel_names=tuple(channels)))
        else:
            of_space = axis in "zyx"
            source = reference.axis(axis)
            axes.append(
                Axis(
                    axis,
                    source.id,
                    ReferencedSize(
                        reference.id,
                        axis,
                        ratio if of_space else 1.0,
                        offset if of_space else 0,
                    ),
                    halo=halo if of_space else 0,
                    scale=source.scale / ratio if of_space else 1.0,
                    unit=source.unit,
                )
            )
    return TensorSpec(name, tuple(axes), **fields)


# --- the reference: steps and networks in NumPy ------------------------------------------------


def reference_steps(steps: Sequence[Step], array: np.ndarray, axes: str) -> np.ndarray:
    """Run processing steps in plain NumPy, in double precision; float32 out."""
    result = array.astype(np.float64)
    for step in steps:
        result = _STEPS[step.name](result, axes, **step.kwargs)
    return result.astype(np.float32)


def _dims(axis_names: str, axes: str | None) -> tuple[int, ...]:
    return tuple(range(len(axis_names)) if axes is None else (axis_names.index(a) for a in axes))


def _along(values: Any, axes: str, axis: str | None) -> np.ndarray:
    shape = [-1 if axis_name == axis else 1 for axis_name in axes]
    return np.asarray(values, dtype=np.float64).reshape(shape)


def _standardize(x: np.ndarray, axis_names: str, axes: str | None = None, eps: float = 1e-6) -> Any:
    dims = _dims(axis_names, axes)
    return (x - x.mean(dims, keepdims=True)) / (x.std(dims, keepdims=True) + eps)


def _scale_range(
    x: np.ndarray,
    axis_names: str,
    axes: str | None = None,
    min_percentile: float = 0.0,
    max_percentile: float = 100.0,
    eps: float = 1e-6,
) -> Any:
    dims = _dims(axis_names, axes)
    low, high = np.percentile(x, [min_percentile, max_percentile], axis=dims, keepdims=True)
    return (x - low) / (high - low + eps)


def _softmax(x: np.ndarray, axes: str, axis: str = "c") -> Any:
    powers = np.exp(x - x.max(axes.index(axis), keepdims=True))
    return powers / powers.sum(axes.index(axis), keepdims=True)


_STEPS: dict[str, Callable[..., Any]] = {
    "binarize": lambda x, s, threshold, axis=None: (x > _along(threshold, s, axis)).astype(float),
    "clip": lambda x, s, min=None, max=None: np.clip(x, min, max),
    "ensure_dtype": lambda x, s, dtype: x.astype(dtype).astype(np.float64),
    "fixed_zero_mean_unit_variance": lambda x, s, mean, std, axis=None: (
        (x - _along(mean, s, axis)) / _along(std, s, axis)
    ),
    "scale_linear": lambda x, s, gain=1.0, offset=0.0, axis=None: (
        x * _along(gain, s, axis) + _along(offset, s, axis)
    ),
    "scale_range": _scale_range,
    "sigmoid": lambda x, s: 1 / (1 + np.exp(-x)),
    "softmax": _softmax,
    "zero_mean_unit_variance": _standardize,
}


def reference_run(
    network: Network,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    tensors: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Preprocess, compute and postprocess whole tensors, without padding or cropping."""
    ready = [reference_steps(s.steps, tensors[s.id], s.axis_names) for s in inputs]
    raw = network.compute(*(x.astype(network.input_dtype) for x in ready))
    return {
        s.id: reference_steps(s.steps, x, s.axis_names).astype(s.dtype)
        for s, x in zip(outputs, raw, strict=True)
    }


# --- test tensors ------------------------------------------------------------------------------

_TARGETS = {"t": 3, "i": 4, "z": 10, "y": 20, "x": 27}


def example_shape(spec: TensorSpec, known: Mapping[str, Mapping[str, int]]) -> tuple[int, ...]:
    """A valid shape; y and x differ where the description lets them."""
    sizes: dict[str, int] = {}
    own = {**known, spec.id: sizes}
    for axis in sorted(spec.axes, key=lambda a: isinstance(a.size, ReferencedSize)):
        match axis.size:
            case FixedSize(value):
                sizes[axis.name] = value
            case SteppedSize():
                sizes[axis.name] = axis.size.fit(_TARGETS[axis.name])
            case FreeSize(least, _):
                sizes[axis.name] = least
            case ReferencedSize(tensor, axis_name, _, _):
                sizes[axis.name] = axis.size.of(own[tensor][axis_name])
    return tuple(sizes[axis_name] for axis_name in spec.axis_names)


def example_inputs(inputs: Sequence[TensorSpec], seed: int = 0) -> dict[str, np.ndarray]:
    """Random test inputs of every input's data type."""
    rng = np.random.default_rng(seed)
    known: dict[str, dict[str, int]] = {}
    result = {}
    for spec in sorted(inputs, key=_depends_on_others):
        shape = example_shape(spec, known)
        known[spec.id] = dict(zip(spec.axis_names, shape, strict=True))
        if spec.dtype.startswith("float"):
            result[spec.id] = rng.normal(size=shape).astype(spec.dtype)
        else:
            result[spec.id] = rng.integers(0, 200, size=shape).astype(spec.dtype)
    return {spec.id: result[spec.id] for spec in inputs}


def _depends_on_others(spec: TensorSpec) -> bool:
    sizes = (axis.size for axis in spec.axes)
    return any(isinstance(size, ReferencedSize) and size.tensor != spec.id for size in sizes)


# --- the writer --------------------------------------------------------------------------------


def write_package(
    target: Path,
    *,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    network: Network,
    format_version: str = "0.5.10",
    weights: Sequence[str] = ALL_WEIGHTS,
    config: Mapping[str, Any] | None = None,
    test_inputs: Mapping[str, np.ndarray] | None = None,
    descriptor: str = "rdf.yaml",
    folder_in_zip: str = "",
    name: str = "tiny model",
    change: Callable[[dict[str, Any], dict[str, bytes]], None] | None = None,
    extra_files: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a package that reproduces its own test tensors, and return its path.

    Parameters
    ----------
    target
        A path that ends in ``.zip``, or a folder that is made.
    inputs, outputs
        The tensors; test tensors are made here, sample tensors only if ``spec.sample_tensor`` is.
    network
        One of `tests.tiny_networks`.
    format_version
        ``0.4.10`` or any 0.5; from 0.5.11 on documentation and covers are file descriptors.
    weights
        Which weights formats to write, in this order.
    test_inputs
        Test input by tensor id instead of random ones.
    descriptor, folder_in_zip
        Name of the description, and the folder around everything (zips only).
    change
        Called with the description and the files before they are written: for damage.
    """
    version = tuple(int(part) for part in format_version.split("."))
    arrays = dict(test_inputs or example_inputs(inputs))
    expected = reference_run(network, inputs, outputs, arrays)
    files: dict[str, bytes] = {
        "README.md": b"# Tiny model\n\nFor tests.\n\n## Validation\n\nNone.\n",
        "cover.png": _png(np.linspace(0, 255, 40 * 80).reshape(40, 80).astype(np.uint8)),
        **(extra_files or {}),
    }
    inputs = [_with_files(spec, arrays[spec.id], files) for spec in inputs]
    outputs = [_with_files(spec, expected[spec.id], files) for spec in outputs]
    description = dialects.common(version, name)
    description |= dialects.tensors(version, inputs, outputs)
    description["weights"] = _weights(version, network, inputs, outputs, arrays, weights, files)
    if config is not None:
        description["config"] = dict(config)
    if change is not None:
        change(description, files)
    files[descriptor] = yaml.safe_dump(description, sort_keys=False).encode()
    return _write_files(target, files, folder_in_zip)


def _write_files(target: Path, files: Mapping[str, bytes], folder_in_zip: str = "") -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in files.items():
                archive.writestr(folder_in_zip + member, content)
        return target
    for member, content in files.items():
        place = target / member
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return target


def _with_files(spec: TensorSpec, array: np.ndarray, files: dict[str, bytes]) -> TensorSpec:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array))
    test = add_file(files, f"test_{spec.id}.npy", buffer.getvalue())
    sample = spec.sample_tensor
    if sample is not None:
        sample = add_file(files, sample.path, _tiff(array))
    return replace(spec, test_tensor=test, sample_tensor=sample)


def add_file(files: dict[str, bytes], name: str, content: bytes) -> FileRef:
    files[name] = content
    return FileRef(name, hashlib.sha256(content).hexdigest())


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def _tiff(array: np.ndarray) -> bytes:
    import tifffile

    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, photometric="minisblack")
    return buffer.getvalue()


def _weights(
    version: tuple[int, ...],
    network: Network,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    arrays: Mapping[str, np.ndarray],
    formats: Sequence[str],
    files: dict[str, bytes],
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for kind in formats:
        if kind == "onnx":
            content = networks.onnx_bytes(
                network,
                [(s.id, _graph_shape(s), s.axis_names) for s in inputs],
                [(s.id, _graph_shape(s), s.axis_names) for s in outputs],
            )
            entry = _entry(add_file(files, "weights.onnx", content))
            entry["opset_version"] = networks.OPSET
        elif kind == "torchscript":
            content = networks.torchscript_bytes(network, [arrays[s.id].shape for s in inputs])
            entry = _entry(add_file(files, "weights-torchscript.pt", content))
            entry["pytorch_version"] = _torch_version()
        elif kind == "pytorch_state_dict":
            entry = _entry(add_file(files, "weights.pt", networks.state_dict_bytes(network)))
            source = add_file(files, "network.py", (network.prefix + network.source).encode())
            entry |= dialects.architecture(
                version, source.path, str(source.sha256), network.callable, dict(network.arguments)
            )
            entry["pytorch_version"] = _torch_version()
        else:
            entry = _entry(add_file(files, f"weights-{kind}.zip", b"not runnable"))
            entry["tensorflow_version"] = "2.16"
        if result:
            entry["parent"] = next(iter(result))
        result[kind] = entry
    return result


def _entry(file: FileRef) -> dict[str, Any]:
    return {"source": file.path, "sha256": file.sha256}


def _graph_shape(spec: TensorSpec) -> list[int | None]:
    return [axis.size.value if isinstance(axis.size, FixedSize) else None for axis in spec.axes]


def _torch_version() -> str:
    import torch

    return torch.__version__.split("+")[0]
