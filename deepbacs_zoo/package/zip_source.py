"""The files of a package in a zip, which is never unpacked as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from deepbacs_zoo.errors import PackageError, UnsupportedError, UsageError
from deepbacs_zoo.files.archive import Guard
from deepbacs_zoo.package.members import member_name
from deepbacs_zoo.package.source import GET_AGAIN, find_description, is_description, missing

__all__ = ["ZipSource", "damage", "open_zip"]

GUARD: Final = Guard(
    max_files=10_000,
    max_bytes=64 * 2**30,
    safe_name=lambda info, label: member_name(info.filename, label),
    harmful=PackageError,
    unsupported=UnsupportedError,
    too_much="the zip would unpack to more than a package can need",
    smaller="unpack it yourself if you trust it, and give the folder",
    again=GET_AGAIN,
    plain="pack the files again as a plain zip",
    author="do not use this package unless its author can explain it",
    whole="a complete zip file",
)
damage: Final = GUARD.reading

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


def open_zip(path: Path) -> tuple[ZipSource, str]:
    """Return the files of a zip and the name of its description; errors as in ``open_source``."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            start = file.read(len(_ZIP_START))
        if start == _ZIP_START or path.suffix.lower() == ".zip":
            raise GUARD.damaged(path, "no end of the zip's directory")
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
        members = GUARD.members(archive.infolist(), str(path))
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
