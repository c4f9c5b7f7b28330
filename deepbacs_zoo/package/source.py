"""Where the files of a package lie: a folder, or a zip that is never unpacked as a whole."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from deepbacs_zoo.errors import (
    HostError,
    IntegrityError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.package.members import member_name

__all__ = ["DESCRIPTION_NAMES", "FolderSource", "Source", "ZipSource", "open_source"]

DESCRIPTION_NAMES: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")

# The specification also reads anything.rdf.yaml and the like.
_DOTTED_NAMES: Final = tuple(f".{name}" for name in DESCRIPTION_NAMES)

# Against zip bombs.  Weights are numbers that hardly shrink; masks and blank test tensors shrink up
# to 1000 times (the limit of deflate) but are small.
MAX_MEMBERS: Final = 10_000
MAX_TOTAL: Final = 64 * 2**30
MAX_RATIO: Final = 200
RATIO_COUNTS_ABOVE: Final = 256 * 2**20

_YAML: Final = (".yaml", ".yml")
_ZIP_START: Final = b"PK\x03\x04"
_GET_AGAIN: Final = "get the package again"


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
    with _host_errors(path):
        if path.is_dir():
            folder = FolderSource(path, str(path))
            top = [child.name for child in path.iterdir() if child.is_file()]
            return folder, _find_description(top, str(path))
        if path.is_file():
            if path.suffix.lower() in _YAML:
                return FolderSource(path.parent, str(path)), path.name
            return _open_zip(path)
    raise UsageError(
        path,
        "there is no such package",
        allowed="a zip, a folder or a description (rdf.yaml, bioimageio.yaml) that exists",
        hint="check the path",
    )


def _find_description(names: list[str], where: str) -> str:
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


@contextmanager
def _host_errors(where: Path | str) -> Iterator[None]:
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


# --- folders -------------------------------------------------------------------------------------


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
        with _host_errors(path):
            return path.open("rb")

    def path_of(self, name: str) -> Path:
        """Return where the file lies on disk."""
        path = self._root / name
        if not path.is_file():
            raise _missing(self.label, name)
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


def _missing(label: str, name: str) -> IntegrityError:
    return IntegrityError(
        f"{label}: {name}",
        "the description names a file that is missing",
        allowed="a package with all its files",
        hint=_GET_AGAIN,
    )


# --- zips ----------------------------------------------------------------------------------------


class ZipSource:
    """The members of a zip below ``prefix``, read one by one."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        label: str,
        members: Mapping[str, zipfile.ZipInfo],
        prefix: str,
    ) -> None:
        self.label = label
        self._archive = archive
        self._members = {
            name.removeprefix(prefix): info
            for name, info in members.items()
            if name.startswith(prefix)
        }

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""
        return tuple(sorted(self._members))

    def open(self, name: str) -> IO[bytes]:
        """Open a member for reading; its checksum is verified at its end."""
        if name not in self._members:
            raise _missing(self.label, name)
        with damage(f"{self.label}: {name}"):
            return self._archive.open(self._members[name])

    def path_of(self, name: str) -> None:
        """Return ``None``: a member has no place of its own on disk."""
        if name not in self._members:
            raise _missing(self.label, name)

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()


@contextmanager
def damage(where: str) -> Iterator[None]:
    """Turn what reading a damaged or foreign zip raises into `IntegrityError` and the like."""
    try:
        yield
    except (RuntimeError, NotImplementedError) as error:
        # zipfile raises these for encrypted members and compression methods it lacks.
        raise UnsupportedError(
            where,
            "this member of the zip cannot be unpacked",
            value=error,
            allowed="stored or deflated members without a password",
            hint="pack the files again as a plain zip",
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, io.UnsupportedOperation) as error:
        raise _damaged(where, error) from error


def _damaged(where: str | Path, error: Exception | str) -> IntegrityError:
    return IntegrityError(
        where,
        "the zip is cut off or damaged",
        value=error,
        allowed="a complete zip file",
        hint=_GET_AGAIN,
    )


def _open_zip(path: Path) -> tuple[ZipSource, str]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            start = file.read(len(_ZIP_START))
        if start == _ZIP_START or path.suffix.lower() == ".zip":
            raise _damaged(path, "no end of the zip's directory")
        raise UsageError(
            path,
            "this file is not a package",
            value=path.suffix or path.name,
            allowed="a zip, a folder or a description (rdf.yaml, bioimageio.yaml)",
            hint="give the package, not one of its files",
        )
    with damage(str(path)):
        archive = zipfile.ZipFile(path)
    try:
        members = _checked_members(archive.infolist(), path)
        description = _description_in_zip(list(members), str(path))
    except BaseException:
        archive.close()
        raise
    folder, slash, name = description.rpartition("/")
    return ZipSource(archive, str(path), members, folder + slash), name


def _description_in_zip(names: list[str], where: str) -> str:
    """Return the description at the top, or else the one that lies one folder down."""
    by_folder: dict[str, list[str]] = {"": []}
    for name in names:
        folder, _, last = name.rpartition("/")
        # macOS adds a folder of its own notes to the zips it makes.
        if "/" not in folder and folder != "__MACOSX":
            by_folder.setdefault(folder, []).append(last)
    found = [key for key, files in by_folder.items() if any(map(_is_description, files))]
    if "" in found or not found:
        return _find_description(by_folder[""], where)
    if len(found) > 1:
        raise PackageError(
            where,
            "there are several packages in this zip",
            value=", ".join(found),
            allowed="one package",
            hint="unpack the zip and give the folder of one package",
        )
    return f"{found[0]}/{_find_description(by_folder[found[0]], where)}"


def _is_description(name: str) -> bool:
    return name in DESCRIPTION_NAMES or name.endswith(_DOTTED_NAMES)


def _checked_members(members: list[zipfile.ZipInfo], path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the files by their safe names; refuse what would harm when unpacked."""
    result: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        name = member_name(info.filename, str(path))
        if info.is_dir():
            continue
        if name in result:
            raise PackageError(
                f"{path}: {name}",
                "the zip holds two files of this name",
                allowed="each name once",
                hint="do not use this package unless its author can explain it",
            )
        result[name] = info
        swollen = info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if swollen and info.file_size > RATIO_COUNTS_ABOVE:
            raise _bomb(f"{path}: {name}", f"{info.file_size} bytes unpacked")
    total = sum(info.file_size for info in result.values())
    if len(members) > MAX_MEMBERS or total > MAX_TOTAL:
        raise _bomb(str(path), f"{len(members)} files, {total} bytes unpacked")
    return result


def _bomb(where: str, found: str) -> PackageError:
    return PackageError(
        where,
        "the zip would unpack to more than a package can need",
        value=found,
        allowed=f"{MAX_MEMBERS} files and {MAX_TOTAL >> 30} GiB, large ones not packed over "
        f"{MAX_RATIO} times",
        hint="unpack it yourself if you trust it, and give the folder",
    )
