"""Everything of a package but its documentation: weights, tensors, description."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.cards import Card
from deepbacs_zoo.decoding import decode, decode_boxes
from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.from_run import Source
from deepbacs_zoo.exporting.metadata import metadata_of
from deepbacs_zoo.exporting.samples import choose_crop, constant_offset
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
    describe,
    write_description,
)
from deepbacs_zoo.package.zoo_config import AnchorBoxes, ZooConfig
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.processing import apply
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.tensors import Axis, FileRef, ReferencedSize, SteppedSize, TensorSpec

__all__ = ["Stage", "stage"]

REFERENCE: Final = "pytorch_state_dict"
"""The weights whose output is the expected one; the others are made from them."""


@dataclass(frozen=True)
class Stage:
    """A package without documentation, cover and scores.

    Parameters
    ----------
    folder
        Its folder.
    source
        Where it came from.
    content
        What its description states.
    reach
        How far its network looks.
    peak_bytes_per_pixel
        Peak memory per input pixel.
    parameters
        Number of trained values.
    offset
        What was taken off the test input's values.
    """

    folder: Path
    source: Source
    content: Content
    receptive_field: ReceptiveField
    peak_bytes_per_pixel: float
    parameters: int
    offset: float = 0.0

    def describe(self, card: Card, facts: Mapping[str, Any]) -> None:
        """Write the description, with ``facts`` added to ``config.bioimageio``."""
        content = dataclasses.replace(self.content, facts={**self.content.facts, **facts})
        write_description(describe(metadata_of(card, content), content), self.folder)


def stage(source: Source, card: Card, folder: Path) -> Stage:
    """Write weights, test tensors, sample tensors and a first description into a folder.

    Raises
    ------
    ModelError
        A weights format does not compute what the network does, or looks further than computed.
    """
    field = _write_weights(source, folder)
    graph = read_graph(folder / names.ONNX, _shape(source, field))
    memory = peak_bytes_per_pixel(graph)
    inputs, outputs = _sized(source, field)
    parameters = parameter_count(source.network)
    staged = Stage(
        folder=folder,
        source=source,
        content=Content(
            folder=folder,
            inputs=inputs,
            outputs=outputs,
            ranges=source.ranges,
            architecture=Architecture(
                source.network_file.name, source.network_callable, source.network_kwargs
            ),
            torch_version=torch_version(),
            opset=OPSET,
            zoo_config=_zoo_config(source, field, memory),
            facts={"model_parameter_count": parameters, **source.details},
            network_tags=source.network_tags,
            timestamp=_timestamp(source),
        ),
        receptive_field=field,
        peak_bytes_per_pixel=memory,
        parameters=parameters,
    )
    classes = source.method_arguments.get("classes", ())
    crop = choose_crop(
        source.pairs, field, source.annotation, classes, lambda c: _has_objects(source, c)
    )
    offset = constant_offset(crop, inputs[0].steps)
    staged = dataclasses.replace(staged, offset=offset)
    return _with_tensors(staged, card, crop - np.float32(offset))


def _has_objects(source: Source, crop: npt.NDArray[np.float32]) -> bool:
    """Say whether the network finds an object in a crop: test tensors without any test little."""
    settings = source.decode
    if settings is None:
        return True
    found = compute(source.network, apply(source.inputs[0].steps, crop, "bcyx"))[0]
    size = (crop.shape[2], crop.shape[3])
    if isinstance(settings, AnchorBoxes):
        return bool(decode_boxes(settings, found, size))
    return bool(decode(settings, found, size).any())


def _write_weights(source: Source, folder: Path) -> ReceptiveField:
    """Write all weights and the network's code; return the measured receptive field."""
    network, first = source.network, source.inputs[0]
    # Line ends as in the repository: runners know the file by its hash.
    code = source.network_file.read_bytes().replace(b"\r\n", b"\n")
    (folder / source.network_file.name).write_bytes(code)
    write_state_dict(network, folder / names.STATE_DICT)
    onnx = folder / names.ONNX
    # Valid sizes follow from the receptive field, which is read from a graph of a guessed size.
    channels = len(first.axis("c").channel_names)
    guess: Shape = (1, channels, 128, 128)
    write_onnx(network, guess, onnx, input_id=first.id, output_id=source.outputs[0].id)
    field = receptive_field_of(read_graph(onnx, guess))
    write_torchscript(network, _shape(source, field), folder / names.TORCHSCRIPT)
    shapes = _other_shapes(source, field)
    for name in (names.ONNX, names.TORCHSCRIPT):
        check_agreement(network, folder / name, shapes)
    _confirm(source, field)
    return field


def _confirm(source: Source, field: ReceptiveField) -> None:
    def run(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return compute(source.network, image)

    measured = measure_radius(run, len(source.inputs[0].axis("c").channel_names), field)
    if measured > field.radius:
        raise ModelError(
            source.name,
            "the network looks further than its graph says",
            value=f"{measured} pixels",
            allowed=f"{field.radius} pixels, which its operators give",
            hint="report this network; its halo cannot be trusted",
        )


def _shape(source: Source, field: ReceptiveField) -> Shape:
    return (
        1,
        len(source.inputs[0].axis("c").channel_names),
        field.smallest,
        field.smallest,
    )


def _other_shapes(source: Source, field: ReceptiveField) -> list[Shape]:
    """Return sizes that neither exporter saw: not square, and two images."""
    batch, channels, side, _ = _shape(source, field)
    return [
        (batch, channels, side + field.step, side + 3 * field.step),
        (batch + 1, channels, side + 2 * field.step, side),
    ]


def _sized(
    source: Source, field: ReceptiveField
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """Return the method's tensors with sizes, halo and file names."""
    first = source.inputs[0].id

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
        tuple(_rewritten(spec, of_input) for spec in source.inputs),
        tuple(_rewritten(spec, of_output) for spec in source.outputs),
    )


def _rewritten(spec: TensorSpec, change: Callable[[Axis], Axis]) -> TensorSpec:
    return dataclasses.replace(spec, axes=tuple(change(axis) for axis in spec.axes))


def _zoo_config(source: Source, field: ReceptiveField, memory: float) -> ZooConfig:
    return ZooConfig(
        task=source.task,
        method=source.method,
        method_arguments=source.method_arguments,
        pixel_size=dict(zip("yx", source.pixel_size or (), strict=False)),
        peak_bytes_per_pixel=memory,
        receptive_field=2 * field.radius + 1,
        decode=source.decode,
    )


def _timestamp(source: Source) -> str | None:
    """Return SOURCE_DATE_EPOCH (reproducible-builds.org) where it is set, else the training's end.

    Never the time of the export, or two exports of one run would differ.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).isoformat()
    return source.timestamp


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
    size, scale = staged.source.pixel_size, spec.axis("x").scale
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
