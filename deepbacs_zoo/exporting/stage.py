"""Everything of a package but its documentation: weights, tensors, description."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.cards import Card
from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.kinds import KINDS
from deepbacs_zoo.exporting.samples import choose_crop, constant_offset
from deepbacs_zoo.exporting.staged import Stage
from deepbacs_zoo.exporting.trained_model import TrainedModel
from deepbacs_zoo.exporting.weights.agreement import check_agreement
from deepbacs_zoo.exporting.weights.onnx import OPSET, read_graph, write_onnx
from deepbacs_zoo.exporting.weights.torch import (
    Shape,
    compute,
    one_thread,
    parameter_count,
    torch_version,
    write_state_dict,
    write_torchscript,
)
from deepbacs_zoo.graph.memory import peak_bytes_per_pixel
from deepbacs_zoo.graph.receptive_field import ReceptiveField, measure_radius, receptive_field_of
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.writing import description as names
from deepbacs_zoo.package.writing.description import (
    Architecture,
    Content,
)
from deepbacs_zoo.package.zoo_config import ZooConfig
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.processing import apply
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.tensors import Axis, FileRef, ReferencedSize, SteppedSize, TensorSpec

__all__ = ["stage"]

REFERENCE: Final = "pytorch_state_dict"
"""The weights whose output is the expected one; the others are made from them."""


def stage(model: TrainedModel, card: Card, folder: Path) -> Stage:
    """Write weights, test tensors, sample tensors and a first description into a folder.

    Raises
    ------
    ModelError
        A weights format does not compute what the network does, or looks further than computed.
    """
    field = _write_weights(model, folder)
    graph = read_graph(folder / names.ONNX, _shape(model, field))
    memory = peak_bytes_per_pixel(graph)
    inputs, outputs = _sized(model, field)
    parameters = parameter_count(model.network)
    staged = Stage(
        folder=folder,
        model=model,
        content=Content(
            folder=folder,
            inputs=inputs,
            outputs=outputs,
            ranges=model.ranges,
            architecture=Architecture(
                model.network_file.name, model.network_callable, model.network_kwargs
            ),
            torch_version=torch_version(),
            opset=OPSET,
            zoo_config=_zoo_config(model, field, memory),
            facts={"model_parameter_count": parameters, **model.details},
            network_tags=model.network_tags,
            timestamp=_timestamp(model),
        ),
        receptive_field=field,
        peak_bytes_per_pixel=memory,
        parameters=parameters,
    )
    classes = model.method_arguments.get("classes", ())
    crop = choose_crop(
        model.pairs, field, model.annotation, classes, lambda c: _has_objects(model, c)
    )
    offset = constant_offset(crop, inputs[0].steps)
    staged = dataclasses.replace(staged, offset=offset)
    return _with_tensors(staged, card, crop - np.float32(offset))


def _has_objects(model: TrainedModel, crop: npt.NDArray[np.float32]) -> bool:
    """Say whether the network finds an object in a crop: test tensors without any test little."""
    found = compute(model.network, apply(model.inputs[0].steps, crop, "bcyx"))[0]
    size = (crop.shape[2], crop.shape[3])
    return KINDS[model.result].has_objects(model.decode, found, size)


def _write_weights(model: TrainedModel, folder: Path) -> ReceptiveField:
    """Write all weights and the network's code; return the measured receptive field."""
    network, first = model.network, model.inputs[0]
    # Line ends as in the repository: runners know the file by its hash.
    code = model.network_file.read_bytes().replace(b"\r\n", b"\n")
    (folder / model.network_file.name).write_bytes(code)
    write_state_dict(network, folder / names.STATE_DICT)
    onnx = folder / names.ONNX
    # Valid sizes follow from the receptive field, which is read from a graph of a guessed size.
    channels = len(first.axis("c").channel_names)
    guess: Shape = (1, channels, 128, 128)
    write_onnx(network, guess, onnx, input_id=first.id, output_id=model.outputs[0].id)
    field = receptive_field_of(read_graph(onnx, guess))
    write_torchscript(network, _shape(model, field), folder / names.TORCHSCRIPT)
    shapes = _other_shapes(model, field)
    for name in (names.ONNX, names.TORCHSCRIPT):
        check_agreement(network, folder / name, shapes)
    _confirm(model, field)
    return field


