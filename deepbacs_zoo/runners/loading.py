"""Loading: the choice of the weights to run, and the reasons where none does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import (
    DeepbacsZooError,
    HostError,
    IntegrityError,
    MissingExtraError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.base import Session, check_device
from deepbacs_zoo.runners.choice import other_weights
from deepbacs_zoo.runners.table import RUNNERS, RunnerEntry

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["load_session"]


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
    reasons: dict[str, DeepbacsZooError] = {}
    for entry in entries:
        for name in entry.formats:
            if name not in package.weights or weights_format not in {None, name}:
                continue
            try:
                return entry.open().load(package, device, weights_format=name, trust=trust)
            except (UnsupportedError, MissingExtraError, HostError) as error:
                reasons[name] = error
            except IntegrityError:
                raise  # other weights of a package that was altered are no safer
            except PackageError as error:
                raise error.advising(other_weights(package, *reasons, name)) from error
    raise _nothing_runs(package, runner, reasons)


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
    package: Package, runner: str | None, reasons: Mapping[str, DeepbacsZooError]
) -> DeepbacsZooError:
    tried = list(reasons.values())
    others = other_weights(package, *reasons)
    # Where this computer is the only reason, its own sentence says more.
    if len(tried) == 1 or (
        tried and all(error.exit_code == HostError.exit_code for error in tried)
    ):
        return tried[0].advising(others)
    formats = list(chain.from_iterable(entry.formats for entry in _chosen_runners(runner)))
    hints = list(dict.fromkeys(error.hint for error in tried))
    first, *more = hints or [f"get a package with {formats[0]} weights"]
    error = UnsupportedError(
        package.path,
        "none of its weights runs here",
        value=_reasons(package, runner, reasons) or "it has none",
        allowed=" | ".join(formats),
        hint=first,
    )
    return reduce(UnsupportedError.advising, [*more, others], error)


def _reasons(package: Package, runner: str | None, reasons: Mapping[str, DeepbacsZooError]) -> str:
    unknown = "no runner takes it" if runner is None else f"the runner {runner} does not take it"
    why = dict.fromkeys([*reasons, *package.weights], unknown)
    why |= {name: _clause(error) for name, error in reasons.items()}
    return "; ".join(f"{name}: {reason}" for name, reason in why.items())


def _clause(error: DeepbacsZooError) -> str:
    return str(error.what) if error.value is None else f"{error.what} ({error.value})"
