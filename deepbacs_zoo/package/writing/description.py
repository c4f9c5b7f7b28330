"""The description of a package (``rdf.yaml``) in the dialect that every consumer reads.

Format 0.5.10: from 0.5.11 on documentation and covers are mappings, which JDLL and bioimageio.core
before 0.11 refuse.  Written by hand rather than through bioimageio.spec, which always writes its
newest format; what is written is then checked by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.package.metadata import Metadata
from deepbacs_zoo.package.writing.jdll import leading_spelling
from deepbacs_zoo.package.yaml_text import dump_yaml
from deepbacs_zoo.package.zoo_config import ZooConfig
from deepbacs_zoo.tensors import Axis, FixedSize, ReferencedSize, Step, SteppedSize, TensorSpec

__all__ = ["FORMAT", "Architecture", "Content", "describe", "write_description"]

FORMAT: Final = "0.5.10"
DESCRIPTION: Final = "rdf.yaml"
DOCUMENTATION: Final = "README.md"
COVER: Final = "cover.png"
ONNX: Final = "weights.onnx"
TORCHSCRIPT: Final = "weights_torchscript.pt"
STATE_DICT: Final = "weights.pt"

FORMATS: Final = ("pytorch_state_dict", "torchscript", "onnx")
"""The weights formats of a package that everyone reads; the others are made from the first."""

_ABSOLUTE: Final = 1.5e-4
_RELATIVE: Final = 1e-4
"""The zoo's own test of partners: |difference| <= 1.5e-4 + 1e-4 |expected|."""

_PIXELS: Final = 5e-3
"""The absolute tolerance of outputs in pixels: programs normalize in float32, which moves the rims
of objects by 1e-3 pixels."""

_AXIS_TYPES: Final[Mapping[str, str]] = {
    "b": "batch", "i": "index", "t": "time", "c": "channel", "z": "space", "y": "space",
    "x": "space",
}  # fmt: skip


@dataclass(frozen=True)
class Architecture:
    """The network's code: file name in the package, name of the class, its arguments."""

    file: str
    callable: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """Everything that the description states beside the metadata.

    Parameters
    ----------
    folder
        The folder of the package; all files but the description lie in it.
    inputs, outputs
        The tensors; those of outputs refer to the sizes of inputs.
    ranges
        Smallest and largest value per output id.
    architecture
        The network's code.
    torch_version
        The PyTorch version that wrote the weights.
    opset
        The operator set of the ONNX weights.
    zoo_config
        The entry ``config.deepbacs_zoo``.
    facts
        What goes into ``config.bioimageio`` beside the tolerances.
    network_tags
        Tags of the network, for example ``unet``.
    timestamp
        When the model was made, ISO 8601 with time zone; ``None`` leaves it out.
    formats
        The weights formats that it has.
    """

    folder: Path
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: Mapping[str, tuple[float | None, float | None]]
    architecture: Architecture
    torch_version: str
    opset: int
    zoo_config: ZooConfig
    facts: Mapping[str, Any]
    network_tags: tuple[str, ...] = ()
    timestamp: str | None = None
    formats: tuple[str, ...] = FORMATS


def describe(metadata: Metadata, content: Content) -> dict[str, Any]:
    """Return the description as plain data in the order in which a reader wants it."""
    tensors = {spec.id: spec for spec in (*content.inputs, *content.outputs)}
    return {
        "format_version": FORMAT,
        "type": "model",
        **metadata.as_description(),
        "inputs": [_input(spec, content) for spec in content.inputs],
        "outputs": [_output(spec, content, tensors) for spec in content.outputs],
        "weights": _weights(content),
        "config": {
            "bioimageio": {
                "reproducibility_tolerance": _tolerances(content),
                **content.facts,
            },
            "deepbacs_zoo": _plain(content.zoo_config.as_config()),
        },
    }


def write_description(description: Mapping[str, Any], folder: Path) -> Path:
    """Write ``rdf.yaml`` into the package's folder and return its path."""
    path = folder / DESCRIPTION
    path.write_text(dump_yaml(dict(description)), encoding="utf-8", newline="\n")
    return path


def _input(spec: TensorSpec, content: Content) -> dict[str, Any]:
    return {
        "id": spec.id,
        "description": spec.description,
        "axes": [_axis(axis, {}) for axis in spec.axes],
        "data": {"type": spec.dtype},
        **_steps("preprocessing", spec),
        **_files(spec, content.folder),
    }


