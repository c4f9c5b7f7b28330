"""The files of a package in a zip, which is never unpacked as a whole."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from deepbacs_zoo.errors import IntegrityError, PackageError, UnsupportedError, UsageError
from deepbacs_zoo.package.members import member_name
from deepbacs_zoo.package.source import GET_AGAIN, find_description, is_description, missing

__all__ = ["ZipSource", "damage", "open_zip"]

# Against zip bombs.  Weights are numbers that hardly shrink; masks and blank test tensors shrink up
# to 1000 times (the limit of deflate) but are small.
MAX_MEMBERS: Final = 10_000
MAX_TOTAL: Final = 64 * 2**30
MAX_RATIO: Final = 200
RATIO_COUNTS_ABOVE: Final = 256 * 2**20

_ZIP_START: Final = b"PK\x03\x04"


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
            raise missing(self.label, name)
        with damage(f"{self.label}: {name}"):
            return self._archive.open(self._members[name])

    def path_of(self, name: str) -> None:
        """Return ``None``: a member has no place of its own on disk."""
        if name not in self._members:
            raise missing(self.label, name)

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
        hint=GET_AGAIN,
    )


def open_zip(path: Path) -> tuple[ZipSource, str]:
    """Return the files of a zip and the name of its description; errors as in ``open_source``."""
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
    found = [key for key, files in by_folder.items() if any(map(is_description, files))]
    if "" in found or not found:
        return find_description(by_folder[""], where)
    if len(found) > 1:
        raise PackageError(
            where,
            "there are several packages in this zip",
            value=", ".join(found),
            allowed="one package",
            hint="unpack the zip and give the folder of one package",
        )
    return f"{found[0]}/{find_description(by_folder[found[0]], where)}"


def _checked_members(members: list[zipfile.ZipInfo], path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the files by their safe names; refuse what would harm when unpacked."""
    result: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        name = member_name(info.filename, str(path))
        if info.is_dir():
            continue
        if info.header_offset < 0:  # bytes are missing or inserted before the directory
            raise _damaged(f"{path}: {name}", f"it starts at byte {info.header_offset}")
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
