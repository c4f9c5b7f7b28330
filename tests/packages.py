"""Small bioimage.io packages for everybody's tests.

``write_package`` writes one; ``CASES`` is the table of good ones, by name; ``REFUSED`` the table of
those that must not run.  Expected test outputs come from NumPy alone: preprocessing by
``reference_steps``, the network by its NumPy form, postprocessing again by ``reference_steps``.

    package = open_package(CASES["two_inputs"](tmp_path))
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from deepbacs_zoo.errors import DeepbacsZooError, IntegrityError, PackageError, UnsupportedError
from deepbacs_zoo.tensors import (
    Axis,
    FileRef,
    FixedSize,
    FreeSize,
    PadMode,
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
    "CASES",
    "REFUSED",
    "Refusal",
    "image",
    "like",
    "reference_run",
    "reference_steps",
    "write_package",
]

ALL_WEIGHTS = ("onnx", "torchscript", "pytorch_state_dict")
Builder = Callable[..., Path]

ANY = SteppedSize(1, 1)


# --- descriptions of tensors -------------------------------------------------------------------


def image(
    name: str = "input",
    letters: str = "bcyx",
    *,
    channels: Sequence[str] = ("grey",),
    sizes: Mapping[str, Size] | Size = ANY,
    scale: Mapping[str, float] | None = None,
    unit: str | None = None,
    **fields: Any,
) -> TensorSpec:
    """An input whose axes have these letters; ``sizes`` for the axes other than b and c."""
    axes = []
    for letter in letters:
        name_of = dialects.DEFAULT_IDS[letter]
        if letter == "b":
            axes.append(Axis("b", name_of, FreeSize()))
        elif letter == "c":
            size = FixedSize(len(channels))
            axes.append(Axis("c", name_of, size, channel_names=tuple(channels)))
        else:
            size = sizes[letter] if isinstance(sizes, Mapping) else sizes
            of_space = letter in "zyx"
            axes.append(
                Axis(
                    letter,
                    name_of,
                    size,
                    scale=(scale or {}).get(letter, 1.0),
                    unit=unit if of_space else None,
                )
            )
    return TensorSpec(name, tuple(axes), **fields)


def like(
    reference: TensorSpec,
    name: str = "output",
    letters: str | None = None,
    *,
    channels: Sequence[str] = ("grey",),
    ratio: float = 1.0,
    offset: int = 0,
    halo: int = 0,
    **fields: Any,
) -> TensorSpec:
    """An output whose t, z, y, x are ``ratio`` times those of ``reference`` plus ``offset``."""
    axes = []
    for letter in letters or reference.letters:
        if letter == "b":
            axes.append(Axis("b", "batch", FreeSize()))
        elif letter == "c":
            size = FixedSize(len(channels))
            axes.append(Axis("c", "channel", size, channel_names=tuple(channels)))
        else:
            of_space = letter in "zyx"
            source = reference.axis(letter)
            axes.append(
                Axis(
                    letter,
                    source.id,
                    ReferencedSize(
                        reference.id,
                        letter,
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


def reference_steps(steps: Sequence[Step], array: np.ndarray, letters: str) -> np.ndarray:
    """Run processing steps in plain NumPy, in double precision; float32 out."""
    result = array.astype(np.float64)
    for step in steps:
        result = _STEPS[step.name](result, letters, **step.kwargs)
    return result.astype(np.float32)


def _dims(letters: str, axes: str | None) -> tuple[int, ...]:
    return tuple(range(len(letters)) if axes is None else (letters.index(a) for a in axes))


def _along(values: Any, letters: str, axis: str | None) -> np.ndarray:
    shape = [-1 if letter == axis else 1 for letter in letters]
    return np.asarray(values, dtype=np.float64).reshape(shape)


def _standardize(x: np.ndarray, letters: str, axes: str | None = None, eps: float = 1e-6) -> Any:
    dims = _dims(letters, axes)
    return (x - x.mean(dims, keepdims=True)) / (x.std(dims, keepdims=True) + eps)


def _scale_range(
    x: np.ndarray,
    letters: str,
    axes: str | None = None,
    min_percentile: float = 0.0,
    max_percentile: float = 100.0,
    eps: float = 1e-6,
) -> Any:
    dims = _dims(letters, axes)
    low, high = np.percentile(x, [min_percentile, max_percentile], axis=dims, keepdims=True)
    return (x - low) / (high - low + eps)


def _softmax(x: np.ndarray, letters: str, axis: str = "c") -> Any:
    powers = np.exp(x - x.max(letters.index(axis), keepdims=True))
    return powers / powers.sum(letters.index(axis), keepdims=True)


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
    ready = [reference_steps(s.steps, tensors[s.id], s.letters) for s in inputs]
    raw = network.compute(*ready)
    return {
        s.id: reference_steps(s.steps, x, s.letters).astype(s.dtype)
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
                sizes[axis.letter] = value
            case SteppedSize():
                sizes[axis.letter] = axis.size.fit(_TARGETS[axis.letter])
            case FreeSize(least, _):
                sizes[axis.letter] = least
            case ReferencedSize(tensor, letter, _, _):
                sizes[axis.letter] = axis.size.of(own[tensor][letter])
    return tuple(sizes[letter] for letter in spec.letters)


def example_inputs(inputs: Sequence[TensorSpec], seed: int = 0) -> dict[str, np.ndarray]:
    """Random test inputs of every input's data type."""
    rng = np.random.default_rng(seed)
    known: dict[str, dict[str, int]] = {}
    result = {}
    for spec in sorted(inputs, key=_depends_on_others):
        shape = example_shape(spec, known)
        known[spec.id] = dict(zip(spec.letters, shape, strict=True))
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
    test = _add(files, f"test_{spec.id}.npy", buffer.getvalue())
    sample = spec.sample_tensor
    if sample is not None:
        sample = _add(files, sample.path, _tiff(array))
    return replace(spec, test_tensor=test, sample_tensor=sample)


