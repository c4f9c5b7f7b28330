"""Opens what a path names: a zip, a folder, or the description itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.package.source import FolderSource, Source, find_description, host_errors
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
            folder = FolderSource(path, str(path))
            top = [child.name for child in path.iterdir() if child.is_file()]
            return folder, find_description(top, str(path))
        if path.is_file():
            if path.suffix.lower() in _YAML:
                return FolderSource(path.parent, str(path)), path.name
            return open_zip(path)
    raise UsageError(
        path,
        "there is no such package",
        allowed="a zip, a folder or a description (rdf.yaml, bioimageio.yaml) that exists",
        hint="check the path",
    )
