"""Folders that are shipped beside the Python package."""

from __future__ import annotations

from pathlib import Path

from deepbacs_zoo.errors import HostError

__all__ = ["shipped_folder"]


def shipped_folder(name: str, what: str) -> Path:
    """Return a folder that comes with deepbacs_zoo.

    In an installed wheel it lies inside the Python package, in a checkout beside it.

    Parameters
    ----------
    name
        Its name.
    what
        What it holds, for the error.

    Raises
    ------
    HostError
        The folder is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise HostError(
        package / name,
        f"the shipped {what} are missing",
        allowed="an installed wheel, or a checkout of the repository",
        hint="install deepbacs_zoo again",
    )
