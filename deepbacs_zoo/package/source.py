"""Sources of the files of a package: a folder, or a zip (:mod:`.zip_source`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from deepbacs_zoo.errors import HostError, IntegrityError, PackageError
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.package.packing import backslashes

__all__ = [
    "GET_AGAIN",
    "FolderSource",
    "Source",
    "host_errors",
    "missing",
    "same_name",
]

GET_AGAIN: Final = "get the package again"


class Source(Protocol):
    """The files of a package, by their names relative to the description."""

    label: str
    findings: tuple[Finding, ...]

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading; `IntegrityError` when it is missing."""

    def path_of(self, name: str) -> Path | None:
        """Return where the file lies on disk, or ``None`` inside a zip."""

    def close(self) -> None:
        """Let go of what is open."""


class FolderSource:
    r"""The files of a folder below ``prefix``; symbolic links that leave the folder are refused.

    Where a zip with ``\`` in its names was unpacked elsewhere than on Windows, one file lies there
    by the name ``model\rdf.yaml``; it is read as ``model/rdf.yaml``.
    """

    def __init__(self, root: Path, label: str, prefix: str = "") -> None:
        self.label = label
        self._root = root.resolve()
        self._prefix = prefix
        odd = sorted(path.name for path in self._root.iterdir() if "\\" in path.name)
        self.findings: tuple[Finding, ...] = tuple(backslashes(odd))

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""
        files = (path for path in self._root.rglob("*") if path.is_file())
        names = (path.relative_to(self._root).as_posix().replace("\\", "/") for path in files)
        own = (name for name in names if name.startswith(self._prefix))
        return tuple(sorted(name.removeprefix(self._prefix) for name in own))

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        path = self.path_of(name)
        with host_errors(path):
            return path.open("rb")

    def path_of(self, name: str) -> Path:
        """Return where the file lies on disk."""
        path = self._path(name)
        if not path.resolve().is_relative_to(self._root):
            raise PackageError(
                f"{self.label}: {name}",
                "this file is a link that leads out of the package",
                value=path.resolve(),
                allowed="files that lie in the folder of the package",
                hint="put the file itself into the folder",
            )
        return path

    def _path(self, name: str) -> Path:
        if (path := self._literal(name)).is_file():
            return path
        names = self.names()
        same = same_name(name, names)
        if same is None:
            raise missing(self.label, name, names)
        return self._literal(same)

    def _literal(self, name: str) -> Path:
        path = self._root / (self._prefix + name)
        odd = self._root / (self._prefix + name).replace("/", "\\")
        return odd if self.findings and odd.is_file() else path

    def close(self) -> None:
        """Nothing is held open."""


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


def same_name(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` that reads the same: accents have two spellings."""
    plain = normalized(name)
    return next((each for each in names if normalized(each) == plain), None)


def missing(label: str, name: str, names: Iterable[str]) -> IntegrityError:
    """Return the error for a file that is not among the ``names`` of the package ``label``."""
    near = next((each for each in names if each.lower() == name.lower()), None)
    return IntegrityError(
        f"{label}: {name}",
        "the description names a file that is missing",
        value=None if near is None else f"there is {near}",
        allowed="a package with all its files",
        hint=GET_AGAIN if near is None else "write the name as the file has it, capitals count",
    )
