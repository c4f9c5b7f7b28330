"""Agreement of written weights with the network, and of all formats of a package."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.weights.torch import Shape, quiet, torch_module
from deepbacs_zoo.metrics import FORMAT_AGREEMENT, relative_difference
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.runners import load_session

__all__ = ["check_agreement", "check_formats", "read_test_tensors"]

Array = npt.NDArray[Any]


def check_agreement(
    expected: Callable[[Array], Array], path: Path, shapes: Sequence[Shape]
) -> float:
    """Compare a written file with the network at several sizes; return the largest difference.

    Differences are in units of the largest value, where that is above 1.

    Parameters
    ----------
    expected
        What the file must compute, ``b c y x`` float32 both.
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
        right = expected(image)
        if found.shape != right.shape:
            raise _disagrees(path, shape, f"shape {found.shape} instead of {right.shape}")
        difference = relative_difference(right, found)
        if not difference <= FORMAT_AGREEMENT:
            raise _disagrees(path, shape, f"difference {difference:.1e}")
        worst = max(worst, difference)
    return worst


def check_formats(folder: Path, formats: Sequence[str], name: str) -> float:
    """Run every weights format on the test input; return the largest difference between any two.

    Differences are in units of the largest value, where that is above 1: 1e-4 of a probability, and
    of distances that reach 40 pixels 4e-3 pixels.

    Parameters
    ----------
    folder
        The package.
    formats
        Its weights formats.
    name
        The run that it is made from, for messages.

    Raises
    ------
    ModelError
        Two formats differ by more than 1e-4, or one from the expected output.
    """
    with open_package(folder) as package:
        found = {"the test output": read_test_tensors(package, "outputs")}
        raw = read_test_tensors(package, "inputs")
        for each in formats:
            session = load_session(package, device="cpu", weights_format=each, trust=True)
            try:
                found[each] = run_network(package, session, raw)
            finally:
                session.close()
    worst = 0.0
    for (one, first), (other, second) in itertools.combinations(found.items(), 2):
        for key, array in first.items():
            difference = relative_difference(array, second[key])
            if not difference <= FORMAT_AGREEMENT:
                raise ModelError(
                    name,
                    f"{one} and {other} differ in the output '{key}'",
                    value=f"{difference:.1e}",
                    allowed=f"a difference of at most {FORMAT_AGREEMENT:g}",
                    hint="export again; if it stays, train with another seed and report it",
                )
            worst = max(worst, difference)
    return worst


def read_test_tensors(package: Package, side: str) -> dict[str, Array]:
    """Return the test tensors of the ``inputs`` or the ``outputs`` of a package, by id.

    Axes and dtype are those of the description.
    """
    specs = package.inputs if side == "inputs" else package.outputs
    return {
        spec.id: package.tensor(spec.test_tensor) for spec in specs if spec.test_tensor is not None
    }


def _run_script(path: Path, image: Array) -> Array:
    torch = torch_module()
    with quiet(), torch.inference_mode():
        found = torch.jit.load(str(path), map_location="cpu")(torch.from_numpy(image))
    return np.asarray(found.numpy())


def _run_onnx(path: Path, image: Array) -> Array:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: image})[0])


def _disagrees(path: Path, shape: Shape, found: str) -> ModelError:
    return ModelError(
        path.name,
        f"the written weights do not compute what the network does at {shape}",
        value=found,
        allowed=f"a difference of at most {FORMAT_AGREEMENT:g}",
        hint="use a network without branches or sizes that depend on the input",
    )