def _add(files: dict[str, bytes], name: str, content: bytes) -> FileRef:
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
                [(s.id, _graph_shape(s), s.letters) for s in inputs],
                [(s.id, _graph_shape(s), s.letters) for s in outputs],
            )
            entry = _entry(_add(files, "weights.onnx", content))
            entry["opset_version"] = networks.OPSET
        elif kind == "torchscript":
            content = networks.torchscript_bytes(network, [arrays[s.id].shape for s in inputs])
            entry = _entry(_add(files, "weights-torchscript.pt", content))
            entry["pytorch_version"] = _torch_version()
        elif kind == "pytorch_state_dict":
            entry = _entry(_add(files, "weights.pt", networks.state_dict_bytes(network)))
            source = _add(files, "network.py", network.source.encode())
            entry |= dialects.architecture(
                version, source.path, str(source.sha256), network.callable, dict(network.arguments)
            )
            entry["pytorch_version"] = _torch_version()
        else:
            entry = _entry(_add(files, f"weights-{kind}.zip", b"not runnable"))
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


# --- good packages -----------------------------------------------------------------------------

NORMALIZE = Step("zero_mean_unit_variance", {"axes": "yx", "eps": 1e-6})
V4 = "0.4.10"


def _simple(tmp_path: Path, /, *, name: str = "package.zip", **fields: Any) -> Path:
    """Write one of the cases below; keyword arguments override the case's own."""
    build = fields.pop("build")
    spec = build()
    return write_package(tmp_path / name, **{**spec, **fields})


def _affine(letters: str = "bcyx", channels: Sequence[str] = ("grey",), **more: Any) -> dict:
    source = image(letters=letters, channels=channels, **more)
    result = like(source, channels=channels)
    return {"inputs": [source], "outputs": [result], "network": networks.affine()}


def _box(
    sizes: Mapping[str, Size] | Size = SteppedSize(5, 1),
    *,
    halo: int = 1,
    steps: Sequence[Step] = (),
    **more: Any,
) -> dict:
    source = image(sizes=sizes, steps=tuple(steps), **more)
    return {
        "inputs": [source],
        "outputs": [like(source, halo=halo)],
        "network": networks.box(),
    }


def _pool(least: int = 8, step: int = 2, halo: int = 2) -> dict:
    source = image(sizes=SteppedSize(least, step))
    return {
        "inputs": [source],
        "outputs": [like(source, halo=halo)],
        "network": networks.pool_up(),
    }


def _scaled(ratio: float, halo: int = 0, step: int = 2) -> dict:
    source = image(sizes=SteppedSize(12, step))
    network = networks.upsample() if ratio == 2 else networks.downsample()
    return {
        "inputs": [source],
        "outputs": [like(source, ratio=ratio, halo=halo)],
        "network": network,
    }


