"""Fetches the archive of a set once, checks it, and keeps it for use without a network."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.datasets.archives.archive_cache import (
    CachedArchive,
    cached_archive,
    check_zip,
    checked_by,
    stamp,
)
from deepbacs_zoo.datasets.published import get_set
from deepbacs_zoo.datasets.settings import MIRROR_VARIABLE, archive_folder, file_url
from deepbacs_zoo.datasets.types import PublishedArchive, PublishedSet
from deepbacs_zoo.errors import HostError, IntegrityError
from deepbacs_zoo.files import CACHE_VARIABLE, OFFLINE_VARIABLE, one_process, works_offline
from deepbacs_zoo.options import Option, Text

if TYPE_CHECKING:
    from deepbacs_zoo.datasets.archives.zenodo import ZenodoFile
    from deepbacs_zoo.files.download import Progress

__all__ = ["fetch"]

_BLOCK: Final = 1 << 20


def fetch(
    name: str, *, offline: bool | None = None, progress: Progress | None = None
) -> CachedArchive:
    """Return the archive of a published set, and fetch it if it is not in the cache.

    Parameters
    ----------
    name
        One of `PUBLISHED`.
    offline
        Whether only the cache is used; by default as the environment says.
    progress
        Called with the bytes fetched and those to fetch; not at all if nothing is fetched.

    Raises
    ------
    UsageError
        No set has this name, or a setting is no URL.
    HostError
        It is neither here nor to be fetched; the message names the file to bring, its address, what
        is known of it, and its place.  Or the disk refuses.
    IntegrityError
        What came, or what lies there, is another file.
    """
    entry = get_set(name)
    archive = entry.archive
    if archive.record is None:
        raise _nowhere(entry)
    if works_offline() if offline is None else offline:
        cached = cached_archive(archive)
        if cached is None:
            raise _not_here(archive)
        return cached
    return _intact(archive) or _fetch(archive, progress)


# --- fetching ------------------------------------------------------------------------------------


def _intact(archive: PublishedArchive) -> CachedArchive | None:
    """Return the archive in the cache; what is damaged there is as good as missing."""
    try:
        return cached_archive(archive)
    except IntegrityError:
        return None


def _fetch(archive: PublishedArchive, progress: Progress | None) -> CachedArchive:
    assert archive.record is not None
    folder = archive_folder(archive.record)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with one_process(folder / ".lock") as alone:
            # Another process may have fetched it while this one waited.
            return _intact(archive) or _fetch_alone(archive, folder, alone, progress)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            folder,
            "archives of data sets cannot be kept here",
            value=error.strerror or error,
            allowed="a folder that may be written, on a disk with free space",
            hint=f"free some space or set {CACHE_VARIABLE} to another folder",
        ) from error


def _fetch_alone(
    archive: PublishedArchive, folder: Path, alone: bool, progress: Progress | None
) -> CachedArchive:
    # Half of what this subpackage loads is for the network, and mostly not needed.
    from deepbacs_zoo.datasets.archives.zenodo import find_file
    from deepbacs_zoo.files.download import Target, Words, download

    assert archive.record is not None
    file = find_file(archive)
    # Without a lock two processes must not write into one file.
    own = "" if alone else f"-{os.getpid()}"
    part = folder / f".{file.name}{own}.part"
    words = Words(
        "archive",
        "Zenodo or to a mirror of it",
        _otherwise,
        MIRROR_VARIABLE,
        ", and as much again to unpack it",
    )
    url = file_url(archive.record, file.name)
    target = Target(url, folder / file.name, part, file.size, words)
    report = progress or (lambda done, total: None)
    resumed = download(target, report)
    try:
        sha256 = _check(target.part, file, target.url)
    except IntegrityError:
        target.forget()
        if not resumed:
            raise
        # The bytes of the earlier process may have been bad; once, all of them are fetched anew.
        download(target, report)
        try:
            sha256 = _check(target.part, file, target.url)
        except IntegrityError:
            target.forget()
            raise
    target.part.replace(target.path)
    target.note.unlink(missing_ok=True)
    return stamp(target.path, sha256, checked_by(archive, file))


def _check(part: Path, file: ZenodoFile, url: str) -> str:
    """Return the SHA-256 of what came, after holding it against all that is known."""
    algorithm, expected = file.checksum or ("sha256", None)
    digests = {name: hashlib.new(name, usedforsecurity=False) for name in {"sha256", algorithm}}
    with part.open("rb") as source:
        while block := source.read(_BLOCK):
            for digest in digests.values():
                digest.update(block)
    found = digests[algorithm].hexdigest()
    if expected is not None and found != expected:
        raise _wrong(part, file, url, f"{algorithm} {found}", f"{algorithm} {expected}")
    if expected is None:
        try:
            check_zip(part)
        except IntegrityError as error:
            raise _wrong(part, file, url, str(error.value), "a whole zip") from error
    return digests["sha256"].hexdigest()


# --- errors --------------------------------------------------------------------------------------


def _otherwise(path: Path) -> Text:
    return f"download the file elsewhere and put it at {path} or name it by " + Option("from_file")


def _nowhere(entry: PublishedSet) -> HostError:
    return HostError(
        entry.name,
        "it is not known in which Zenodo record this data set lies",
        value=f"doi {entry.doi}",
        allowed=f"{entry.archive.described}, as a zip or a folder, from the article's data section",
        hint="download it and name it by " + Option("from_file"),
    )


def _not_here(archive: PublishedArchive) -> HostError:
    assert archive.record is not None
    folder = archive_folder(archive.record)
    known = f"sha256 {archive.sha256}" if archive.sha256 else "no sum or size of it is known here"
    if archive.file is not None:
        where, address = folder / archive.file, file_url(archive.record, archive.file)
    else:
        where, address = folder, str(archive.page)
    return HostError(
        where,
        "this archive is not in the cache, and nothing is to be fetched",
        value=known,
        allowed=f"{archive.described} from {address}",
        hint=f"go online once (without {OFFLINE_VARIABLE}), or download it elsewhere and put it "
        "there or name it by " + Option("from_file"),
    )


def _wrong(part: Path, file: ZenodoFile, url: str, found: str, expected: str) -> IntegrityError:
    return IntegrityError(
        file.name,
        f"what came from {url} is not the file that was described, and was thrown away",
        value=found,
        allowed=expected,
        hint=f"check proxy and {MIRROR_VARIABLE} and try again, "
        f"or put the right file at {part.with_name(file.name)}",
    )
