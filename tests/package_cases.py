"""The table of good packages; import it from `tests.packages`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

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
from tests import tiny_networks as networks
from tests.package_writer import (
    ALL_WEIGHTS,
    image,
    like,
    write_package,
)

__all__ = ["CASES", "Builder", "box_case", "case"]

Builder = Callable[..., Path]

# --- good packages -----------------------------------------------------------------------------

NORMALIZE = Step("zero_mean_unit_variance", {"axes": "yx", "eps": 1e-6})
V4 = "0.4.10"
SPACE_FOR_HALO = SteppedSize(5, 1)


def _simple(tmp_path: Path, /, *, name: str = "package.zip", **fields: Any) -> Path:
    """Write one of the cases below; keyword arguments override the case's own."""
    build = fields.pop("build")
    spec = build()
    return write_package(tmp_path / name, **{**spec, **fields})


def _affine(axes: str = "bcyx", channels: Sequence[str] = ("grey",), **more: Any) -> dict:
    source = image(axis_names=axes, channels=channels, **more)
    result = like(source, channels=channels)
    return {"inputs": [source], "outputs": [result], "network": networks.affine()}


def box_case(
    sizes: Mapping[str, Size] | Size = SPACE_FOR_HALO,
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
    """Statistics are of the output of the step before (bioimageio.core takes the raw input)."""
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
    source = image(axis_names="byxc", channels=channels, sizes=SteppedSize(5, 1))
    return {
        "inputs": [source],
        "outputs": [like(source, channels=channels, halo=1)],
        "network": networks.box(2, channel_last=True),
    }


def _three_dimensional() -> dict:
    sizes = {"z": SteppedSize(4, 1), "y": SteppedSize(8, 2), "x": SteppedSize(8, 2)}
    source = image(axis_names="bczyx", sizes=sizes)
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


def _integers(dtype: str, *, cast: bool = True) -> dict:
    """Whole numbers in the file, float32 for the network; 0.5 wants the cast as a step."""
    steps = [Step("scale_linear", {"gain": 0.01, "offset": -1.0})]
    if cast:
        steps.append(Step("ensure_dtype", {"dtype": "float32"}))
    source = image(dtype=dtype, steps=tuple(steps))
    return {"inputs": [source], "outputs": [like(source)], "network": networks.affine()}


def _integer_network(dtype: str) -> dict:
    """Without a step the network gets the type that the description states."""
    source = image(dtype=dtype)
    return {"inputs": [source], "outputs": [like(source)], "network": networks.of_integers(dtype)}


def _calibrated() -> dict:
    source = image(sizes=SteppedSize(8, 2), scale={"y": 0.1, "x": 0.1}, unit="micrometer")
    return {
        "inputs": [source],
        "outputs": [like(source, ratio=2.0)],
        "network": networks.upsample(),
    }


def _paddings(mode: str) -> dict:
    pad = PadMode(mode, 0.25) if mode == "constant" else PadMode(mode)
    return box_case(SteppedSize(8, 4), pad=pad)


def _sampled() -> dict:
    source = image(axis_names="bcyx", sample_tensor=FileRef("sample_input.tif"))
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
    """Axes as a list of characters, as some old descriptions have them."""
    for tensor in (*description["inputs"], *description["outputs"]):
        tensor["axes"] = list(tensor["axes"])


def case(build: Callable[..., dict], /, *args: Any, **fields: Any) -> Builder:
    """A case in ONNX only, which is quick to write; pass ``weights=ALL_WEIGHTS`` for more."""
    return partial(_simple, build=partial(build, *args), **{"weights": ("onnx",), **fields})


def _spec_of(spec: dict) -> Callable[[], dict]:
    return lambda: spec


CASES: dict[str, Builder] = {
    # axes orders
    "bcyx": case(box_case),
    "bcyx_0_4": case(box_case, format_version=V4),
    "channel_last": case(_channel_last),
    "channel_last_0_4": case(_channel_last, format_version=V4),
    "no_batch": case(_affine, "cyx"),
    "no_batch_0_4": case(_affine, "cyx", format_version=V4),
    "no_channel": case(_affine, "byx"),
    "bare_yx": case(_affine, "yx"),
    "bcxy": case(_affine, "bcxy"),
    "time_series": case(_affine, "btcyx"),
    "time_series_0_4": case(_affine, "btcyx", format_version=V4),
    "three_dimensional": case(_three_dimensional),
    "three_dimensional_0_4": case(_three_dimensional, format_version=V4),
    # size rules and halo
    "stepped": case(_pool),
    "stepped_0_4": case(_pool, format_version=V4),
    "stepped_large": case(_pool, 32, 16, 8),
    "fixed": case(_fixed),
    "fixed_output": case(_fixed_output),
    "fixed_output_0_4": case(_fixed_output, format_version=V4),
    "valid_convolution": case(_valid_convolution),
    "valid_convolution_0_4": case(_valid_convolution, format_version=V4),
    "own_reference": case(_own_reference),
    "upsampled": case(_scaled, 2.0),
    "upsampled_0_4": case(_scaled, 2.0, format_version=V4),
    "upsampled_halo": case(_scaled, 2.0, 4),
    "downsampled": case(_scaled, 0.5),
    "downsampled_0_4": case(_scaled, 0.5, format_version=V4),
    "downsampled_halo": case(_scaled, 0.5, 2),
    "halo_too_small": case(partial(box_case, halo=0)),
    "calibrated": case(_calibrated),
    "pad_constant": case(_paddings, "constant"),
    "pad_edge": case(_paddings, "edge"),
    "pad_reflect": case(_paddings, "reflect"),
    # several tensors, other outputs
    "two_inputs": case(_two_inputs),
    "two_inputs_0_4": case(partial(_two_inputs, referenced=False), format_version=V4),
    "two_outputs": case(_two_outputs),
    "two_outputs_0_4": case(_two_outputs, format_version=V4),
    "three_channels": case(_channels),
    "classifier": case(_classifier),
    "data_dependent": case(_data_dependent),
    "mask": case(_label_image),
    "mask_0_4": case(_label_image, format_version=V4),
    # data types
    "uint8": case(_integers, "uint8"),
    "uint16": case(_integers, "uint16"),
    "uint16_0_4": case(partial(_integers, cast=False), "uint16", format_version=V4),
    "uint8_network": case(_integer_network, "uint8"),
    "uint16_network": case(_integer_network, "uint16"),
    # files
    "all_weights": case(partial(box_case, steps=(NORMALIZE,)), weights=ALL_WEIGHTS),
    "all_weights_0_4": case(
        partial(box_case, steps=(NORMALIZE,)), weights=ALL_WEIGHTS, format_version=V4
    ),
    "torchscript_only": case(box_case, weights=("torchscript",)),
    "state_dict_only": case(box_case, weights=("pytorch_state_dict",)),
    "sample_tensors": case(_sampled),
    "sample_tensors_0_4": case(_sampled, format_version=V4),
    "folder": case(box_case, name="package"),
    "folder_0_4": case(box_case, name="package", format_version=V4),
    "bioimageio_yaml": case(box_case, descriptor="bioimageio.yaml"),
    "model_yaml": case(box_case, name="package", descriptor="model.yaml"),
    "one_folder_down": case(box_case, folder_in_zip="tiny/"),
    # versions
    "format_0_5_0": case(box_case, format_version="0.5.0"),
    "format_0_5_12": case(box_case, format_version="0.5.12"),
    "format_0_4_4": case(box_case, format_version="0.4.4"),
    "missing_ids": case(partial(_affine, "bcx"), change=_missing_ids),
    "list_axes_0_4": case(box_case, format_version=V4, change=_listed_axes),
    # steps
    **{name: case(_spec_of(spec)) for name, spec in (_EVERY_STEP | _NEW_STEPS).items()},
    **{
        f"{name}_0_4": case(_spec_of(spec), format_version=V4) for name, spec in _EVERY_STEP.items()
    },
}