def _valid_convolution() -> dict:
    source = image(sizes=SteppedSize(5, 1))
    return {
        "inputs": [source],
        "outputs": [like(source, offset=-2)],
        "network": networks.box(padding=0),
    }


def _two_inputs(*, referenced: bool = True) -> dict:
    """Two images of one size; the second refers to the first (0.5 only), or both are stepped."""
    first = image("raw", sizes=SteppedSize(8, 1))
    other = replace(like(first) if referenced else first, id="other")
    return {
        "inputs": [first, other],
        "outputs": [like(first, "sum")],
        "network": networks.weighted_sum(),
    }


def _two_outputs() -> dict:
    channels = ("red", "green")
    source = image(channels=channels)
    return {
        "inputs": [source],
        "outputs": [like(source, "scaled", channels=channels), like(source, "mean")],
        "network": networks.two_outputs(),
    }


def _channels() -> dict:
    channels = ("phase", "membrane", "nucleoid")
    gain = Step("scale_linear", {"axis": "c", "gain": [1.0, 2.0, 3.0], "offset": [0.0, 1.0, 2.0]})
    source = image(channels=channels, steps=(gain, NORMALIZE))
    softmax = Step("softmax", {"axis": "c"})
    return {
        "inputs": [source],
        "outputs": [like(source, channels=channels, steps=(softmax,))],
        "network": networks.affine(),
    }


def _channel_last() -> dict:
    channels = ("a", "b")
    source = image(letters="byxc", channels=channels, sizes=SteppedSize(5, 1))
    return {
        "inputs": [source],
        "outputs": [like(source, channels=channels, halo=1)],
        "network": networks.box(2, channel_last=True),
    }


def _three_dimensional() -> dict:
    sizes = {"z": SteppedSize(4, 1), "y": SteppedSize(8, 2), "x": SteppedSize(8, 2)}
    source = image(letters="bczyx", sizes=sizes)
    return {
        "inputs": [source],
        "outputs": [like(source, halo=1)],
        "network": networks.box(ndim=3),
    }


def _own_reference() -> dict:
    """y is given, x is y + 4 of the same tensor."""
    sizes = {"y": SteppedSize(8, 4), "x": ReferencedSize("input", "y", 1.0, 4)}
    source = image(sizes=sizes)
    output = like(source)
    # Chains of references are forbidden: the output's x refers to y as well.
    x = replace(output.axis("x"), size=ReferencedSize("input", "y", 1.0, 4))
    return {
        "inputs": [source],
        "outputs": [replace(output, axes=(*output.axes[:-1], x))],
        "network": networks.affine(),
    }


def _fixed(least: int = 16) -> dict:
    source = image(sizes={"y": FixedSize(least), "x": FixedSize(least + 8)})
    return {
        "inputs": [source],
        "outputs": [like(source, halo=2)],
        "network": networks.box(),
    }


def _fixed_output() -> dict:
    sizes = {"y": FixedSize(16), "x": FixedSize(24)}
    return {
        "inputs": [image(sizes=sizes)],
        "outputs": [image("output", sizes=sizes)],
        "network": networks.box(),
    }


def _classifier() -> dict:
    channels = ("a", "b")
    source = image(channels=channels)
    return {
        "inputs": [source],
        "outputs": [like(source, "score", "bc", channels=channels)],
        "network": networks.mean_per_channel(),
    }


def _data_dependent() -> dict:
    source = image()
    rows = Axis("i", "index", FreeSize(1, 4096))
    columns = Axis("c", "channel", FixedSize(4), channel_names=("b", "c", "y", "x"))
    return {
        "inputs": [source],
        "outputs": [TensorSpec("points", (rows, columns))],
        "network": networks.positive_pixels(),
    }


def _integers(dtype: str) -> dict:
    steps = (Step("scale_linear", {"gain": 0.01, "offset": -1.0}),)
    source = image(dtype=dtype, steps=steps)
    return {"inputs": [source], "outputs": [like(source)], "network": networks.affine()}


def _calibrated() -> dict:
    source = image(sizes=SteppedSize(8, 2), scale={"y": 0.1, "x": 0.1}, unit="micrometer")
    return {
        "inputs": [source],
        "outputs": [like(source, ratio=2.0)],
        "network": networks.upsample(),
    }


