"""Sources of the files of a package: a folder, or a zip (:mod:`.zip_source`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from deepbacs_zoo.errors import HostError, IntegrityError, PackageError

__all__ = [
    "DESCRIPTION_NAMES",
    "GET_AGAIN",
    "FolderSource",
    "Source",
    "find_description",
    "host_errors",
    "is_description",
    "missing",
]

DESCRIPTION_NAMES: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")

# The specification also reads anything.rdf.yaml and the like.
_DOTTED_NAMES: Final = tuple(f".{name}" for name in DESCRIPTION_NAMES)

GET_AGAIN: Final = "get the package again"


class Source(Protocol):
    """The files of a package, by their names relative to the description."""

    label: str

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading; `IntegrityError` when it is missing."""

    def path_of(self, name: str) -> Path | None:
        """Return where the file lies on disk, or ``None`` inside a zip."""

    def close(self) -> None:
        """Let go of what is open."""


class FolderSource:
    """The files of a folder; symbolic links that leave it are refused."""

    def __init__(self, root: Path, label: str) -> None:
        self.label = label
        self._root = root.resolve()

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""
        files = (path for path in self._root.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self._root).as_posix() for path in files))

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        path = self.path_of(name)
        with host_errors(path):
            return path.open("rb")

    def path_of(self, name: str) -> Path:
        """Return where the file lies on disk."""
        path = self._root / name
        if not path.is_file():
            raise missing(self.label, name)
        if not path.resolve().is_relative_to(self._root):
            raise PackageError(
                f"{self.label}: {name}",
                "this file is a link that leads out of the package",
                value=path.resolve(),
                allowed="files that lie in the folder of the package",
                hint="put the file itself into the folder",
            )
        return path

    def close(self) -> None:
        """Nothing is held open."""


def find_description(names: list[str], where: str) -> str:
    """Return the description among the names of files that lie together.

    Raises
    ------
    PackageError
        There is none, or more than one.
    """
    for ending in DESCRIPTION_NAMES:
        if ending in names:
            return ending
    dotted = sorted(name for name in names if name.endswith(_DOTTED_NAMES))
    if len(dotted) == 1:
        return dotted[0]
    raise PackageError(
        where,
        "there is no description in this package" if not dotted else "there are two descriptions",
        value=", ".join(dotted) or None,
        allowed="one of " + ", ".join(DESCRIPTION_NAMES),
        hint="give the path of a bioimage.io package, or of its description itself",
    )


def is_description(name: str) -> bool:
    """Say whether a description may have this name."""
    return name in DESCRIPTION_NAMES or name.endswith(_DOTTED_NAMES)


@contextmanager
def host_errors(where: Path | str) -> Iterator[None]:
    """Turn what the computer refuses into `HostError`."""
    try:
        yield
    except (PermissionError, IsADirectoryError) as error:
        raise HostError(
            where,
            "this computer does not let the file be read",
            value=error.strerror,
            allowed="a file that you may read",
            hint="change its permissions or choose another file",
        ) from error


def missing(label: str, name: str) -> IntegrityError:
    """Return the error for a file that is not in the package called ``label``."""
    return IntegrityError(
        f"{label}: {name}",
        "the description names a file that is missing",
        allowed="a package with all its files",
        hint=GET_AGAIN,
    )
