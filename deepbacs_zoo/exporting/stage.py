"""Everything of a package but its documentation: weights, tensors, description."""

from __future__ import annotations

import dataclasses
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.form import FORMS, Form
from deepbacs_zoo.exporting.kinds import KINDS
from deepbacs_zoo.exporting.samples import choose_crop, constant_offset
from deepbacs_zoo.exporting.staged import Stage
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
from deepbacs_zoo.tensors import FileRef, TensorSpec

if TYPE_CHECKING:
    from deepbacs_zoo.cards import Card
    from deepbacs_zoo.exporting.trained_model import TrainedModel
    from deepbacs_zoo.graph.nodes import Graph

__all__ = ["stage"]


def stage(model: TrainedModel, card: Card, folder: Path) -> Stage:
    """Write weights, test tensors, sample tensors and a first description into a folder.

    Raises
    ------
    ModelError
        A weights format does not compute what the network does, or looks further than computed.
    """
    graph, field = _measured(model, folder)
    form = FORMS[model.consumer](model, field)
    agreement = _write_weights(model, form, field, folder)
    memory = peak_bytes_per_pixel(graph, form.bytes_around)
    parameters = parameter_count(model.network)
    staged = Stage(
        folder=folder,
        model=model,
        content=Content(
            folder=folder,
            inputs=form.inputs,
            outputs=form.outputs,
            ranges=model.ranges,
            architecture=Architecture(
                model.network_file.name, model.network_callable, model.network_kwargs
            ),
            torch_version=torch_version(),
            opset=OPSET,
            zoo_config=_zoo_config(model, form, field, memory),
            facts={"model_parameter_count": parameters, **model.details},
            network_tags=model.network_tags,
            timestamp=_timestamp(model),
            formats=form.formats,
        ),
        receptive_field=field,
        peak_bytes_per_pixel=memory,
        parameters=parameters,
        agreement=agreement,
    )
    first = form.inputs[0]
    crop = choose_crop(
        model.pairs, form.size, model.annotations, lambda c: _has_objects(model, form, c)
    )
    offset = constant_offset(crop, first.steps)
    staged = dataclasses.replace(staged, offset=offset)
    return _with_tensors(staged, card, crop - np.float32(offset))


def _measured(model: TrainedModel, folder: Path) -> tuple[Graph, ReceptiveField]:
    """Write the network as ONNX; return its graph and the measured receptive field."""
    first, path = model.inputs[0], folder / names.ONNX
    # Valid sizes follow from the receptive field, which is read from a graph of a guessed size.
    guess: Shape = (1, len(first.axis("c").channel_names), 128, 128)
    write_onnx(model.network, guess, path, input_id=first.id, output_id=model.outputs[0].id)
    field = receptive_field_of(read_graph(path, guess))
    _confirm(model, field)
    return read_graph(path, _shape(model, field)), field


def _write_weights(model: TrainedModel, form: Form, field: ReceptiveField, folder: Path) -> float:
    """Write the weights of a form; return their largest difference from the network."""
    network, onnx, script = model.network, folder / names.ONNX, folder / names.TORCHSCRIPT
    if "pytorch_state_dict" in form.formats:
        # Line ends as in the repository: runners know the file by its hash.
        code = model.network_file.read_bytes().replace(b"\r\n", b"\n")
        (folder / model.network_file.name).write_bytes(code)
        write_state_dict(network, folder / names.STATE_DICT)
    write_torchscript(form.network, _shape(model, field), script)
    if "onnx" not in form.formats:
        onnx.unlink()
    written = [path for path in (onnx, script) if path.exists()]
    return max(check_agreement(form.expected, path, form.shapes) for path in written)


def _has_objects(model: TrainedModel, form: Form, crop: npt.NDArray[np.float32]) -> bool:
    """Say whether the network finds an object in a crop: test tensors without any test little."""
    found = form.expected(apply(form.inputs[0].steps, crop, "bcyx"))[0]
    size = (crop.shape[2], crop.shape[3])
    return KINDS[model.result].has_objects(model.decode, found, size)


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


def _zoo_config(model: TrainedModel, form: Form, field: ReceptiveField, memory: float) -> ZooConfig:
    return ZooConfig(
        task=model.task,
        method=model.method,
        method_arguments=model.method_arguments,
        pixel_size=dict(zip("yx", model.pixel_size or (), strict=False)),
        peak_bytes_per_pixel=memory,
        receptive_field=2 * field.radius + 1,
        allow_tiling=form.allow_tiling,
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
        session = load_session(package, device="cpu", weights_format=content.formats[0], trust=True)
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