def _paddings(mode: str) -> dict:
    pad = PadMode(mode, 0.25) if mode == "constant" else PadMode(mode)
    return _box(SteppedSize(8, 4), pad=pad)


def _sampled() -> dict:
    source = image(letters="bcyx", sample_tensor=FileRef("sample_input.tif"))
    output = like(source, sample_tensor=FileRef("sample_output.tif"))
    return {"inputs": [source], "outputs": [output], "network": networks.affine()}


def _label_image() -> dict:
    steps = (Step("binarize", {"threshold": 0.25}),)
    source = image()
    output = like(source, "mask", dtype="uint8", steps=steps)
    return {"inputs": [source], "outputs": [output], "network": networks.box()}


def _steps(*steps: Step, post: Sequence[Step] = (), channels: Sequence[str] = ("a", "b")) -> dict:
    source = image(channels=channels, steps=tuple(steps))
    output = like(source, channels=channels, steps=tuple(post))
    return {"inputs": [source], "outputs": [output], "network": networks.affine(0.5, 0.1)}


_EVERY_STEP = {
    "steps_linear": _steps(
        Step("scale_linear", {"gain": 2.0, "offset": -0.5}), Step("clip", {"min": -1.0, "max": 1.5})
    ),
    "steps_sigmoid": _steps(post=(Step("sigmoid"),)),
    "steps_fixed": _steps(Step("fixed_zero_mean_unit_variance", {"mean": 0.2, "std": 1.5})),
    "steps_fixed_channel": _steps(
        Step("fixed_zero_mean_unit_variance", {"axis": "c", "mean": [0.2, 0.3], "std": [1.5, 0.5]})
    ),
    "steps_range": _steps(
        Step(
            "scale_range",
            {"axes": "yx", "min_percentile": 1.0, "max_percentile": 99.8, "eps": 1e-6},
        )
    ),
    "steps_dataset": _steps(Step("zero_mean_unit_variance", {"axes": "bcyx", "eps": 1e-6})),
    "steps_binarize": _steps(post=(Step("binarize", {"threshold": 0.1}),)),
}
_NEW_STEPS = {
    "steps_softmax": _steps(post=(Step("softmax", {"axis": "c"}),)),
    "steps_dtype": _steps(
        Step("ensure_dtype", {"dtype": "float32"}),
        post=(Step("ensure_dtype", {"dtype": "float64"}),),
    ),
    "steps_one_sided_clip": _steps(Step("clip", {"min": 0.0})),
    "steps_binarize_channel": _steps(
        post=(Step("binarize", {"threshold": [0.1, 0.4], "axis": "c"}),)
    ),
    "steps_defaults": _steps(Step("zero_mean_unit_variance"), post=(Step("scale_range"),)),
}


def _missing_ids(description: dict[str, Any], files: dict[str, bytes]) -> None:
    """Leave out every id that the specification defaults: tensors', channel's, x'."""
    for tensor in (*description["inputs"], *description["outputs"]):
        del tensor["id"]
        for axis in tensor["axes"]:
            if axis.get("id") in ("channel", "x"):
                del axis["id"]


def _listed_axes(description: dict[str, Any], files: dict[str, bytes]) -> None:
    """Axes as a list of letters, as some old descriptions have them."""
    for tensor in (*description["inputs"], *description["outputs"]):
        tensor["axes"] = list(tensor["axes"])


def _case(build: Callable[..., dict], /, *args: Any, **fields: Any) -> Builder:
    """A case in ONNX only, which is quick to write; pass ``weights=ALL_WEIGHTS`` for more."""
    return partial(_simple, build=partial(build, *args), **{"weights": ("onnx",), **fields})


def _spec_of(spec: dict) -> Callable[[], dict]:
    return lambda: spec