def _confirm(model: TrainedModel, field: ReceptiveField) -> None:
    def run(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return compute(model.network, image)

    measured = measure_radius(run, len(model.inputs[0].axis("c").channel_names), field)
    if measured > field.radius:
        raise ModelError(
            model.name,
            "the network looks further than its graph says",
            value=f"{measured} pixels",
            allowed=f"{field.radius} pixels, which its operators give",
            hint="report this network; its halo cannot be trusted",
        )


def _shape(model: TrainedModel, field: ReceptiveField) -> Shape:
    return (
        1,
        len(model.inputs[0].axis("c").channel_names),
        field.smallest,
        field.smallest,
    )


def _other_shapes(model: TrainedModel, field: ReceptiveField) -> list[Shape]:
    """Return sizes that neither exporter saw: not square, and two images."""
    batch, channels, side, _ = _shape(model, field)
    return [
        (batch, channels, side + field.step, side + 3 * field.step),
        (batch + 1, channels, side + 2 * field.step, side),
    ]


def _sized(
    model: TrainedModel, field: ReceptiveField
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """Return the method's tensors with sizes, halo and file names."""
    first = model.inputs[0].id

    def of_input(axis: Axis) -> Axis:
        if axis.name not in "yx":
            return axis
        return dataclasses.replace(axis, size=SteppedSize(field.smallest, field.step))

    def of_output(axis: Axis) -> Axis:
        if axis.name not in "yx":
            return axis
        size = ReferencedSize(first, axis.name, 1 / field.scale)
        # The halo is in pixels of the output; both are multiples of the step.
        halo = field.halo // field.scale
        return dataclasses.replace(axis, size=size, halo=halo, scale=float(field.scale))

    return (
        tuple(_rewritten(spec, of_input) for spec in model.inputs),
        tuple(_rewritten(spec, of_output) for spec in model.outputs),
    )


def _rewritten(spec: TensorSpec, change: Callable[[Axis], Axis]) -> TensorSpec:
    return dataclasses.replace(spec, axes=tuple(change(axis) for axis in spec.axes))


def _zoo_config(model: TrainedModel, field: ReceptiveField, memory: float) -> ZooConfig:
    return ZooConfig(
        task=model.task,
        method=model.method,
        method_arguments=model.method_arguments,
        pixel_size=dict(zip("yx", model.pixel_size or (), strict=False)),
        peak_bytes_per_pixel=memory,
        receptive_field=2 * field.radius + 1,
        decode=model.decode,
    )


def _timestamp(model: TrainedModel) -> str | None:
    """Return SOURCE_DATE_EPOCH (reproducible-builds.org) where it is set, else the training's end.

    Never the time of the export, or two exports of one run would differ.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).isoformat()
    return model.timestamp


def _with_tensors(staged: Stage, card: Card, crop: npt.NDArray[np.float32]) -> Stage:
    """Add test and sample tensors; the expected output is that of the reference weights."""
    folder, content = staged.folder, staged.content
    staged.describe(card, {})
    raw, result = content.inputs[0], content.outputs[0]
    with one_thread(), open_package(folder) as package:
        session = load_session(package, device="cpu", weights_format=REFERENCE, trust=True)
        try:
            found = run_network(package, session, {raw.id: crop})[result.id]
        finally:
            session.close()
    inputs = (_saved(staged, raw, crop),)
    outputs = (_saved(staged, result, found),)
    new = dataclasses.replace(content, inputs=inputs, outputs=outputs)
    complete = dataclasses.replace(staged, content=new)
    complete.describe(card, {})
    return complete


def _saved(staged: Stage, spec: TensorSpec, array: npt.NDArray[np.float32]) -> TensorSpec:
    """Write one tensor as .npy, and as a TIFF that ImageJ opens."""
    test, sample = f"test_{spec.id}.npy", f"sample_{spec.id}.tif"
    np.save(staged.folder / test, np.ascontiguousarray(array), allow_pickle=False)
    size, scale = staged.model.pixel_size, spec.axis("x").scale
    calibration = Calibration(
        x=size[1] * scale if size else None,
        y=size[0] * scale if size else None,
        z=None,
        unit="µm" if size else "pixel",
        frame_interval=None,
    )
    # Without its batch of one, so that the image has the channels and sides of the tensor.
    write_tiff(staged.folder / sample, array[0], axes="cyx", calibration=calibration)
    return dataclasses.replace(spec, test_tensor=FileRef(test), sample_tensor=FileRef(sample))
