"""Whether written weights compute what the network does, whatever their format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.weights import Shape, compute, quiet, torch_module

if TYPE_CHECKING:
    from torch import nn

__all__ = ["check_agreement"]

_AGREEMENT: Final = 1e-4


def check_agreement(network: nn.Module, path: Path, shapes: Sequence[Shape]) -> float:
    """Compare a written file with the network at several sizes; return the largest difference.

    Differences are in units of the largest value, where that is above 1.

    Parameters
    ----------
    network
        The network, in evaluation mode.
    path
        A TorchScript (``.pt``) or ONNX (``.onnx``) file.
    shapes
        Valid inputs ``b c y x``, best other than the one that was traced.

    Raises
    ------
    ModelError
        The file fails at one of the sizes or differs by more than 1e-4.
    """
    random = np.random.default_rng(0)
    worst = 0.0
    for shape in shapes:
        image = random.normal(size=shape).astype(np.float32)
        try:
            found = _run_onnx(path, image) if path.suffix == ".onnx" else _run_script(path, image)
        except RuntimeError as error:
            raise _disagrees(path, shape, str(error).strip().splitlines()[-1]) from error
        expected = compute(network, image)
        if found.shape != expected.shape:
            raise _disagrees(path, shape, f"shape {found.shape} instead of {expected.shape}")
        # Of distances in pixels, as of probabilities, in units of the largest.
        unit = max(1.0, float(np.abs(expected).max()))
        difference = float(np.abs(found - expected).max()) / unit
        if not difference <= _AGREEMENT:
            raise _disagrees(path, shape, f"difference {difference:.1e}")
        worst = max(worst, difference)
    return worst


def _run_script(path: Path, image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    torch = torch_module()
    with quiet(), torch.inference_mode():
        found = torch.jit.load(str(path), map_location="cpu")(torch.from_numpy(image))
    return np.asarray(found.numpy())


def _run_onnx(path: Path, image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: image})[0])


def _disagrees(path: Path, shape: Shape, found: str) -> ModelError:
    return ModelError(
        path.name,
        f"the written weights do not compute what the network does at {shape}",
        value=found,
        allowed=f"a difference of at most {_AGREEMENT:g}",
        hint="use a network without branches or sizes that depend on the input",
    )
