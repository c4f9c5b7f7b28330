"""Puts a package into a Fiji folder, where deepImageJ and the plugin list it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.java.folder import read_folder
from deepbacs_zoo.files import refuse_existing
from deepbacs_zoo.files.staging import hidden_folder, move_into_place
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import open_package

__all__ = ["install_model"]

_MODELS: Final = "models"


def install_model(  # long: half of it documents its parameters
    package: str | Path, fiji: str | Path, *, name: str | None = None, overwrite: bool = False
) -> Path:
    """Unpack a package into the folder ``models`` of a Fiji.

    Parameters
    ----------
    package
        A zip or a folder.  Every file is compared with its hash before the model is there.
    fiji
        The folder of the Fiji.
    name
        The name of the model's folder; by default that of the package.
    overwrite
        Whether a model of this name is replaced.

    Returns
    -------
    Path
        The folder of the model, which appears whole or not at all.

    Raises
    ------
    UsageError
        There is no Fiji, no package, or the name is none of a folder.
    OutputExistsError, HostError
        A model of this name is there, or the folder cannot be written.
    PackageError, IntegrityError
        The package is damaged.
    """
    path = Path(package)
    name = _checked(name or path.name.removesuffix(".zip"))
    models = read_folder(fiji).path / _MODELS
    output = models / name
    refuse_existing(output, overwrite=overwrite)
    try:
        models.mkdir(exist_ok=True)
        with open_package(path) as opened, hidden_folder(models, name) as hidden:
            made = hidden / name
            for file in opened.names():
                place = made / file
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(opened.file_path(file), place)
            move_into_place(made, output, hidden)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            models,
            "the model cannot be put here",
            value=error.strerror or error,
            allowed="a Fiji folder that may be written, on a disk with free space",
            hint="free some space, or choose a Fiji of your own by " + Option("fiji"),
        ) from error
    return output


def _checked(name: str) -> str:
    """Return the name of a folder, or refuse what would be another place."""
    if name in {"", ".", ".."} or set("/\\:") & set(name):
        raise UsageError(
            Option("name"),
            "this is no name of a folder",
            value=name,
            allowed="a name without slashes and colons",
            hint="choose another " + Option("name"),
        )
    return name
