"""The description among the files of a package."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.members import is_left_by_system

__all__ = ["DESCRIPTION_NAMES", "find_description", "has_description", "other_descriptions"]

DESCRIPTION_NAMES: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")

# The specification also reads anything.rdf.yaml and the like.
_DOTTED_NAMES: Final = tuple(f".{name}" for name in DESCRIPTION_NAMES)
_MOST_NAMED: Final = 5


def find_description(names: Sequence[str], where: str) -> str:
    """Return the name of the description: at the top, or in the folder around everything.

    Raises
    ------
    PackageError
        There is none, or more than one.
    """
    own = [name for name in names if not is_left_by_system(name)]
    by_folder = _by_folder(own)
    if not by_folder:
        raise _none(own, where)
    depth = min(folder.count("/") for folder in by_folder)
    folders = [folder for folder in by_folder if folder.count("/") == depth]
    if len(folders) > 1:
        raise PackageError(
            where,
            "there are several packages in this zip",
            value=", ".join(folder.rstrip("/") for folder in folders),
            allowed="one package",
            hint="unpack the zip and give the folder of one package",
        )
    return folders[0] + _first(by_folder[folders[0]], where)


def _by_folder(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the descriptions in each folder that holds one; the folders end with ``/``."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        folder, slash, last = name.rpartition("/")
        if _is_description(last):
            found[folder + slash].append(last)
    return found


def has_description(names: Sequence[str]) -> bool:
    """Return whether there is a description among names without folders."""
    return any(map(_is_description, names))


def other_descriptions(names: Sequence[str], chosen: str) -> tuple[str, ...]:
    """Return the descriptions beside the chosen one that have one of the names of a package's."""
    return tuple(name for name in DESCRIPTION_NAMES if name != chosen and name in names)


def _first(names: Sequence[str], where: str) -> str:
    for ending in DESCRIPTION_NAMES:
        if ending in names:
            return ending
    if len(names) > 1:
        raise PackageError(
            where,
            "there are two descriptions",
            value=", ".join(sorted(names)),
            allowed="one of " + ", ".join(DESCRIPTION_NAMES),
            hint="give the path of a bioimage.io package, or of its description itself",
        )
    return names[0]


def _none(names: Sequence[str], where: str) -> PackageError:
    is_zip = len(names) == 1 and names[0].lower().endswith(".zip")
    texts = sorted(name for name in names if name.lower().endswith((".yaml", ".yml")))
    found = ", ".join(texts[:_MOST_NAMED])
    return PackageError(
        where,
        "there is no description in this package",
        value=f"it holds another zip, {names[0]}" if is_zip else found or None,
        allowed="one of " + ", ".join(DESCRIPTION_NAMES),
        hint="unpack it and give the zip inside"
        if is_zip
        else "give the path of a bioimage.io package, or of its description itself",
    )


def _is_description(name: str) -> bool:
    return name in DESCRIPTION_NAMES or name.endswith(_DOTTED_NAMES)
