"""The files of a data set where they lie: in a zip that is never unpacked as a whole, or a folder.

What would harm is refused before anything is written: names that lead out, links, zips that unpack
to more than any data set holds.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, Protocol

from deepbacs_zoo.errors import DataError, HostError, IntegrityError, UsageError
from deepbacs_zoo.files.archive import Guard, stated_name
from deepbacs_zoo.files.names import is_system_file

__all__ = ["Archive", "FolderArchive", "ZipArchive", "open_archive"]

_UNEXPLAINED: Final = "do not use it unless its author can explain it"


class Archive(Protocol):
    """The files of a data set, by their names with ``/`` below its top."""

    label: str

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""

    def size(self, name: str) -> int:
        """Return the number of bytes of a file."""

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file for reading; `IntegrityError` when it is damaged."""


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Yield the files of a zip or a folder.

    Raises
    ------
    UsageError
        Nothing is there, or it is neither.
    IntegrityError
        The zip is cut off or damaged.
    DataError
        It holds what would harm.
    HostError
        The computer does not let it be read.
    """
    if path.is_dir():
        yield FolderArchive(path)
        return
    if not path.is_file():
        raise UsageError(
            path,
            "there is no such file or folder",
            allowed="the zip of a data set, or the folder that it was unpacked to",
            hint="check the path",
        )
    with _reading(path):
        if not zipfile.is_zipfile(path):
            raise IntegrityError(
                path,
                "this file is no zip, or is cut off",
                value=f"{path.stat().st_size} bytes",
                allowed="the zip of a data set, or the folder that it was unpacked to",
                hint="download it again",
            )
        archive = zipfile.ZipFile(path)
    with archive:
        yield ZipArchive(archive, path)


class FolderArchive:
    """The files of a folder; links that lead out of it are refused."""

    def __init__(self, root: Path) -> None:
        self.label = str(root)
        self._root = root
        self._names = tuple(sorted(self._found()))

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""
        return self._names

    def size(self, name: str) -> int:
        """Return the number of bytes of a file."""
        return (self._root / name).stat().st_size

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file for reading."""
        path = self._root / name
        with _reading(path), path.open("rb") as file:
            yield file

    def _found(self) -> Iterator[str]:
        top, count = self._root.resolve(), 0
        for place, folders, files in os.walk(self._root):
            folders[:] = sorted(name for name in folders if not is_system_file(name))
            for name in (*folders, *files):
                path = Path(place, name)
                if path.is_symlink() and not path.resolve().is_relative_to(top):
                    raise _harmful(path, "this is a link that leads out of the folder", "files")
            for name in files:
                count += 1
                if count > GUARD.max_files:
                    raise GUARD.beyond(self.label, f"over {GUARD.max_files} files")
                if not is_system_file(name):
                    yield Path(place, name).relative_to(self._root).as_posix()


class ZipArchive:
    """The members of a zip, read one by one."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self.label = str(path)
        self._archive = archive
        self._members = dict(sorted(GUARD.members(archive.infolist(), self.label).items()))

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""
        return tuple(self._members)

    def size(self, name: str) -> int:
        """Return the number of bytes of a file."""
        return self._members[name].file_size

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a member for reading; its checksum is verified at its end."""
        with _reading(f"{self.label}: {name}"), self._archive.open(self._members[name]) as file:
            yield file


def _safe_name(info: zipfile.ZipInfo, label: str) -> str:
    # Zips made by old programs on Windows have backslashes between the parts.
    name = stated_name(info).replace("\\", "/")
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or ":" in parts[0]:
        raise _harmful(
            label, "a file name in this zip leads out of it", "names below its top", info.filename
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _harmful(f"{label}: {name}", "this member of the zip is a link", "files and folders")
    return "" if any(map(is_system_file, parts)) else "/".join(parts)


@contextmanager
def _reading(where: Path | str) -> Iterator[None]:
    """Turn what reading raises into errors of this project."""
    try:
        with GUARD.reading(where):
            yield
    except PermissionError as error:
        raise HostError(
            where,
            "this computer does not let the file be read",
            value=error.strerror,
            allowed="a file that you may read",
            hint="change its permissions or choose another file",
        ) from error


def _harmful(where: Path | str, what: str, allowed: str, value: str | None = None) -> DataError:
    return DataError(
        where,
        what,
        value=None if value is None else repr(value[:200]),
        allowed=allowed,
        hint=_UNEXPLAINED,
    )


GUARD: Final = Guard(
    max_files=200_000,
    max_bytes=256 * 2**30,
    safe_name=_safe_name,
    harmful=DataError,
    unsupported=DataError,
    too_much="it holds more than a data set can",
    smaller="name the folder or the zip of the data set alone; unpack a zip yourself if you "
    "trust it",
    again="download it again",
    plain="unpack it with another program and name the folder",
    author=_UNEXPLAINED,
    whole="a whole zip",
)
