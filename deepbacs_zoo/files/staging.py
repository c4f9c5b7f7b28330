"""Packages and folders written beside their place, and moved there in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.files.existing import refuse_existing
from deepbacs_zoo.options import Option

__all__ = ["check_output", "folder_beside", "hidden_folder", "move_into_place", "staging"]

_DESCRIPTIONS: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")


def check_output(output: Path, *, overwrite: bool) -> None:
    """Refuse a place before any work is done.

    Parameters
    ----------
    output
        A zip (``.zip``), or a folder.
    overwrite
        Whether what stands there may be replaced.

    Raises
    ------
    OutputExistsError
        Something stands there.
    HostError
        Its folder is missing or does not let us write.
    UsageError
        A folder that is no package would be replaced.
    """
    parent = output.absolute().parent
    if not parent.is_dir():
        raise HostError(
            parent,
            "the folder for the package does not exist",
            allowed="an existing folder",
            hint="make it, or choose another " + Option("output"),
        )
    refuse_existing(output, overwrite=overwrite)
    if output.is_dir() and not any((output / name).is_file() for name in _DESCRIPTIONS):
        raise UsageError(
            output,
            "this folder is not a package and would be lost",
            allowed="a new path, or a package to be replaced",
            hint="choose another " + Option("output"),
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _refusal(parent, "permission denied")


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """Give a hidden folder beside the output, gone afterwards whatever happens.

    Raises
    ------
    HostError
        The disk is full or refuses.
    """
    parent = output.absolute().parent
    try:
        with hidden_folder(parent, output.name) as folder:
            yield folder
    except HostError:
        raise
    except OSError as error:
        raise _refusal(error.filename or parent, error.strerror) from error


@contextmanager
def hidden_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give a new hidden folder for unfinished files, gone afterwards whatever happens.

    Parameters
    ----------
    parent
        The folder in which it is made.
    name
        What is to be made in it; its own name is ``.NAME-*.part``.

    Raises
    ------
    OSError
        It cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f".{name}-", suffix=".part", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """Yield a new folder that takes the place of ``folder`` at the end.

    Raises
    ------
    OSError
        The disk refuses, or ``folder`` is there and not empty.
    """
    with hidden_folder(folder.parent, folder.name) as hidden:
        inside = hidden / folder.name
        inside.mkdir()  # with the permissions of any new folder, which mkdtemp's has not
        yield inside
        if folder.is_dir():
            folder.rmdir()  # an empty one; what has come there meanwhile is an error
        inside.rename(folder)


def move_into_place(made: Path, output: Path, hidden: Path) -> None:
    """Put a finished file or folder at its place; what stood there is gone only when it succeeds.

    Parameters
    ----------
    made
        The finished file or folder, on the same disk.
    output
        Its place.
    hidden
        An empty folder on the same disk for what stood there.
    """
    if not output.is_dir():
        made.replace(output)
        return
    # A folder that is not empty cannot be replaced in one step.
    old = hidden / "replaced"
    output.replace(old)
    try:
        made.replace(output)
    except OSError:
        with suppress(OSError):
            old.replace(output)
        raise


def _refusal(where: str | Path, reason: str | None) -> HostError:
    return HostError(
        where,
        "the package cannot be written here",
        value=reason,
        allowed="a folder that may be written to, with free space",
        hint="free some space or choose another " + Option("output"),
    )
