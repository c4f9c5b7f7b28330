"""The files of a package in a zip, which is never unpacked as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from deepbacs_zoo.errors import PackageError, UnsupportedError, UsageError
from deepbacs_zoo.files.archive import Guard, stated_name
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.package.find_description import find_description
from deepbacs_zoo.package.members import member_name
from deepbacs_zoo.package.packing import folder_around, of_zip
from deepbacs_zoo.package.source import GET_AGAIN, missing, same_name

__all__ = ["ZipSource", "damage", "open_zip"]

GUARD: Final = Guard(
    max_files=10_000,
    max_bytes=64 * 2**30,
    safe_name=lambda info, label: member_name(stated_name(info), label),
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
_OTHER_ARCHIVES: Final = frozenset({".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar"})


class ZipSource:
    """The members of a zip below ``prefix``, read one by one."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        label: str,
        members: Mapping[str, zipfile.ZipInfo],
        prefix: str,
        findings: tuple[Finding, ...] = (),
    ) -> None:
        self.label = label
        self.findings = findings
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
        member = self._member(name)
        with damage(f"{self.label}: {name}"):
            return self._archive.open(member)

    def path_of(self, name: str) -> None:
        """Return ``None``: a member has no place of its own on disk."""
        self._member(name)

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name in self._members:
            return self._members[name]
        same = same_name(name, self._members)
        if same is None:
            raise missing(self.label, name, self.names())
        return self._members[same]

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
            hint="unpack it and give the folder"
            if path.suffix.lower() in _OTHER_ARCHIVES
            else "give the package, not one of its files",
        )
    with damage(str(path)):
        archive = zipfile.ZipFile(path)
    try:
        entries = archive.infolist()
        members = GUARD.members(entries, str(path))
        description = find_description(list(members), str(path))
    except BaseException:
        archive.close()
        raise
    folder, slash, name = description.rpartition("/")
    every = [member_name(stated_name(info), str(path)) for info in entries if not info.is_dir()]
    findings = (*of_zip(members, every), *folder_around(folder))
    return ZipSource(archive, str(path), members, folder + slash, findings), name
