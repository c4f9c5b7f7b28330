"""The packages that come with the project: an explicit table, and names in the place of paths."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import HostError, UsageError, look_up
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.models.fetching import fetch_model, fetched_path
from deepbacs_zoo.models.zoo import nickname_of

__all__ = ["SHIPPED", "ShippedModel", "copy_model", "get_model", "package_path"]

_FOLDER: Final = Path(__file__).with_name("packages")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
"""Names of models; a path of one word with hyphens and no suffix looks alike."""
_OWN: Final = "deepbacs-"
"""Begins the names of the packages here: the zoo is not asked for one with a typing error."""


@dataclass(frozen=True)
class ShippedModel:
    """A package that comes with the project.

    Parameters
    ----------
    name
        Its name, which stands for its path.
    task, method
        What it does, and how.
    trained_on
        Its training images, in one line.
    truth
        ``real``, ``semi-real`` or ``simulated``: what it learned from.
    """

    name: str
    task: str
    method: str
    trained_on: str
    truth: str

    @property
    def path(self) -> Path:
        """The zip."""
        return _FOLDER / f"{self.name}.zip"

    @property
    def size(self) -> int:
        """Bytes of the zip."""
        return self.path.stat().st_size

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data, the size in bytes."""
        return {**asdict(self), "size": self.size}


_TABLE: Final = (
    ShippedModel(
        "deepbacs-segmentation-multilabel-unet",
        "segmentation",
        "multilabel-unet",
        "E. coli in bright field, four fields of ColiCoords (real)",
        "real",
    ),
    ShippedModel(
        "deepbacs-denoising-care",
        "denoising",
        "care",
        "fluorescent E. coli at 5, 20 and 80 photons (simulated)",
        "simulated",
    ),
    ShippedModel(
        "deepbacs-labeling-fnet",
        "labeling",
        "fnet",
        "E. coli in bright field with a stain, 14 fields of ColiCoords (real)",
        "real",
    ),
    ShippedModel(
        "deepbacs-superresolution-care",
        "superresolution",
        "care",
        "membranes in wide field and structured illumination (simulated)",
        "simulated",
    ),
)
SHIPPED: Final = {model.name: model for model in _TABLE}
"""The models by their names."""


def get_model(name: str) -> ShippedModel:
    """Return a model by its name.

    Raises
    ------
    UsageError
        No model has this name.
    """
    return look_up(SHIPPED, name, "NAME", "model")


def package_path(package: str | Path, *, fetch: bool = False) -> Path:
    """Return the path of a package that is given by its path or the name of a model.

    Parameters
    ----------
    package
        A path, the name of a model that comes with the project, or the nickname of one of the zoo.
    fetch
        Whether a model of the zoo that was not fetched before is fetched now.

    Raises
    ------
    UsageError
        Nothing has this path, and what could be the name of a model is none.
    HostError, IntegrityError, PackageError
        A model of the zoo cannot be fetched.
    """
    place, word = Path(package), str(package)
    if place.exists():
        return place
    if word in SHIPPED:
        return SHIPPED[word].path
    if (nickname := nickname_of(word)) and (fetched := fetched_path(nickname)):
        return fetched
    if nickname and fetch and not nickname.startswith(_OWN):
        try:
            return fetch_model(nickname)
        except HostError as error:
            raise error.advising(f"check the path, since nothing is at {word}") from error
    if _NAME.fullmatch(word):
        raise UsageError(
            word,
            "this is no file or folder, and no model has this name",
            allowed=", ".join(SHIPPED),
            hint="see `deepbacs-zoo models list`, give the path of a package, or fetch a model of "
            "the zoo by `deepbacs-zoo models fetch`",
        )
    return place


def copy_model(name: str, output: str | Path, *, overwrite: bool = False) -> Path:
    """Write a model's package to a place of the user's.

    Parameters
    ----------
    name
        Of the model.
    output
        The zip, or a folder that is there, where it gets the model's name.
    overwrite
        Whether what stands there may be replaced.

    Returns
    -------
    Path
        The zip.

    Raises
    ------
    UsageError
        No model has this name.
    OutputExistsError, HostError
        Something stands there, or it cannot be written.
    """
    model, place = get_model(name), Path(output)
    if place.is_dir():
        place /= model.path.name
    refuse_existing(place, overwrite=overwrite)
    write_bytes(place, model.path.read_bytes())
    return place
