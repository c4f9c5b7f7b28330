"""Fetches a model of the zoo once: its files resumed, checked, and kept for use without a network.

A model's folder appears whole: files gather in a hidden one beside it, which the next attempt goes
on with.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from deepbacs_zoo.errors import HostError, IntegrityError, PackageError
from deepbacs_zoo.files import CACHE_VARIABLE, OFFLINE_VARIABLE, one_process, works_offline
from deepbacs_zoo.files.staging import move_into_place
from deepbacs_zoo.models import zoo

__all__ = ["fetch_model", "fetched_path"]

OnProgress = Callable[[int, int, str], None]
"""Called with the bytes that came, with all, and with the name of the file."""
_DESCRIPTIONS: Final = frozenset({"rdf.yaml", "bioimageio.yaml"})
_KEPT_BY_THE_ZOO: Final = "comments.json"


def fetched_path(nickname: str) -> Path | None:
    """Return the package of a model that was fetched before, ``None`` of one that was not."""
    if zoo.nickname_of(nickname) is None:
        return None
    folder = zoo.zoo_folder() / nickname
    return folder if any((folder / name).is_file() for name in _DESCRIPTIONS) else None


def fetch_model(nickname: str, *, again: bool = False, progress: OnProgress | None = None) -> Path:
    """Return the package of a model of the zoo; fetch it if it was not fetched before.

    Nothing of it runs: it is files until `predict` opens it, which runs its code only when trusted.

    Parameters
    ----------
    nickname
        Its name in the zoo, such as ``affable-shark``.
    again
        Fetch it anew, as after a new version.
    progress
        Hears how far it is.

    Returns
    -------
    Path
        A folder in the cache.

    Raises
    ------
    UsageError
        The zoo has no model of this nickname.
    HostError
        The zoo cannot be reached, nothing may be fetched, or the disk refuses.
    IntegrityError, PackageError
        What came is not what its description says.
    """
    name = zoo.nickname_of(nickname)
    if name is None:
        raise zoo.unknown(nickname, _known)
    there = fetched_path(name)
    if there is not None and not again:
        return there
    if works_offline():
        raise _offline(name)
    folder = zoo.zoo_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with one_process(folder / f".{name}.lock") as alone:
            there = None if again else fetched_path(name)
            # Another process may have fetched it while this one waited.
            return there or _fetch(name, folder, alone, progress or (lambda *each: None))
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise _unwritable(folder, error) from error


def _fetch(name: str, folder: Path, alone: bool, report: OnProgress) -> Path:
    own = "" if alone else f"-{os.getpid()}"
    hidden = folder / f".{name}{own}.part"
    files = _listed(name)
    total, done = sum(files.values()), 0
    hidden.mkdir(exist_ok=True)
    for file, size in files.items():

        def came(part: int, before: int = done, file: str = file) -> None:
            report(before + part, total, file)

        _download(name, file, size, hidden, came)
        done += size
        report(done, total, file)
    try:
        _verify(hidden, files)
    except (IntegrityError, PackageError):
        # Bytes of an earlier attempt may have been bad; the next one begins anew.
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    output, old = folder / name, folder / f".{name}{own}.old"
    shutil.rmtree(old, ignore_errors=True)
    old.mkdir()
    move_into_place(hidden, output, old)
    shutil.rmtree(old, ignore_errors=True)
    return output


def _listed(name: str) -> dict[str, int]:
    """Return the sizes of a model's files by their names."""
    try:
        listed = dict(zoo.files_of(name))
    except FileNotFoundError as error:
        raise zoo.unknown(name, _known) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreached(name, error) from error
    files = {file: size for file, size in listed.items() if file != _KEPT_BY_THE_ZOO}
    for file in files:
        parts = PurePosixPath(file).parts
        if ".." in parts or file.startswith("/") or "\\" in file or ":" in file:
            raise PackageError(
                name,
                "a file of this model has a name that leads out of its folder",
                value=file,
                allowed="names below the folder of the model",
                hint="tell the zoo's reviewers; nothing was kept",
            )
    return files


def _download(
    model: str, file: str, size: int, hidden: Path, report: Callable[[int], None]
) -> None:
    from deepbacs_zoo.files.download import Target, Words, download

    words = Words("model", "the zoo", _otherwise, zoo.SERVER_VARIABLE)
    path = hidden / file
    if path.is_file() and path.stat().st_size == size:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    target = Target(zoo.file_address(model, file), path, part, size, words)
    download(target, lambda done, _: report(done))
    part.replace(path)
    target.note.unlink(missing_ok=True)


def _verify(folder: Path, files: dict[str, int]) -> None:
    """Compare every file with the hash that the description states."""
    from deepbacs_zoo.package import open_package

    with open_package(folder) as package:
        for name in package.names():
            if name in files:
                package.verify(name)


def _known() -> list[str]:
    try:
        return [model.nickname for model in zoo.read_index().models]
    except HostError:
        return []


# --- errors --------------------------------------------------------------------------------------


def _otherwise(path: Path) -> str:
    return "download the model from https://bioimage.io elsewhere and give the path of its zip"


def _unreached(name: str, reason: object) -> HostError:
    return HostError(
        zoo.zoo_address(),
        f"the files of {name} cannot be listed",
        value=reason,
        allowed="a connection to the zoo",
        hint=f"try again later, or {_otherwise(Path())}",
    )


def _offline(name: str) -> HostError:
    return HostError(
        name,
        f"this model was not fetched before, and {OFFLINE_VARIABLE} forbids to fetch it",
        allowed="models that were fetched before",
        hint=f"unset {OFFLINE_VARIABLE}, or give the path of a package",
    )


def _unwritable(folder: Path, error: OSError) -> HostError:
    return HostError(
        folder,
        "models cannot be kept here",
        value=error.strerror or error,
        allowed="a folder that may be written, on a disk with free space",
        hint=f"free some space or set {CACHE_VARIABLE} to another folder",
    )
