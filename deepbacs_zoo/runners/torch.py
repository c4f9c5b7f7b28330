"""TorchScript and state dict weights, run by PyTorch."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deepbacs_zoo.errors import HostError, MissingExtraError, PackageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.architecture import load_architecture
from deepbacs_zoo.runners.base import Array, check_device, first_line, out_of_memory, pick_weights
from deepbacs_zoo.runners.session import BaseSession
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from types import ModuleType

    from torch import Tensor, nn

    from deepbacs_zoo.package.reader import Package

__all__ = ["TorchRunner", "TorchSession"]

Found = Any  # a tensor, or a sequence or mapping of them


class TorchRunner:
    """Runs ``torchscript`` and ``pytorch_state_dict`` weights.

    See :class:`deepbacs_zoo.runners.base.Runner`.
    """

    name = "torch"
    formats = ("torchscript", "pytorch_state_dict")

    def load(
        self,
        package: Package,
        device: str = "auto",
        *,
        weights_format: str | None = None,
        trust: bool = False,
    ) -> TorchSession:
        """Load the network; see :meth:`deepbacs_zoo.runners.base.Runner.load`."""
        check_device(device)
        weights = pick_weights(self.name, self.formats, package, weights_format)
        return TorchSession(package, weights, device, trust=trust)


class TorchSession(BaseSession):
    """A network in PyTorch, in evaluation mode."""

    def __init__(self, package: Package, weights: Weights, device: str, *, trust: bool) -> None:
        try:
            import torch
        except ImportError as error:
            raise MissingExtraError.of("train", "torch", f"running {weights.format}") from error
        self._torch = torch
        place = _place(torch, device)
        if weights.format == "torchscript":
            network = _load_script(torch, package, weights)
        else:
            network = _load_state(torch, package, weights, trust=trust)
        self._network: Any = network.to(place).eval()
        super().__init__(
            package.inputs,
            package.outputs,
            engine=f"torch {torch.__version__}",
            device=place,
            weights_format=weights.format,
        )

    def close(self) -> None:
        """Free the network."""
        super().close()
        self._network = None

    def _compute(self, tensors: Mapping[str, Array]) -> Sequence[Array] | Mapping[str, Array]:
        torch = self._torch
        try:
            arguments = [self._tensor(tensors.get(spec.id)) for spec in self._inputs]
            # TF32 is off: it costs three digits, and formats would no longer agree.
            with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
                found = self._network(*arguments)
            return _to_arrays(found)
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            if _is_memory(torch, error):
                shapes = {name: array.shape for name, array in tensors.items()}
                raise out_of_memory(self.engine, shapes) from error
            raise PackageError(
                f"{self.weights_format} weights",
                "PyTorch cannot compute this network on the given tensors",
                value=_last_line(error),
                allowed="sizes, types and operators that the package's description promises",
                hint="run: deepbacs-zoo validate PACKAGE",
            ) from error

    def _tensor(self, array: Array | None) -> Tensor | None:
        if array is None:  # an optional input that was left out
            return None
        array = np.ascontiguousarray(array)
        if not array.flags.writeable:
            array = array.copy()
        return self._torch.from_numpy(array).to(self.device)


def _place(torch: ModuleType, device: str) -> str:
    available = bool(torch.cuda.is_available())
    if device == "cuda" and not available:
        raise HostError(
            Option("device"),
            "PyTorch finds no GPU with CUDA",
            value="cuda",
            allowed="auto | cpu",
            hint="use " + Option("device", "auto") + ", or check the GPU driver",
        )
    return "cuda:0" if available and device != "cpu" else "cpu"


def _load_script(torch: ModuleType, package: Package, weights: Weights) -> nn.Module:
    path = package.file_path(weights.file)
    try:
        with warnings.catch_warnings():
            # torch 2.13 and later announce the end of TorchScript at each load.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            network: nn.Module = torch.jit.load(os.fspath(path), map_location="cpu")
    except (RuntimeError, ValueError, EOFError) as error:
        raise _unloadable(package, weights, error, "a TorchScript file") from error
    return network


def _load_state(torch: ModuleType, package: Package, weights: Weights, *, trust: bool) -> nn.Module:
    network: Any = load_architecture(package, weights, trust=trust)
    if not isinstance(network, torch.nn.Module):
        raise _no_module(package, weights, network)
    path = package.file_path(weights.file)
    try:
        # Never a full pickle, which could execute anything.
        state = torch.load(os.fspath(path), map_location="cpu", weights_only=True)
        network.load_state_dict(state, strict=bool(weights.fields.get("strict", True)))
    except (
        RuntimeError,
        ValueError,
        EOFError,
        AttributeError,
        TypeError,
        pickle.UnpicklingError,
    ) as error:
        allowed = "a state dict of tensors that fits its network"
        raise _unloadable(package, weights, error, allowed) from error
    module: nn.Module = network
    return module


def _no_module(package: Package, weights: Weights, found: object) -> PackageError:
    return PackageError(
        f"{package.path}: weights.{weights.format}",
        "what its architecture builds is no network",
        value=type(found).__name__,
        allowed="a torch.nn.Module",
        hint="use the package's other weights",
    )


def _unloadable(
    package: Package, weights: Weights, error: BaseException, allowed: str
) -> PackageError:
    return PackageError(
        f"{package.path}/{weights.file.path}",
        f"PyTorch cannot load these {weights.format} weights",
        value=first_line(error),
        allowed=allowed,
        hint="get the package again, or choose other weights with " + Option("runner"),
    )


def _to_arrays(found: Found) -> Sequence[Array] | Mapping[str, Array]:
    if isinstance(found, Mapping):
        return {str(name): tensor.cpu().numpy() for name, tensor in found.items()}
    tensors = found if isinstance(found, list | tuple) else [found]
    return [tensor.cpu().numpy() for tensor in tensors if tensor is not None]


def _last_line(error: BaseException) -> str:
    """Return the cause that TorchScript puts at the end of its trace."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("RuntimeError:", "TypeError:"))]
    return first_line(RuntimeError(marked[-1])) if marked else first_line(error)


def _is_memory(torch: ModuleType, error: BaseException) -> bool:
    return (
        isinstance(error, torch.cuda.OutOfMemoryError)
        or "not enough memory" in str(error)
        or ("can't allocate memory" in str(error))
    )
