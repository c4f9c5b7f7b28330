"""The copy of a package, written beside its place and put there in one step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.package.packing import NAMES_DIFFER_IN_CASE
from deepbacs_zoo.package.writing.description import DESCRIPTION
from deepbacs_zoo.package.zip_source import damage
from deepbacs_zoo.validation.fix.changes import Change, spelled

if TYPE_CHECKING:
    from deepbacs_zoo.package.source import Source

__all__ = ["write_copy"]

_PACKAGE: Final = "package"


def write_copy(
    path: Path, output: Path, source: Source, name: str, changes: Sequence[Change]
) -> tuple[Change, ...]:
    """Write all files of a package to another place; return all changes, packing among them.

    Parameters
    ----------
    path
        The package.
    output
        The copy: a zip if the name ends so, else a folder.
    source
        The files, with the mended description.
    name
        The name of the description among them.
    changes
        The changes of the description.
    """
    from deepbacs_zoo.files.staging import move_into_place, staging
    from deepbacs_zoo.package.writing.archive import pack

    every = (*changes, *_packing(path, source, name))
    with staging(output) as hidden:
        is_zip = output.suffix.lower() == ".zip"
        if is_zip and not every and path.is_file() and path.suffix.lower() == ".zip":
            made = hidden / "package.zip"
            shutil.copyfile(path, made)
        else:
            made = hidden / _PACKAGE
            _write_files(made, source, name)
            if is_zip:
                pack(made, made.with_suffix(".zip"))
                made = made.with_suffix(".zip")
        move_into_place(made, output, hidden)
    return every


def _packing(path: Path, source: Source, name: str) -> Iterator[Change]:
    """Yield what becomes right by packing the files again."""
    for finding in source.findings:
        if finding.id != NAMES_DIFFER_IN_CASE.id:
            yield Change(_PACKAGE, str(finding.what), str(finding.allowed), "packed again")
    if path.is_dir():
        place = source.path_of(name)
        if place is not None and place.parent != path.resolve():
            why = "programs look for the description at the top"
            yield Change(_PACKAGE, spelled(place.parent.name), spelled("."), why)
    if _is_renamed(source, name):
        why = "the name that every program looks for"
        yield Change(_PACKAGE, spelled(name), spelled(DESCRIPTION), why)


def _is_renamed(source: Source, name: str) -> bool:
    return name != DESCRIPTION and DESCRIPTION not in source.names()


def _write_files(folder: Path, source: Source, description: str) -> None:
    from deepbacs_zoo.package.members import member_name

    renamed = _is_renamed(source, description)
    for name in source.names():
        to = DESCRIPTION if renamed and name == description else name
        target = folder / member_name(to, source.label)
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open(name) as file, damage(f"{source.label}: {name}"), target.open("wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
