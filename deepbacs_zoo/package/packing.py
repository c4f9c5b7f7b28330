"""Findings about how a package was packed: what is read here, and other programs stumble over."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from deepbacs_zoo.files.archive import stated_name
from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["NAME_WITH_BACKSLASH", "backslashes", "folder_around", "of_zip", "several_descriptions"]

_WHERE: Final = "package"
_EVERYWHERE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_AGAIN: Final = "pack the files again with another program"

NAME_WITH_BACKSLASH: Final = Rule(
    "name-with-backslash",
    Severity.WARNING,
    r"Other programs take a name with '\' for the name of one file, and do not find the file.",
    "zip format (APPNOTE 4.4.17.1); Compress-Archive of Windows PowerShell 5, .NET before 4.6.1",
)
NAME_NOT_UTF8: Final = Rule(
    "name-not-utf8",
    Severity.WARNING,
    "Names that are not marked as UTF-8 count as code page 437, and are not found by others.",
    "zip format (APPNOTE 4.4.4, bit 11); Archive Utility of macOS",
)
NAMES_DIFFER_IN_CASE: Final = Rule(
    "names-differ-in-case",
    Severity.WARNING,
    "Unpacked on Windows or macOS, one of the two files replaces the other.",
)
FILE_TWICE: Final = Rule(
    "file-twice",
    Severity.WARNING,
    "Programs differ in which of two files of one name they take.",
)
ZIP_COMPRESSION: Final = Rule(
    "zip-compression",
    Severity.WARNING,
    "Programs in Java (ImageJ, deepImageJ) unpack only what is stored or deflated.",
    "java.util.zip",
)
FOLDER_AROUND: Final = Rule(
    "folder-around-package",
    Severity.WARNING,
    "The library of the zoo, bioimageio.spec, looks for the description at the top of a zip only.",
    "bioimageio.spec 0.5.14, identify_bioimageio_yaml_file_name",
)
SEVERAL_DESCRIPTIONS: Final = Rule(
    "several-descriptions",
    Severity.WARNING,
    "Programs differ in which of two descriptions they read.",
)


def backslashes(names: Sequence[str]) -> Iterator[Finding]:
    r"""Yield a finding about names with ``\`` between their parts, where there are some."""
    if names:
        yield NAME_WITH_BACKSLASH.finding(
            _WHERE,
            f"its names have '\\' between their parts ({names[0]})",
            "'/' between the parts of a name",
            _AGAIN,
        )


def of_zip(members: Mapping[str, zipfile.ZipInfo], all_names: Iterable[str]) -> Iterator[Finding]:
    """Yield what is odd about the files of a zip.

    Parameters
    ----------
    members
        The files by their names.
    all_names
        The name of every file, also of one that is there twice.
    """
    odd = [info.orig_filename for info in members.values() if "\\" in info.orig_filename]
    yield from backslashes(odd)
    unmarked = [name for name, info in members.items() if _is_unmarked(info)]
    if unmarked:
        what = f"its names are in UTF-8 and not marked so ({unmarked[0]})"
        yield NAME_NOT_UTF8.finding(_WHERE, what, "names that are marked as UTF-8", _AGAIN)
    yield from _repeated(members, all_names)
    packed = [name for name, info in members.items() if info.compress_type not in _EVERYWHERE]
    if packed:
        method = members[packed[0]].compress_type
        what = f"files are packed by compression method {method} ({packed[0]})"
        yield ZIP_COMPRESSION.finding(_WHERE, what, "stored or deflated files", _AGAIN)


def _repeated(members: Iterable[str], all_names: Iterable[str]) -> Iterator[Finding]:
    """Yield names that differ in capitals only, and those that are there more than once."""
    seen: dict[str, str] = {}
    for name in members:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            what = f"two names differ in capitals only ({other}, {name})"
            hint = "give one of the files another name"
            yield NAMES_DIFFER_IN_CASE.finding(_WHERE, what, "names that differ", hint)
    for name, count in Counter(all_names).items():
        if count > 1:
            what = f"the zip holds this file {count} times, each time the same"
            yield FILE_TWICE.finding(name, what, "each name once", _AGAIN)


def _is_unmarked(info: zipfile.ZipInfo) -> bool:
    # The extra field of Info-ZIP marks a name just as well.
    return stated_name(info) != info.orig_filename and not info.extra


def folder_around(folder: str) -> Iterator[Finding]:
    """Yield a finding about the folder of a zip that holds the package, if it is in one."""
    if folder:
        yield FOLDER_AROUND.finding(
            _WHERE,
            f"the package lies in a folder of the zip ({folder.rstrip('/')})",
            "the description at the top of the zip",
            "pack the files of the folder and not the folder itself",
        )


def several_descriptions(read: str, ignored: str) -> Finding:
    """Return the finding about another description beside the one that is read."""
    return SEVERAL_DESCRIPTIONS.finding(
        ignored,
        f"this is a second description, and {read} is read",
        "one description",
        "remove one of the two",
    )
