"""Members of a zip and links of a folder that harm whoever unpacks or follows them."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["EXPLAIN", "MOST_NAMED", "member_findings"]

MOST_NAMED: Final = 10
"""Findings of one kind."""
EXPLAIN: Final = "do not use this package unless its author can explain it"

MEMBER_OUTSIDE: Final = Rule(
    "member-outside-package",
    Severity.ERROR,
    "Programs that unpack a zip by its names overwrite files of yours.",
    "zip format (APPNOTE 4.4.17.1)",
)
MEMBER_LINK: Final = Rule(
    "member-is-link",
    Severity.WARNING,
    "Programs that follow a link read, or overwrite, the file that it leads to.",
)
MEMBER_DIFFERS: Final = Rule(
    "member-twice",
    Severity.ERROR,
    "One program checks the first of two files of a name, and another one loads the second.",
)
ARCHIVE_SWOLLEN: Final = Rule(
    "archive-swollen", Severity.ERROR, "Unpacking it fills the disk or the memory."
)


def member_findings(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the members of a zip, or the links of a folder."""
    if path.is_dir():
        yield from _links_of(path)
    elif zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
                links = [(info, archive.read(info)) for info in members if _is_link(info)]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
            return  # said where it is opened
        yield from _members(members)
        yield from (_link(info.filename, text) for info, text in links[:MOST_NAMED])


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16) and info.file_size < 4096


def _link(name: str, target: bytes) -> Finding:
    to = target.decode("utf-8", "replace")
    leads_out = to.startswith(("/", "\\")) or ".." in PurePosixPath(to).parts
    return MEMBER_LINK.finding(
        name,
        f"this is a link; unpacked it leads to {to}",
        "files",
        "pack the file itself",
        severity=Severity.ERROR if leads_out else None,
    )


def _links_of(folder: Path) -> Iterator[Finding]:
    links = [path for path in sorted(folder.rglob("*")) if path.is_symlink()]
    for path in links[:MOST_NAMED]:
        leads_out = not path.resolve().is_relative_to(folder.resolve())
        yield MEMBER_LINK.finding(
            path.relative_to(folder).as_posix(),
            f"this is a link to {path.readlink()}",
            "files",
            "put the file itself into the folder",
            severity=Severity.ERROR if leads_out else None,
        )


def _members(members: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    from deepbacs_zoo.files.archive import MAX_RATIO, RATIO_COUNTS_ABOVE
    from deepbacs_zoo.package.zip_source import GUARD

    outside = [info for info in members if _leads_out(info.orig_filename)]
    for info in outside[:MOST_NAMED]:
        where = repr(info.orig_filename[:200])
        what = "unpacked by its name it would be written outside the folder of the package"
        yield MEMBER_OUTSIDE.finding(where, what, "names below the folder", EXPLAIN)
    seen: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        first = seen.setdefault(info.filename, info)
        if (first.CRC, first.file_size) != (info.CRC, info.file_size):
            what = "the zip holds two files of this name that differ"
            yield MEMBER_DIFFERS.finding(info.filename, what, "each name once", EXPLAIN)
    most = max(members, key=lambda info: info.file_size, default=None)
    total = sum(info.file_size for info in members)
    limits = f"{GUARD.max_files} files, {GUARD.max_bytes >> 30} GiB, no large file packed over "
    limits += f"{MAX_RATIO} times"
    if len(members) > GUARD.max_files or total > GUARD.max_bytes:
        what = f"it unpacks to {len(members)} files of {total:,} bytes"
        yield ARCHIVE_SWOLLEN.finding("package", what, limits, EXPLAIN)
    elif most and most.file_size > max(RATIO_COUNTS_ABOVE, MAX_RATIO * most.compress_size):
        what = f"{most.compress_size:,} bytes unpack to {most.file_size:,}"
        yield ARCHIVE_SWOLLEN.finding(most.filename, what, limits, EXPLAIN)


def _leads_out(name: str) -> bool:
    from deepbacs_zoo.package.members import member_name

    try:
        member_name(name, "")
    except PackageError:
        return bool(name.strip("/\\"))
    return False
