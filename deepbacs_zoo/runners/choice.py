"""The weights to load, and advice to take others: of those that are there and run here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.runners.architecture import needs_trust
from deepbacs_zoo.runners.table import RUNNERS
from deepbacs_zoo.tensors import Weights

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["other_weights", "pick_weights"]


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
        hint=f"get a package with {candidates[0]} weights",
    ).advising(other_weights(package, *formats))


def other_weights(package: Package, *refused: str) -> Text:
    """Return the advice to run other weights of a package, by a runner that is installed.

    Parameters
    ----------
    package
        The package.
    refused
        The weights formats that do not run.

    Returns
    -------
    Text
        An imperative; empty where nothing else runs.
    """
    for runner, entry in RUNNERS.items():
        names = [name for name in entry.formats if name in package.weights]
        # A runner takes the first that it can load.
        if not names or names[0] in refused or not entry.is_installed():
            continue
        advice = "run its weights " + names[0] + " with " + Option("runner", runner)
        if needs_trust(package, package.weights[names[0]]):
            advice += " and " + Option("trust", True) + " if you trust it"
        return advice
    return Text()
