"""The weights to load, and advice to take others: of those that are there and run here."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.runners.architecture import needs_trust
from deepbacs_zoo.runners.table import RUNNERS, RunnerEntry
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["is_installed", "other_weights", "pick_weights"]


def is_installed(entry: RunnerEntry) -> bool:
    """Return whether the library of a runner is here."""
    try:
        return find_spec(entry.library) is not None
    except ValueError:  # a module of that name without a specification
        return False


def pick_weights(
    runner: str, formats: Sequence[str], package: Package, asked: str | None
) -> Weights:
    """Return the entry of the package's weights that a runner is to load.

    Raises
    ------
    UnsupportedError
        The package has none of the ``formats``, or lacks the one that is ``asked`` for.
    """
    candidates = formats if asked is None else [asked]
    for name in candidates:
        if name in formats and name in package.weights:
            weights: Weights = package.weights[name]
            return weights
    raise UnsupportedError(
        package.path,
        f"the runner {runner} finds no weights that it can load",
        value=", ".join(package.weights) or "no weights",
        allowed=" | ".join(candidates),
        hint=f"get a package with {candidates[0]} weights" + other_weights(package, *formats),
    )


def other_weights(package: Package, *refused: str) -> Text:
    """Return what follows an advice: a runner that takes other weights of a package here.

    Parameters
    ----------
    package
        The package.
    refused
        The weights formats that do not run.

    Returns
    -------
    Text
        Begins with a comma; empty where nothing else runs.
    """
    for runner, entry in RUNNERS.items():
        others = [name for name in entry.formats if name in package.weights]
        if not others or others[0] in refused or not is_installed(entry):
            continue
        advice = ", or run its weights " + others[0] + " with " + Option("runner", runner)
        if needs_trust(package, package.weights[others[0]]):
            advice += " and " + Option("trust", True) + " if you trust it"
        return advice
    return Text()
