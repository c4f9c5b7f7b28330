"""A package as deepImageJ takes it: a folder with ``rdf.yaml``, and one kind of weights."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import HostError, UnsupportedError
from deepbacs_zoo.fiji.deepimagej.rules import NO_WEIGHTS, lint
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.writing.description import write_description

__all__ = ["WEIGHTS", "check_package", "stage_package"]

WEIGHTS: Final = "torchscript"
"""The weights that deepImageJ runs: its engine for ONNX ends the Java process."""

_EXPORT: Final = "export the model with " + Option("consumer", "deepimagej")


def check_package(package: Package) -> None:
    """Refuse a package that deepImageJ will not run, before Java starts.

    Raises
    ------
    UnsupportedError
        The package breaks a rule of which a breach makes deepImageJ fail, or has no TorchScript.
    """
    if WEIGHTS not in package.weights:
        raise UnsupportedError(
            f"{package.path}: weights",
            "deepImageJ runs TorchScript weights, and there are none",
            value=", ".join(package.weights),
            allowed=WEIGHTS,
            hint=_EXPORT,
        )
    is_ours = package.zoo_config.method is not None and len(package.inputs) == 1
    for rule, finding in lint(package):
        others = finding.where.startswith("weights.") and not finding.where.endswith(WEIGHTS)
        if rule.blocks and rule is not NO_WEIGHTS and not others:
            raise UnsupportedError(
                f"{package.path}: {finding.where}",
                "deepImageJ will not run this package: " + finding.what,
                allowed=finding.allowed,
                hint=_EXPORT if is_ours else finding.hint,
            )


def stage_package(package: Package, folder: Path) -> Path:
    """Write what deepImageJ needs of a package into a new folder, and return that folder.

    The files are verified.  Of several kinds of weights deepImageJ takes one by the order of a hash
    map, and looks for its engine on the network, so that the others are left out.

    Raises
    ------
    IntegrityError
        A file is missing, damaged, or not the one that was described.
    HostError
        The disk has no space for them.
    """
    target = folder / "model"
    weights = package.weights[WEIGHTS]
    entries = dict(package.description)
    entry = {**entries["weights"][WEIGHTS], "source": package.locate(weights.file).path}
    entries["weights"] = {WEIGHTS: entry}
    try:
        target.mkdir(parents=True)
        for file in package.files_of(weights):
            path = target / package.locate(file).path
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(package.file_path(file), path)
        write_description(entries, target)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            folder,
            "the package does not fit here",
            value=error.strerror or error,
            allowed="a folder for temporary files with enough free space",
            hint="free some space, or set TMPDIR to another folder",
        ) from error
    return target