CASES: dict[str, Builder] = {
    # axes orders
    "bcyx": _case(_box),
    "bcyx_0_4": _case(_box, format_version=V4),
    "channel_last": _case(_channel_last),
    "channel_last_0_4": _case(_channel_last, format_version=V4),
    "no_batch": _case(_affine, "cyx"),
    "no_batch_0_4": _case(_affine, "cyx", format_version=V4),
    "no_channel": _case(_affine, "byx"),
    "bare_yx": _case(_affine, "yx"),
    "bcxy": _case(_affine, "bcxy"),
    "time_series": _case(_affine, "btcyx"),
    "time_series_0_4": _case(_affine, "btcyx", format_version=V4),
    "three_dimensional": _case(_three_dimensional),
    "three_dimensional_0_4": _case(_three_dimensional, format_version=V4),
    # size rules and halo
    "stepped": _case(_pool),
    "stepped_0_4": _case(_pool, format_version=V4),
    "stepped_large": _case(_pool, 32, 16, 8),
    "fixed": _case(_fixed),
    "fixed_output": _case(_fixed_output),
    "fixed_output_0_4": _case(_fixed_output, format_version=V4),
    "valid_convolution": _case(_valid_convolution),
    "valid_convolution_0_4": _case(_valid_convolution, format_version=V4),
    "own_reference": _case(_own_reference),
    "upsampled": _case(_scaled, 2.0),
    "upsampled_0_4": _case(_scaled, 2.0, format_version=V4),
    "upsampled_halo": _case(_scaled, 2.0, 4),
    "downsampled": _case(_scaled, 0.5),
    "downsampled_0_4": _case(_scaled, 0.5, format_version=V4),
    "downsampled_halo": _case(_scaled, 0.5, 2),
    "halo_too_small": _case(partial(_box, halo=0)),
    "calibrated": _case(_calibrated),
    "pad_constant": _case(_paddings, "constant"),
    "pad_edge": _case(_paddings, "edge"),
    "pad_reflect": _case(_paddings, "reflect"),
    # several tensors, other outputs
    "two_inputs": _case(_two_inputs),
    "two_inputs_0_4": _case(partial(_two_inputs, referenced=False), format_version=V4),
    "two_outputs": _case(_two_outputs),
    "two_outputs_0_4": _case(_two_outputs, format_version=V4),
    "three_channels": _case(_channels),
    "classifier": _case(_classifier),
    "data_dependent": _case(_data_dependent),
    "mask": _case(_label_image),
    "mask_0_4": _case(_label_image, format_version=V4),
    # data types
    "uint8": _case(_integers, "uint8"),
    "uint16": _case(_integers, "uint16"),
    "uint16_0_4": _case(_integers, "uint16", format_version=V4),
    # files
    "all_weights": _case(partial(_box, steps=(NORMALIZE,)), weights=ALL_WEIGHTS),
    "all_weights_0_4": _case(
        partial(_box, steps=(NORMALIZE,)), weights=ALL_WEIGHTS, format_version=V4
    ),
    "torchscript_only": _case(_box, weights=("torchscript",)),
    "state_dict_only": _case(_box, weights=("pytorch_state_dict",)),
    "sample_tensors": _case(_sampled),
    "sample_tensors_0_4": _case(_sampled, format_version=V4),
    "folder": _case(_box, name="package"),
    "folder_0_4": _case(_box, name="package", format_version=V4),
    "bioimageio_yaml": _case(_box, descriptor="bioimageio.yaml"),
    "model_yaml": _case(_box, name="package", descriptor="model.yaml"),
    "one_folder_down": _case(_box, folder_in_zip="tiny/"),
    # versions
    "format_0_5_0": _case(_box, format_version="0.5.0"),
    "format_0_5_12": _case(_box, format_version="0.5.12"),
    "format_0_4_4": _case(_box, format_version="0.4.4"),
    "missing_ids": _case(partial(_affine, "bcx"), change=_missing_ids),
    "list_axes_0_4": _case(_box, format_version=V4, change=_listed_axes),
    # steps
    **{name: _case(_spec_of(spec)) for name, spec in (_EVERY_STEP | _NEW_STEPS).items()},
    **{
        f"{name}_0_4": _case(_spec_of(spec), format_version=V4)
        for name, spec in _EVERY_STEP.items()
    },
}


