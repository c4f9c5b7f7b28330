"""Write frozen tensor descriptions back into the YAML forms of formats 0.4 and 0.5.

Written from the format's documentation, not from the reader: the reader's tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deepbacs_zoo.tensors import (
    Axis,
    FixedSize,
    FreeSize,
    PadMode,
    ReferencedSize,
    Step,
    SteppedSize,
    TensorSpec,
)

TYPES = {"b": "batch", "i": "index", "t": "time", "c": "channel", "z": "space"}
TYPES |= {"y": "space", "x": "space"}
DEFAULT_IDS = {"b": "batch", "i": "index", "t": "time", "c": "channel", "z": "z"}
DEFAULT_IDS |= {"y": "y", "x": "x"}


# --- format 0.5 --------------------------------------------------------------------------------


def axis_05(axis: Axis, specs: Mapping[str, TensorSpec]) -> dict[str, Any]:
    kind = TYPES[axis.name]
    if kind == "batch":
        size = {"size": 1} if axis.size == FixedSize(1) else {}
        return {"type": "batch", **size}
    result: dict[str, Any] = {"type": kind, "id": axis.id}
    if kind == "channel":
        return {**result, "channel_names": list(axis.channel_names)}
    result["size"] = _size_05(axis.size, specs)
    if axis.scale != 1:
        result["scale"] = axis.scale
    if axis.unit is not None:
        result["unit"] = axis.unit
    if axis.halo:
        result["halo"] = axis.halo
    return result


def _size_05(size: object, specs: Mapping[str, TensorSpec]) -> Any:
    match size:
        case FixedSize(value):
            return value
        case SteppedSize(least, step):
            return {"min": least, "step": step}
        case FreeSize(least, most):
            return {"min": least} if most is None else {"min": least, "max": most}
        case ReferencedSize(tensor, axis, _, offset):
            reference = {"tensor_id": tensor, "axis_id": specs[tensor].axis(axis).id}
            return {**reference, "offset": int(offset)} if offset else reference
    raise AssertionError(size)


def step_05(step: Step, axes_to_ids: Mapping[str, str]) -> dict[str, Any]:
    kwargs = dict(step.kwargs)
    if step.name == "custom":
        return {"id": "custom", **kwargs}
    if "axes" in kwargs:
        kwargs["axes"] = [axes_to_ids[axis] for axis in kwargs["axes"]]
    if "axis" in kwargs:
        kwargs["axis"] = axes_to_ids[kwargs["axis"]]
    return {"id": step.name, "kwargs": kwargs} if kwargs else {"id": step.name}


def tensor_05(spec: TensorSpec, specs: Mapping[str, TensorSpec], *, is_input: bool) -> dict:
    ids = {axis.name: axis.id for axis in spec.axes}
    result: dict[str, Any] = {
        "id": spec.id,
        "description": spec.description,
        "axes": [axis_05(axis, specs) for axis in spec.axes],
        "data": {"type": spec.dtype},
    }
    if spec.dtype == "bool":
        result["data"]["values"] = [False, True]
    if spec.test_tensor is not None:
        result["test_tensor"] = {
            "source": spec.test_tensor.path,
            "sha256": spec.test_tensor.sha256,
        }
    if spec.sample_tensor is not None:
        result["sample_tensor"] = {
            "source": spec.sample_tensor.path,
            "sha256": spec.sample_tensor.sha256,
        }
    if is_input and spec.optional:
        result["optional"] = True
    if is_input and spec.pad != PadMode():
        value = {"value": spec.pad.value} if spec.pad.mode == "constant" else {}
        result["pad"] = {"mode": spec.pad.mode, **value}
    if spec.steps:
        key = "preprocessing" if is_input else "postprocessing"
        result[key] = [step_05(step, ids) for step in spec.steps]
    return result


# --- format 0.4 --------------------------------------------------------------------------------


def tensor_04(spec: TensorSpec, specs: Mapping[str, TensorSpec], *, is_input: bool) -> dict:
    result: dict[str, Any] = {
        "name": spec.id,
        "description": spec.description,
        "axes": spec.axis_names,
        "data_type": spec.dtype,
        "shape": _shape_04(spec, specs),
    }
    if not is_input and any(axis.halo for axis in spec.axes):
        result["halo"] = [axis.halo for axis in spec.axes]
    if spec.steps:
        key = "preprocessing" if is_input else "postprocessing"
        result[key] = [step_04(step, spec) for step in spec.steps]
    return result


def _shape_04(spec: TensorSpec, specs: Mapping[str, TensorSpec]) -> Any:
    references = {a.size.tensor for a in spec.axes if isinstance(a.size, ReferencedSize)}
    if references:
        (reference,) = references
        pairs = [_implicit_04(axis, specs[reference]) for axis in spec.axes]
        return {
            "reference_tensor": reference,
            "scale": [scale for scale, _ in pairs],
            "offset": [offset for _, offset in pairs],
        }
    least, step = zip(*(_explicit_04(axis) for axis in spec.axes), strict=True)
    return {"min": list(least), "step": list(step)} if any(step) else list(least)


def _explicit_04(axis: Axis) -> tuple[int, int]:
    match axis.size:
        case FixedSize(value):
            return value, 0
        case SteppedSize(least, step):
            return least, step
        case FreeSize(least, _):
            return least, 0
    raise AssertionError(axis)


def _implicit_04(axis: Axis, reference: TensorSpec) -> tuple[float | None, float]:
    if isinstance(axis.size, ReferencedSize):
        return axis.size.scale, axis.size.offset / 2
    if axis.name == "b":
        return 1.0, 0
    assert isinstance(axis.size, FixedSize)
    known = reference.size_of(axis.name)
    # An axis that the reference lacks is a new one, whose size is twice its offset.
    return (None, axis.size.value / 2) if known is None else (1.0, (axis.size.value - known) / 2)


def step_04(step: Step, spec: TensorSpec) -> dict[str, Any]:
    kwargs = dict(step.kwargs)
    name = step.name
    along = kwargs.pop("axis", None)
    jointly = "".join(a for a in spec.axis_names if a not in ("b", along))
    if name == "fixed_zero_mean_unit_variance":
        return {
            "name": "zero_mean_unit_variance",
            "kwargs": {"mode": "fixed", "axes": jointly, **kwargs},
        }
    if name == "scale_linear" and along is not None:
        kwargs["axes"] = jointly
    if name in ("zero_mean_unit_variance", "scale_range", "scale_mean_variance"):
        axes = kwargs.get("axes", spec.axis_names)
        kwargs["mode"] = "per_dataset" if "b" in axes else "per_sample"
        kwargs["axes"] = axes.replace("b", "")
    return {"name": name, "kwargs": kwargs} if kwargs else {"name": name}


# --- the rest of a description -----------------------------------------------------------------


def common(version: tuple[int, ...], name: str) -> dict[str, Any]:
    """Everything that is neither a tensor nor weights."""
    wrapped = version >= (0, 5, 11)
    cover, readme = "cover.png", "README.md"
    return {
        "format_version": ".".join(map(str, version)),
        "type": "model",
        "name": name,
        "description": "A tiny model for tests",
        "version": "0.1.0",
        "timestamp": "2026-01-01T00:00:00",
        "authors": [{"name": "Ada Lovelace", "affiliation": "none"}],
        "cite": [{"text": "none", "doi": "10.5281/zenodo.5764892"}],
        "license": "CC0-1.0",
        "documentation": {"source": readme} if wrapped else readme,
        "covers": [{"source": cover}] if wrapped else [cover],
        "tags": ["tiny"],
    }


def tensors(
    version: tuple[int, ...], inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]
) -> dict[str, Any]:
    specs = {spec.id: spec for spec in (*inputs, *outputs)}
    if version >= (0, 5):
        return {
            "inputs": [tensor_05(spec, specs, is_input=True) for spec in inputs],
            "outputs": [tensor_05(spec, specs, is_input=False) for spec in outputs],
        }
    result: dict[str, Any] = {
        "inputs": [tensor_04(spec, specs, is_input=True) for spec in inputs],
        "outputs": [tensor_04(spec, specs, is_input=False) for spec in outputs],
        "test_inputs": [s.test_tensor.path for s in inputs if s.test_tensor],
        "test_outputs": [s.test_tensor.path for s in outputs if s.test_tensor],
    }
    samples = {
        "sample_inputs": [s.sample_tensor.path for s in inputs if s.sample_tensor],
        "sample_outputs": [s.sample_tensor.path for s in outputs if s.sample_tensor],
    }
    return result | {key: value for key, value in samples.items() if value}


def architecture(
    version: tuple[int, ...], source: str, sha256: str, name: str, kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The fields of a ``pytorch_state_dict`` entry that say how to build the network."""
    if version >= (0, 5):
        return {
            "architecture": {
                "source": source,
                "sha256": sha256,
                "callable": name,
                "kwargs": kwargs,
            }
        }
    return {
        "architecture": f"{source}:{name}",
        "architecture_sha256": sha256,
        "kwargs": kwargs,
    }
