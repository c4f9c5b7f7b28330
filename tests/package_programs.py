"""Packages for one program each: the tags, settings and files that its own packages have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from deepbacs_zoo.tensors import Step, SteppedSize
from tests import tiny_networks as networks
from tests.package_cases import NORMALIZE, V4, Builder, box_case, case
from tests.package_writer import add_file, image, like

__all__ = ["PROGRAM_CASES"]

Change = Callable[[dict[str, Any], dict[str, bytes]], None]

_RANGE = Step("scale_range", {"axes": "yx", "min_percentile": 0.0, "max_percentile": 100.0})
_LARGE = SteppedSize(32, 1)
"""Test inputs of the smallest size are run in one piece by programs that take it for their tile."""


def _tagged(*tags: str, **fields: Any) -> Change:
    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        description["tags"] = [*description["tags"], *tags]
        description.update(fields)

    return change


def _affine(
    *steps: Step, post: Sequence[Step] = (), channels: Sequence[str] = ("grey",), axes: str = "bcyx"
) -> dict:
    source = image(axis_names=axes, sizes=_LARGE, channels=channels, steps=steps)
    return {
        "inputs": [source],
        "outputs": [like(source, channels=channels, steps=tuple(post))],
        "network": networks.affine(),
    }


def _segmentation(*steps: Step, halo: int = 0, **spec: Any) -> dict:
    """One class by a network with a name that says so to BiaPy, and the sigmoid that it applies."""
    if halo:
        source = image(sizes=SteppedSize(5, 1), steps=steps)
        outputs = [like(source, halo=halo, steps=(Step("sigmoid"),))]
        made = {"inputs": [source], "outputs": outputs, "network": networks.box()}
    else:
        made = _affine(*steps, **{"post": (Step("sigmoid"),), **spec})
    network = made["network"]
    source_text = network.source.replace("class Network", "class UNet")
    return {**made, "network": replace(network, source=source_text, callable="UNet")}


def _biapy(*tags: str, **spec: Any) -> Builder:
    steps = spec.pop("steps", ())
    return case(partial(_affine, *steps, **spec), change=_tagged(*tags))


def _segments(*steps: Step, version: str = "0.5.10", **spec: Any) -> Builder:
    build = partial(_segmentation, *steps, **spec)
    return case(build, change=_tagged("semantic-segmentation"), format_version=version)


_FIXED = Step("fixed_zero_mean_unit_variance", {"mean": 0.5, "std": 2.0})
_HALF_RANGE = Step("scale_range", {"axes": "yx", "min_percentile": 5.0, "max_percentile": 95.0})
_JOINT = Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6})
_APART = Step("zero_mean_unit_variance", {"axes": "yx", "eps": 1e-6})
_LINEAR = Step("scale_linear", {"gain": 0.5, "offset": 0.25})
_CLIP = Step("clip", {"min": -1.0, "max": 1.0})

_BIAPY: dict[str, Builder] = {
    "biapy_segmentation": _segments(NORMALIZE),
    "biapy_segmentation_0_4": _segments(NORMALIZE, version=V4),
    "biapy_new_format": _segments(NORMALIZE, version="0.5.12"),
    "biapy_fixed_statistics": _segments(_FIXED),
    "biapy_range": _segments(_RANGE),
    "biapy_percentiles": _segments(_HALF_RANGE),
    "biapy_plain": _segments(),
    "biapy_linear": _segments(_LINEAR),
    "biapy_two_steps": _segments(_LINEAR, NORMALIZE),
    "biapy_clip": _segments(_CLIP, NORMALIZE),
    "biapy_foreign_step": _segments(Step("sigmoid")),
    "biapy_halo": _segments(NORMALIZE, halo=1),
    "biapy_logits": _segments(NORMALIZE, post=()),
    "biapy_channel_last": _segments(NORMALIZE, axes="byxc"),
    "biapy_classes": _biapy("semantic-segmentation", steps=(NORMALIZE,)),
    "biapy_detection": _biapy("detection", steps=(NORMALIZE,), post=(Step("sigmoid"),)),
    "biapy_denoising": _biapy("denoising", steps=(NORMALIZE,)),
    "biapy_channels_joint": _biapy("image-to-image", steps=(_JOINT,), channels=("a", "b")),
    "biapy_channels_apart": _biapy("image-to-image", steps=(_APART,), channels=("a", "b")),
}


# --- CAREamics -----------------------------------------------------------------------------------

_SETTINGS = """\
version: 0.3.0
experiment_name: tiny
algorithm_config:
  algorithm: {algorithm}
  loss: n2v
  model:
    architecture: UNet
    depth: 1
    num_channels_init: 8
    residual: true
    use_batch_norm: false
