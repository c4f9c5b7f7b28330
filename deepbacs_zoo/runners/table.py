"""The table of runners, and the choice of the weights to run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import (
    DeepbacsZooError,
    HostError,
    MissingExtraError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.base import Runner, Session, check_device

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["RUNNERS", "RunnerEntry", "load_session"]


@dataclass(frozen=True)
class RunnerEntry:
    """A runner: its module, the formats that it can load, and the library that computes."""

    module: str
    name: str
    formats: tuple[str, ...]
    library: str

    def open(self) -> Runner:
        """Import the runner's module and return the runner."""
        runner: Runner = getattr(importlib.import_module(self.module), self.name)()
        return runner


RUNNERS: Final[Mapping[str, RunnerEntry]] = MappingProxyType(
    {
        "onnx": RunnerEntry("deepbacs_zoo.runners.onnx", "OnnxRunner", ("onnx",), "onnxruntime"),
        "torch": RunnerEntry(
            "deepbacs_zoo.runners.torch",
            "TorchRunner",
            ("torchscript", "pytorch_state_dict"),
            "torch",
        ),
    }
)
"""By the name that the option ``runner`` takes, in the order in which they are tried."""


def load_session(
    package: Package,
    runner: str | None = None,
    device: str = "auto",
    *,
    weights_format: str | None = None,
    trust: bool = False,
) -> Session:
    """Load the first weights of a package that run here: onnx, torchscript, pytorch_state_dict.

    Parameters
    ----------
    package
        The package.
    runner
        ``onnx`` or ``torch``; both are tried if not given.
    device
        ``auto``, ``cpu`` or ``cuda``.
    weights_format
        The only weights to try.
    trust
        Whether code from the package may be executed.

    Returns
    -------
    Session
        The loaded network.

    Raises
    ------
    UsageError
        The runner, the device or the weights format does not exist.
    HostError
        The only thing that hinders is this computer.
    UnsupportedError
        None of the weights runs here; the message says of each why.
    IntegrityError, PackageError
        The weights that were to run are not those described, or are broken.  This is not passed
        over: other weights of a broken package are no safer.
    """
    check_device(device)
    entries = _chosen_runners(runner)
    _check_format(package, weights_format)
    reasons: dict[str, DeepbacsZooError | str] = {}
    for entry in entries:
        for name in entry.formats:
            if name not in package.weights or weights_format not in {None, name}:
                continue
            try:
                return entry.open().load(package, device, weights_format=name, trust=trust)
            except (UnsupportedError, MissingExtraError, HostError) as error:
                reasons[name] = error
    raise _nothing_runs(package, reasons)


def _chosen_runners(runner: str | None) -> tuple[RunnerEntry, ...]:
    if runner is None:
        return tuple(RUNNERS.values())
    if runner not in RUNNERS:
        raise UsageError(
            Option("runner"),
            "there is no such runner",
            value=runner,
            allowed=" | ".join(RUNNERS),
            hint="leave it out to take the first that works",
        )
    return (RUNNERS[runner],)


def _check_format(package: Package, weights_format: str | None) -> None:
    if weights_format is not None and weights_format not in package.weights:
        raise UsageError(
            package.path,
            "the package has no weights of this format",
            value=weights_format,
            allowed=" | ".join(package.weights) or "none",
            hint="leave the format out to take the first that works",
        )


def _nothing_runs(
    package: Package, reasons: Mapping[str, DeepbacsZooError | str]
) -> DeepbacsZooError:
    tried = [error for error in reasons.values() if isinstance(error, DeepbacsZooError)]
    # Where this computer is the only reason, its own sentence says more.
    of_host = [error for error in tried if error.exit_code == HostError.exit_code]
    if len(tried) == 1 or (tried and of_host == tried):
        return tried[0]
    why = dict.fromkeys([*reasons, *package.weights], "no chosen runner takes it")
    why |= {name: _clause(error) for name, error in reasons.items()}
    clauses = [f"{name}: {reason}" for name, reason in why.items()]
    return UnsupportedError(
        package.path,
        "none of its weights runs here",
        value="; ".join(clauses) or "it has none",
        allowed=" | ".join(chain.from_iterable(entry.formats for entry in RUNNERS.values())),
        hint="install the extra 'train' for PyTorch weights, or set "
        + Option("trust", True)
        + " for state dicts",
    )


def _clause(error: DeepbacsZooError | str) -> str:
    if isinstance(error, str):
        return error
    return str(error.what) if error.value is None else f"{error.what} ({error.value})"
