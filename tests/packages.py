"""Small bioimage.io packages for everybody's tests.

``CASES`` is the table of good ones, by name; ``REFUSED`` the table of those that must not run;
``write_package`` writes any other.

    package = open_package(CASES["two_inputs"](tmp_path))
    package = open_package(CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS, name="folder"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

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
from tests import tiny_networks as networks
from tests.package_writer import (
    ALL_WEIGHTS,
    add_file,
    example_inputs,
    image,
    like,
    reference_run,
    reference_steps,
    write_package,
)

__all__ = [
    "ALL_WEIGHTS",
    "CASES",
    "REFUSED",
    "Refusal",
    "example_inputs",
    "image",
    "like",
    "reference_run",
    "reference_steps",
    "write_package",
]

Builder = Callable[..., Path]

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
    file = add_file(files, "foreign.py", code)
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
