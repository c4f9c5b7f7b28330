"""The table of packages that must not run; import it from `tests.packages`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deepbacs_zoo.errors import DeepbacsZooError, IntegrityError, PackageError, UnsupportedError
from deepbacs_zoo.tensors import SteppedSize
from tests import tiny_networks as networks
from tests.package_cases import Builder, box_case, case
from tests.package_writer import add_file, image, like

__all__ = ["REFUSED", "Refusal"]


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


def _elsewhere(description: dict[str, Any], files: dict[str, bytes]) -> None:
    description["weights"]["onnx"]["source"] = "https://example.org/weights.onnx"
    del files["weights.onnx"]


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
    """Weights only as a state dict whose architecture file is not one of ours.

    Executed, it would make a file ``executed`` in the working directory.
    """
    spec = box_case()
    prefix = "import pathlib\npathlib.Path('executed').touch()\n"
    return {**spec, "network": replace(spec["network"], prefix=prefix)}


_UNKNOWN_STEP = [{"id": "deconvolve", "kwargs": {"iterations": 3}}]

REFUSED: dict[str, Refusal] = {
    "wrong_channel_count": Refusal(case(_wrong_channels), "run", DeepbacsZooError),
    "wrong_output_size": Refusal(case(_wrong_size), "run", DeepbacsZooError),
    "unknown_step": Refusal(
        case(box_case, change=_edit("inputs", 0, "preprocessing", value=_UNKNOWN_STEP)),
        "run",
        UnsupportedError,
    ),
    "foreign_step": Refusal(case(box_case, change=_foreign_step), "run", UnsupportedError),
    "foreign_network": Refusal(
        case(_foreign_network, weights=("pytorch_state_dict",)), "run", UnsupportedError
    ),
    "tampered_weights": Refusal(
        case(box_case, change=_flip_a_byte("weights.onnx")), "read", IntegrityError
    ),
    "tampered_weights_folder": Refusal(
        case(box_case, name="package", change=_flip_a_byte("weights.onnx")), "read", IntegrityError
    ),
    "missing_weights": Refusal(
        case(box_case, change=_drop("weights.onnx")), "read", IntegrityError
    ),
    "weights_elsewhere": Refusal(case(box_case, change=_elsewhere), "read", UnsupportedError),
    "weights_outside": Refusal(
        case(box_case, change=_edit("weights", "onnx", "source", value="../weights.onnx")), "open"
    ),
    "no_inputs": Refusal(case(box_case, change=_edit("inputs", value=[])), "open"),
    "no_outputs": Refusal(case(box_case, change=_edit("outputs", value=[])), "open"),
    "no_weights": Refusal(case(box_case, change=_edit("weights", value={})), "open"),
    "data_of_other_channels": Refusal(
        case(
            box_case,
            change=_edit("inputs", 0, "data", value=[{"type": "float32"}, {"type": "float32"}]),
        ),
        "open",
    ),
    "unknown_reference": Refusal(
        case(
            box_case,
            change=_edit(
                "outputs", 0, "axes", 2, "size", value={"tensor_id": "raw", "axis_id": "y"}
            ),
        ),
        "open",
    ),
    "same_ids": Refusal(case(box_case, change=_edit("outputs", 0, "id", value="input")), "open"),
    "two_axes_without_id": Refusal(
        case(box_case, change=_edit("inputs", 0, "axes", 2, value={"type": "space", "size": 16})),
        "open",
    ),
    "format_0_3": Refusal(
        case(box_case, change=_edit("format_version", value="0.3.6")), "open", UnsupportedError
    ),
    "format_0_6": Refusal(
        case(box_case, change=_edit("format_version", value="0.6.0")), "open", UnsupportedError
    ),
    "dataset": Refusal(
        case(box_case, change=_edit("type", value="dataset")), "open", UnsupportedError
    ),
}
