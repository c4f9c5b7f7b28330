"""Fetches the Java libraries once, checks them, and keeps them for use without a network.

A jar is downloaded beside its place, compared with the sum in ``jars.lock``, and only then renamed;
a process that is killed leaves nothing that would be trusted.  Beside each checked jar lies a stamp
with its size and time of change: while these stay, the 49 MB are not read again at every start.

``python -m deepbacs_zoo.fiji.java.jars`` writes ``jars.lock`` for libraries that are new
in ``pom.xml``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java.coordinates import (
    Jar,
    lock_text,
    read_coordinates,
    read_jars,
    read_lock,
)
from deepbacs_zoo.fiji.settings import mirror, plugin_folder
from deepbacs_zoo.files import CACHE_VARIABLE, cache_folder, one_process, works_offline

__all__ = ["Progress", "fetch_jars", "is_verified", "jar_path", "write_lock"]

Progress = Callable[[int, int], None]


def jar_path(jar: Jar) -> Path:
    """Return where a jar is kept, whether it is there or not."""
    return cache_folder() / "jars" / jar.coordinate.file_name


def fetch_jars(
    jars: Iterable[Jar] | None = None,
    *,
    offline: bool | None = None,
    progress: Progress | None = None,
) -> Mapping[str, Path]:
    """Return checked jars, and fetch those that are not in the cache.

    Parameters
    ----------
    jars
        By default all of ``pom.xml``.
    offline
        Whether only the cache is used; by default as `works_offline` says.
    progress
        Is called with the bytes fetched and those to fetch; not at all if nothing is missing.

    Returns
    -------
    Mapping of str to Path
        The jars by artifact, such as ``"ij"``.

    Raises
    ------
    HostError
        A jar is missing and cannot be fetched, or the cache folder cannot be written.
    IntegrityError
        What was fetched is not the file that ``jars.lock`` describes.
    """
    chosen = tuple(read_jars() if jars is None else jars)
    missing = [jar for jar in chosen if not is_verified(jar)]
    if missing:
        _fetch_missing(missing, works_offline() if offline is None else offline, progress)
    return {jar.coordinate.artifact: jar_path(jar) for jar in chosen}


def is_verified(jar: Jar) -> bool:
    """Return whether the cache has a jar with the bytes that are meant.

    The whole file is read where it changed since it was last read, by its size and time.
    """
    path = jar_path(jar)
    try:
        status = path.stat()
    except OSError:
        return False
    if status.st_size != jar.size:
        return False
    stamp = f"{jar.sha256} {status.st_size} {status.st_mtime_ns}\n"
    note = path.with_name(f"{path.name}.verified")
    with suppress(OSError, UnicodeDecodeError):
        if note.read_text("ascii") == stamp:
            return True
    if _sum_of(path) != jar.sha256:
        return False
    with suppress(OSError):  # a folder that cannot be written: the file is read every time
        note.write_text(stamp, "ascii")
    return True


def _sum_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _fetch_missing(missing: Sequence[Jar], offline: bool, progress: Progress | None) -> None:
    if offline:
        raise _not_here(missing[0])
    repository = mirror()
    folder = cache_folder() / "jars"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with one_process(folder / ".lock") as alone:
            if alone:
                # Whoever left these was ended in the middle of a download.
                for part in folder.glob(".*.part"):
                    part.unlink(missing_ok=True)
            # Another process may have fetched them while this one waited.
            _fetch_all([jar for jar in missing if not is_verified(jar)], repository, progress)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise _unwritable(folder, error, missing) from error


def _fetch_all(jars: Sequence[Jar], repository: str, progress: Progress | None) -> None:
    # Half of what this subpackage loads at a start is for the network, and mostly not needed.
    from deepbacs_zoo.fiji.java.download import Expected, download

    total, before = sum(jar.size for jar in jars), 0
    for jar in jars:
        path, url = jar_path(jar), jar.coordinate.url(repository)
        report = partial(_report, progress, before, total)
        try:
            download(Expected(url, path, jar.sha256, jar.size), report)
        except PermissionError:
            # Windows keeps a file that some Java has open; no harm if it is the right one.
            if not is_verified(jar):
                raise
        is_verified(jar)  # writes the stamp
        before += jar.size


def _report(progress: Progress | None, before: int, total: int, done: int) -> None:
    if progress is not None:
        progress(before + done, total)


def _not_here(jar: Jar) -> HostError:
    path = jar_path(jar)
    there = "is another file than the one described" if path.exists() else "is not in the cache"
    return HostError(
        path,
        f"this Java library {there}, and nothing is to be fetched",
        allowed=f"the file of {jar.size} bytes from {jar.coordinate.url(mirror())}",
        hint="go online once, or download it elsewhere and put it there",
    )


def _unwritable(folder: Path, error: OSError, missing: Sequence[Jar]) -> HostError:
    size = sum(jar.size for jar in missing) / 1e6
    return HostError(
        folder,
        "the Java libraries cannot be written here",
        value=error.strerror or error,
        allowed=f"a folder that may be written, with {size:.0f} MB of free space",
        hint=f"free some space or set {CACHE_VARIABLE} to another folder",
    )


def write_lock(folder: Path | None = None) -> Path:
    """Write ``jars.lock`` for the ``pom.xml`` beside it; sums that it has already are kept.

    Parameters
    ----------
    folder
        Has ``pom.xml``; by default the plugin's.

    Returns
    -------
    Path
        The lock.
    """
    from deepbacs_zoo.files.http import read_url

    place = plugin_folder() if folder is None else folder
    path = place / "jars.lock"
    known = read_lock(path) if path.exists() else {}
    repository, jars = mirror(), []
    for coordinate in read_coordinates(place / "pom.xml"):
        entry = known.get(str(coordinate))
        if entry is None:
            data = read_url(coordinate.url(repository))
            entry = hashlib.sha256(data).hexdigest(), len(data)
        jars.append(Jar(coordinate, *entry))
    path.write_text(lock_text(jars), "utf-8")
    return path


if __name__ == "__main__":
    write_lock()
