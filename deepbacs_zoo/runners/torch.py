"""TorchScript and state dict weights, run by PyTorch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deepbacs_zoo.errors import (
    DeepbacsZooError,
    HostError,
    MissingExtraError,
    PackageError,
    UnsupportedError,
)
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.architecture import load_architecture
from deepbacs_zoo.runners.base import Array, asks_for_gpu, check_device, first_line, out_of_memory
from deepbacs_zoo.runners.casting import BFLOAT16, cast
from deepbacs_zoo.runners.choice import other_weights, pick_weights
from deepbacs_zoo.runners.script import load_script
from deepbacs_zoo.runners.session import BaseSession
from deepbacs_zoo.runners.state_dict import load_state
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from types import ModuleType

    from torch import Tensor, nn

    from deepbacs_zoo.package.reader import Package

__all__ = ["TorchRunner", "TorchSession"]

Found = Any  # a tensor or its array, or a sequence or mapping of them


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
            network, half = load_script(torch, package, weights, place), ""
        else:
            network, half = _load_state(torch, package, weights, trust=trust)
        self._network: Any = network.to(place).eval()
        self._dtype = _dtype_of(self._network)
        self._advice = other_weights(package, *TorchRunner.formats)
        super().__init__(
            package.inputs,
            package.outputs,
            engine=f"torch {torch.__version__}",
            device=place,
            weights_format=weights.format,
            precision=half or _half_of(self._network.parameters()) or "float32",
        )

    def close(self) -> None:
        """Free the network."""
        super().close()
        self._network = None

    def _compute(self, tensors: Mapping[str, Array]) -> Sequence[Array] | Mapping[str, Array]:
        try:
            return self._computed(tensors)
        except (RuntimeError, TypeError, ValueError, IndexError, AssertionError) as error:
            raise self._error(error, tensors) from error

    def _computed(self, tensors: Mapping[str, Array]) -> Sequence[Array] | Mapping[str, Array]:
        torch = self._torch
        arguments = [self._tensor(spec.id, tensors.get(spec.id)) for spec in self._inputs]
        # TF32 is off: it costs three digits, and formats would no longer agree.
        with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            found = self._network(*arguments)
        return _to_arrays(found)

    def _error(self, error: Exception, tensors: Mapping[str, Array]) -> DeepbacsZooError:
        if isinstance(error, DeepbacsZooError):
            return error
        if _is_memory(self._torch, error):
            shapes = {name: array.shape for name, array in tensors.items()}
            return out_of_memory(self.engine, shapes)
        if asks_for_gpu(error):
            return UnsupportedError(
                f"{self.weights_format} weights",
                "the network's code asks for a GPU",
                value=_last_line(error),
                allowed=f"code that computes where its input is, here on {self.device}",
                hint="ask its authors for code without a fixed device",
            ).advising(self._advice)
        return PackageError(
            f"{self.weights_format} weights",
            "PyTorch cannot compute this network on the given tensors",
            value=_last_line(error),
            allowed="sizes, types and operators that the package's description promises",
            hint="run: deepbacs-zoo validate PACKAGE",
        )

    def _tensor(self, tensor_id: str, array: Array | None) -> Tensor | None:
        if array is None:  # an optional input that was left out
            return None
        if self._dtype is not None and array.dtype.kind == "f":
            array = cast(tensor_id, array, self._dtype)
        array = np.ascontiguousarray(array)
        if not array.flags.writeable:
            array = array.copy()
        tensor: Tensor = self._torch.from_numpy(array).to(self.device)
        return tensor.bfloat16() if self._dtype == BFLOAT16 and array.dtype.kind == "f" else tensor


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


def _load_state(
    torch: ModuleType, package: Package, weights: Weights, *, trust: bool
) -> tuple[nn.Module, str]:
    """Return the network with its weights, and their type if it is of half precision."""
    network: Any = load_architecture(package, weights, trust=trust)
    if not isinstance(network, torch.nn.Module):
        raise _no_module(package, weights, network)
    module: nn.Module = network
    return module, _half_of(load_state(torch, package, weights, module).values())


def _no_module(package: Package, weights: Weights, found: object) -> PackageError:
    return PackageError(
        f"{package.path}: weights.{weights.format}",
        "what its architecture builds is no network",
        value=type(found).__name__,
        allowed="a torch.nn.Module",
        hint="tell the authors of the package",
    )


def _dtype_of(network: nn.Module) -> str | None:
    """Return the name of the type of a network's own numbers; ``None`` if it has none."""
    tensors = (*network.parameters(), *network.buffers())
    found = next((tensor.dtype for tensor in tensors if tensor.is_floating_point()), None)
    return None if found is None else str(found).removeprefix("torch.")


def _half_of(tensors: Iterable[Tensor]) -> str:
    """Return the first type of half precision; empty if there is none."""
    names = (str(tensor.dtype).removeprefix("torch.") for tensor in tensors)
    return next((name for name in names if name.endswith("float16")), "")


def _to_arrays(found: Found) -> Sequence[Array] | Mapping[str, Array]:
    """Return tensors as arrays, half precision as float32; anything else as it is."""
    if isinstance(found, Mapping):
        return {str(name): _to_array(tensor) for name, tensor in found.items()}
    tensors = found if isinstance(found, list | tuple) else [found]
    return [_to_array(tensor) for tensor in tensors if tensor is not None]


def _to_array(found: Found) -> Found:
    if not hasattr(found, "numpy"):
        return found
    half = str(found.dtype).endswith("float16")
    return (found.float() if half else found).cpu().numpy()


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