# --- packages that must not run ----------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """A package that must be refused.

    ``when`` is ``open`` (by `open_package`), ``read`` (when its weights are read or loaded) or
    ``run`` (opens and reads well, but must not give a result).  ``error`` is the class expected of
    the first two, and the least specific one acceptable of the third.
    """

    build: Builder
    when: str
    error: type[DeepbacsZooError] = PackageError

    def __call__(self, tmp_path: Path, **fields: Any) -> Path:
        return self.build(tmp_path, **fields)


def _edit(*path: Any, value: Any) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        place: Any = description
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def _flip_a_byte(name: str) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        content = bytearray(files[name])
        content[len(content) // 2] ^= 1
        files[name] = bytes(content)

    return change


def _drop(name: str) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        del files[name]

    return change


def _wrong_channels() -> dict:
    """The description says 2 channels, the network takes 1."""
    channels = ("a", "b")
    source = image(channels=channels)
    return {
        "inputs": [source],
        "outputs": [like(source, channels=channels)],
        "network": replace(networks.box(1), compute=lambda x: (x,)),
    }


def _wrong_size() -> dict:
    """The description says that the output is twice the input; the network keeps the size."""
    source = image(sizes=SteppedSize(8, 2))
    return {
        "inputs": [source],
        "outputs": [like(source, ratio=2.0)],
        "network": networks.affine(),
    }


def _foreign_step(description: dict[str, Any], files: dict[str, bytes]) -> None:
    code = b"import pathlib\npathlib.Path('executed').touch()\ndef run():\n    return lambda x: x\n"
    file = _add(files, "foreign.py", code)
    description["outputs"][0]["postprocessing"] = [
        {
            "id": "custom",
            "callable": "run",
            "source": file.path,
            "sha256": file.sha256,
            "kwargs": {},
        }
    ]


def _foreign_network() -> dict:
    """Weights only as a state dict whose architecture file is not one of ours."""
    spec = _box()
    source = "import pathlib\npathlib.Path('executed').touch()\n" + spec["network"].source
    return {**spec, "network": replace(spec["network"], source=source)}


_UNKNOWN_STEP = [{"id": "deconvolve", "kwargs": {"iterations": 3}}]

REFUSED: dict[str, Refusal] = {
    "wrong_channel_count": Refusal(_case(_wrong_channels), "run", DeepbacsZooError),
    "wrong_output_size": Refusal(_case(_wrong_size), "run", DeepbacsZooError),
    "unknown_step": Refusal(
        _case(_box, change=_edit("inputs", 0, "preprocessing", value=_UNKNOWN_STEP)),
        "run",
        UnsupportedError,
    ),
    "foreign_step": Refusal(_case(_box, change=_foreign_step), "run", UnsupportedError),
    "foreign_network": Refusal(
        _case(_foreign_network, weights=("pytorch_state_dict",)), "run", UnsupportedError
    ),
    "tampered_weights": Refusal(
        _case(_box, change=_flip_a_byte("weights.onnx")), "read", IntegrityError
    ),
    "tampered_weights_folder": Refusal(
        _case(_box, name="package", change=_flip_a_byte("weights.onnx")), "read", IntegrityError
    ),
    "missing_weights": Refusal(_case(_box, change=_drop("weights.onnx")), "read", IntegrityError),
    "weights_elsewhere": Refusal(
        _case(
            _box,
            change=_edit("weights", "onnx", "source", value="https://example.org/weights.onnx"),
        ),
        "read",
        UnsupportedError,
    ),
    "weights_outside": Refusal(
        _case(_box, change=_edit("weights", "onnx", "source", value="../weights.onnx")), "open"
    ),
    "no_inputs": Refusal(_case(_box, change=_edit("inputs", value=[])), "open"),
    "no_outputs": Refusal(_case(_box, change=_edit("outputs", value=[])), "open"),
    "no_weights": Refusal(_case(_box, change=_edit("weights", value={})), "open"),
    "data_of_other_channels": Refusal(
        _case(
            _box,
            change=_edit("inputs", 0, "data", value=[{"type": "float32"}, {"type": "float32"}]),
        ),
        "open",
    ),
    "unknown_reference": Refusal(
        _case(
            _box,
            change=_edit(
                "outputs", 0, "axes", 2, "size", value={"tensor_id": "raw", "axis_id": "y"}
            ),
        ),
        "open",
    ),
    "same_ids": Refusal(_case(_box, change=_edit("outputs", 0, "id", value="input")), "open"),
    "two_axes_without_id": Refusal(
        _case(_box, change=_edit("inputs", 0, "axes", 2, value={"type": "space", "size": 16})),
        "open",
    ),
    "format_0_3": Refusal(
        _case(_box, change=_edit("format_version", value="0.3.6")), "open", UnsupportedError
    ),
    "format_0_6": Refusal(
        _case(_box, change=_edit("format_version", value="0.6.0")), "open", UnsupportedError
    ),
    "dataset": Refusal(
        _case(_box, change=_edit("type", value="dataset")), "open", UnsupportedError
    ),
}
