"""Write and read PyTorch's weights: a state dict, and the traced network."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.package.writing.archive import clean_torch_archive

if TYPE_CHECKING:
    from torch import nn

__all__ = [
    "Shape",
    "compute",
    "one_thread",
    "parameter_count",
    "quiet",
    "torch_module",
    "torch_version",
    "write_state_dict",
    "write_torchscript",
]

Shape = tuple[int, int, int, int]
"""Of an input ``b c y x``."""


def torch_version() -> str:
    """Return the version of PyTorch as ``major.minor.patch``, without the build."""
    return str(torch_module().__version__).partition("+")[0]


def parameter_count(network: nn.Module) -> int:
    """Return the number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters())


def write_state_dict(network: nn.Module, path: Path) -> None:
    """Write the tensors of a network, and nothing else, for ``weights_only`` loading."""
    torch = torch_module()
    tensors = {name: value.detach().clone() for name, value in network.state_dict().items()}
    _save(path, lambda buffer: torch.save(tensors, buffer))


def write_torchscript(network: nn.Module, shape: Shape, path: Path) -> None:
    """Trace a network in evaluation mode and write it without records of this computer.

    Traced, not scripted: PyTorch 2.0.1, which JDLL uses, does not load scripted upsampling.

    Parameters
    ----------
    network
        The network, in evaluation mode.
    shape
        A valid input ``b c y x``; the trace must not depend on it (:mod:`.agreement`).
    path
        The new file.
    """
    torch = torch_module()
    with quiet(), _plain_convolutions(torch):
        _forget_traces(torch)
        traced = torch.jit.trace(network, torch.zeros(shape), check_trace=False)
        _save(path, lambda buffer: torch.jit.save(traced, buffer))


def compute(network: nn.Module, image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Run a network on ``b c y x`` float32."""
    torch = torch_module()
    with torch.inference_mode():
        return np.asarray(network(torch.from_numpy(image)).numpy(), np.float32)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: the last bits of a sum depend on how many share it."""
    torch = torch_module()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def torch_module() -> ModuleType:
    """Import PyTorch, which the extra ``train`` brings."""
    try:
        import torch
        import torch.onnx
    except ImportError as error:
        raise MissingExtraError.of("train", "torch", "export") from error
    return torch


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the announcements that tracing and the older exporter will go one day."""
    with warnings.catch_warnings():
        for kind in (FutureWarning, DeprecationWarning, UserWarning):
            warnings.simplefilter("ignore", kind)
        yield


def _save(path: Path, write: Callable[[io.BytesIO], None]) -> None:
    """Write through memory, else the file's name becomes the name of the folder inside."""
    buffer = io.BytesIO()
    write(buffer)
    path.write_bytes(buffer.getvalue())
    clean_torch_archive(path)


def _forget_traces(torch: ModuleType) -> None:
    """Let a second trace in one process get the class names of the first.

    Without it every class of the second trace has a number in its name.  Private functions, used by
    PyTorch's own tests; where they are gone, only the first trace of a process is reproducible.
    """
    clear = getattr(torch._C, "_jit_clear_class_registry", None)
    state = getattr(getattr(torch.jit, "_state", None), "_clear_class_state", None)
    if clear and state:
        state()
        clear()


@contextmanager
def _plain_convolutions(torch: ModuleType) -> Iterator[None]:
    """Set the switches that a trace records in every convolution, whatever training left behind.

    Without TensorFloat-32, which on a GPU costs three digits, so that formats would not agree.
    """
    deterministic = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)
    try:
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=False, allow_tf32=False
        ):
            yield
    finally:
        torch.use_deterministic_algorithms(deterministic)
