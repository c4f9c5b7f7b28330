"""Opens what a path names: a zip, a folder, or the description itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.package.find_description import find_description, has_description
from deepbacs_zoo.package.source import FolderSource, Source, host_errors
from deepbacs_zoo.package.zip_source import open_zip

__all__ = ["open_source"]

_YAML: Final = (".yaml", ".yml")


def open_source(path: Path) -> tuple[Source, str]:
    """Return the files of a package and the name of its description.

    Parameters
    ----------
    path
        A zip, a folder, or the description itself.

    Raises
    ------
    UsageError
        Nothing is there, or it is none of the three.
    PackageError
        No description inside, or a member whose name leads outside.
    IntegrityError
        The zip is cut off or damaged.
    HostError
        The computer does not let it be read.
    """
    with host_errors(path):
        if path.is_dir():
            place = find_description(_near_the_top(path), str(path))
            return _in_folder(path, path, place)
        if path.is_file():
            if path.suffix.lower() in _YAML:
                return _in_folder(path.parent, path, path.name.replace("\\", "/"))
            return open_zip(path)
    raise UsageError(
        path,
        "there is no such package",
        allowed="a zip, a folder or a description (rdf.yaml, bioimageio.yaml) that exists",
        hint="check the path",
    )


def _in_folder(root: Path, given: Path, place: str) -> tuple[FolderSource, str]:
    prefix, slash, name = place.rpartition("/")
    return FolderSource(root, str(given), prefix + slash), name


def _near_the_top(path: Path) -> list[str]:
    """Return the names in a folder, and one folder down where there is no description in it."""
    children = sorted(path.iterdir())
    top = [child.name for child in children if child.is_file()]
    if not has_description(top):
        for folder in (child for child in children if child.is_dir()):
            top += [f"{folder.name}/{each.name}" for each in folder.iterdir() if each.is_file()]
    return [name.replace("\\", "/") for name in top]