def _output(
    spec: TensorSpec, content: Content, tensors: Mapping[str, TensorSpec]
) -> dict[str, Any]:
    low, high = content.ranges[spec.id]
    return {
        "id": spec.id,
        "description": spec.description,
        "axes": [_axis(axis, tensors) for axis in spec.axes],
        "data": {"type": spec.dtype, "range": [low, high]},
        **_steps("postprocessing", spec),
        **_files(spec, content.folder),
    }


def _files(spec: TensorSpec, folder: Path) -> dict[str, Any]:
    return {
        f"{kind}_tensor": _file(folder, reference.path)
        for kind, reference in (("test", spec.test_tensor), ("sample", spec.sample_tensor))
        if reference is not None
    }


def _axis(axis: Axis, tensors: Mapping[str, TensorSpec]) -> dict[str, Any]:
    """Return one axis.

    Its scale is stated for outputs on a grid only, those that the real deepImageJ fails on (README
    of exporting).
    """
    kind = _AXIS_TYPES[axis.name]
    if kind == "batch":
        return {"type": "batch"}
    if kind == "channel":
        return {"type": "channel", "id": axis.id, "channel_names": list(axis.channel_names)}
    described: dict[str, Any] = {"type": kind, "id": axis.id, "size": _size(axis, tensors)}
    if axis.scale != 1:
        described["scale"] = axis.scale
    return {**described, "halo": axis.halo} if axis.halo else described


def _size(axis: Axis, tensors: Mapping[str, TensorSpec]) -> object:
    match axis.size:
        case FixedSize(value):
            return value
        case SteppedSize(smallest, step):
            return {"min": smallest, "step": step}
        case ReferencedSize(tensor, axis_name, _, offset):
            other = tensors[tensor].axis(axis_name)
            return {"tensor_id": tensor, "axis_id": other.id, "offset": int(offset)}
        case _:
            raise AssertionError(axis.size)  # tasks state no free sizes


def _steps(field_name: str, spec: TensorSpec) -> dict[str, Any]:
    return {field_name: [_step(step, spec) for step in spec.steps]} if spec.steps else {}


def _step(step: Step, spec: TensorSpec) -> dict[str, Any]:
    """Return an operation with the ids of its axes instead of their names."""
    kwargs = dict(step.kwargs)
    if isinstance(axes := kwargs.get("axes"), str):
        kwargs["axes"] = [spec.axis(axis).id for axis in axes]
    if isinstance(axis := kwargs.get("axis"), str) and len(axis) == 1:
        kwargs["axis"] = spec.axis(axis).id
    return {"id": step.name, **({"kwargs": _plain(kwargs)} if kwargs else {})}


def _weights(content: Content) -> dict[str, Any]:
    return {name: _ENTRIES[name](content) for name in content.formats}


def _state_dict(content: Content) -> dict[str, Any]:
    architecture = content.architecture
    return {
        **_file(content.folder, STATE_DICT),
        "architecture": {
            **_file(content.folder, architecture.file),
            "callable": architecture.callable,
            "kwargs": _plain(architecture.kwargs),
        },
        "pytorch_version": content.torch_version,
    }


def _torchscript(content: Content) -> dict[str, Any]:
    version = content.torch_version
    if "onnx" in content.formats:
        version = leading_spelling(version, content.opset)
    return {
        **_file(content.folder, TORCHSCRIPT),
        **_parent(content),
        "pytorch_version": version,
    }


def _onnx(content: Content) -> dict[str, Any]:
    return {
        **_file(content.folder, ONNX),
        **_parent(content),
        "opset_version": content.opset,
    }


def _parent(content: Content) -> dict[str, str]:
    parent = "pytorch_state_dict"
    return {"parent": parent} if parent in content.formats else {}


_ENTRIES: Final[Mapping[str, Callable[[Content], dict[str, Any]]]] = {
    "pytorch_state_dict": _state_dict,
    "torchscript": _torchscript,
    "onnx": _onnx,
}


def _tolerances(content: Content) -> list[dict[str, Any]]:
    """State a tolerance for each output and weights format: the first match counts."""
    return [
        {
            "relative_tolerance": _RELATIVE,
            "absolute_tolerance": _ABSOLUTE if _is_share(content.ranges[spec.id]) else _PIXELS,
            "mismatched_elements_per_million": 0,
            "output_ids": [spec.id],
            "weights_formats": [name],
        }
        for spec in content.outputs
        for name in content.formats
    ]


def _is_share(limits: tuple[float | None, float | None]) -> bool:
    """Return whether values are from 0 to 1, such as probabilities; others are pixels."""
    return limits == (0.0, 1.0)


def _file(folder: Path, name: str) -> dict[str, str]:
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return {"source": name, "sha256": digest}


def _plain(value: object) -> object:
    """Turn frozen mappings and tuples into what YAML and JSON know."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return value
