"""TorchScript as people save it: other files, other versions, and networks written for a GPU."""

from __future__ import annotations

import os
import re
import warnings
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.base import first_line
from deepbacs_zoo.runners.file_kinds import MISSING, SAVED, SCRIPT, kind_of
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from types import ModuleType

    from torch import nn

    from deepbacs_zoo.package.reader import Package

__all__ = ["load_script"]

_DEVICE: Final = re.compile(r'Device = prim::Constant\[value="((\w+)[^"]*)"\]')
_OPERATOR: Final = re.compile(r"Unknown builtin op: (\w+::\w+)")
_VERSION: Final = re.compile(
    r"file with version (\d+), but the maximum supported version for reading is (\d+)"
)


def load_script(torch: ModuleType, package: Package, weights: Weights, device: str) -> nn.Module:
    """Load TorchScript weights on the CPU, to be run on a device.

    Raises
    ------
    UnsupportedError
        Another PyTorch, another library or another device is needed.
    PackageError
        It is another kind of file, or a broken one.
    """
    path = package.file_path(weights.file)
    place = f"{package.path}/{weights.file.path}"
    kind = kind_of(path)
    if kind not in {SCRIPT, None}:
        raise PackageError(
            place,
            "it is no TorchScript file",
            value=kind,
            allowed="a network that torch.jit.save has written",
            hint=_advice_for(str(kind)),
        )
    try:
        with warnings.catch_warnings():
            # torch 2.13 and later announce the end of TorchScript at each load.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            network: nn.Module = torch.jit.load(os.fspath(path), map_location="cpu")
    except (RuntimeError, ValueError, EOFError) as error:
        raise _unloadable(torch, place, error) from error
    _check_devices(torch, network, device, place)
    return network


def _advice_for(kind: str) -> str:
    if kind == SAVED:
        return (
            "describe a state dict as pytorch_state_dict, with its architecture, or save the "
            "traced network with torch.jit.save"
        )
    if kind in MISSING:
        return "get the package again"
    return "describe it as what it is, or trace the network and save it with torch.jit.save"


def _unloadable(torch: ModuleType, place: str, error: Exception) -> PackageError:
    version = f"torch {torch.__version__}"
    if match := _OPERATOR.search(str(error)):
        return UnsupportedError(
            place,
            "the network calls an operator that PyTorch does not have",
            value=match[1],
            allowed=f"operators of {version}",
            hint="ask its authors for a network without it",
        )
    if match := _VERSION.search(str(error)):
        return UnsupportedError(
            place,
            "the TorchScript file is newer than this PyTorch",
            value=f"version {match[1]}",
            allowed=f"version {match[2]} or older ({version})",
            hint="update torch",
        )
    return PackageError(
        place,
        "PyTorch cannot load these torchscript weights",
        value=first_line(error),
        allowed=f"a TorchScript file that {version} reads",
        hint="get the package again",
    )


def _check_devices(torch: ModuleType, network: nn.Module, device: str, place: str) -> None:
    """Refuse a network in whose code another device is written: moving it does not change that."""
    kind = device.partition(":")[0]
    try:
        graph = str(network.inlined_graph)
    except RuntimeError:  # without a method forward; said when it runs
        return
    fixed = {match[1]: match[2] for match in _DEVICE.finditer(graph)}
    other = sorted(name for name, of in fixed.items() if of not in {"cpu", kind})
    if not other:
        return
    moves = "cuda" in fixed.values() and torch.cuda.is_available()
    traced = "ask its authors for a network that was traced on the CPU"
    raise UnsupportedError(
        place,
        "the network was written for a GPU, whose name stands in its code",
        value=", ".join(other),
        allowed=f"code without a fixed device, or for {kind}",
        hint="set " + Option("device", "cuda") if moves else traced,
    )