data_config:
  mode: training
  data_type: array
  axes: YX
  patching: {{name: stratified, patch_size: [32, 32]}}
  normalization: {{name: none}}
training_config: {{}}
"""
_UNET = '''\
"""out = x + bias, with the parameters of a residual U-Net of one level, all others 0."""
import torch

BLOCKS = {
    "encoder.encoder_blocks.0": (1, 8, 8),
    "decoder.bottleneck": (8, 16, 8),
    "decoder.decoder_blocks.1": (16, 8, 8),
}


class Network(torch.nn.Module):
    def __init__(self, bias: float) -> None:
        super().__init__()
        for name, (first, second, third) in BLOCKS.items():
            for number, channels, out in ((1, first, second), (2, second, third)):
                self.keep(f"{name}.conv{number}", torch.nn.Conv2d(channels, out, 3))
                self.keep(f"{name}.batch_norm{number}", torch.nn.BatchNorm2d(out))
        self.keep("final_conv", torch.nn.Conv2d(8, 1, 1))
        for value in self.state_dict().values():
            value.zero_()
        self.final_conv.bias.data.fill_(bias)

    def keep(self, name: str, module: torch.nn.Module) -> None:
        place = self
        *parents, last = name.split(".")
        for parent in parents:
            if not hasattr(place, parent):
                place.add_module(parent, torch.nn.Module())
            place = getattr(place, parent)
        place.add_module(last, module)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.final_conv.bias
'''


def _denoiser() -> dict:
    source = image(sizes=SteppedSize(32, 2))
    network = replace(networks.affine(1.0, 0.25), source=_UNET, arguments={"bias": 0.25})
    return {"inputs": [source], "outputs": [like(source)], "network": network}


def _configured(algorithm: str = "n2v") -> Change:
    text = _SETTINGS.format(algorithm=algorithm).encode()

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        attached = add_file(files, "careamics.yaml", text)
        description["attachments"] = [{"source": attached.path, "sha256": attached.sha256}]
        description["tags"] = [*description["tags"], "CAREamics"]

    return change


_CAREAMICS: dict[str, Builder] = {
    "careamics": case(_denoiser, change=_configured()),
    "careamics_other_network": case(_affine, change=_configured()),
    "careamics_other_algorithm": case(_denoiser, change=_configured("hdn")),
    "careamics_0_4": case(_denoiser, change=_tagged("careamics"), format_version=V4),
}


# --- deepImageJ 2.1 ------------------------------------------------------------------------------


def _for_deepimagej_2(description: dict[str, Any], files: dict[str, bytes]) -> None:
    block = {
        "pyramidal_model": False,
        "allow_tiling": True,
        "prediction": {"preprocess": [{"spec": None}], "postprocess": [{"spec": None}]},
        "test_information": {
            "inputs": [{"name": "test_input.npy", "size": "1 x 1 x 20 x 27"}],
            "outputs": [{"name": "test_output.npy", "size": "1 x 1 x 20 x 27"}],
        },
    }
    description["config"] = {**description.get("config", {}), "deepimagej": block}
    description["weights"]["torchscript"]["pytorch_version"] = "1.13.1"


_DEEPIMAGEJ_2: dict[str, Builder] = {
    "deepimagej_2": case(
        box_case, change=_for_deepimagej_2, format_version=V4, weights=("torchscript",)
    ),
    "deepimagej_2_steps": case(
        partial(box_case, steps=(NORMALIZE,)),
        change=_for_deepimagej_2,
        format_version=V4,
        weights=("torchscript",),
    ),
}

# --- engines of JDLL -----------------------------------------------------------------------------


def _graph(*, opset: int = networks.OPSET, ir: int = networks.IR_VERSION) -> Change:
    """Return a change of what the ONNX file says of itself."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        import onnx

        graph = onnx.load_model_from_string(files["weights.onnx"])
        graph.ir_version = ir
        graph.opset_import[0].version = opset
        content = graph.SerializeToString(deterministic=True)
        added = add_file(files, "weights.onnx", content)
        description["weights"]["onnx"] |= {"sha256": added.sha256, "opset_version": opset}

    return change


_ONNX: dict[str, Builder] = {
    "onnx_opset_17": case(box_case, change=_graph(opset=17)),
    "onnx_opset_18": case(box_case, change=_graph(opset=18)),
    "onnx_ir_9": case(box_case, change=_graph(ir=9)),
}

PROGRAM_CASES: dict[str, Builder] = {**_BIAPY, **_CAREAMICS, **_DEEPIMAGEJ_2, **_ONNX}
