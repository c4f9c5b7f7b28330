"""Fetches the Java libraries once, checks them, and keeps them for use without a network.

A jar is downloaded beside its place, compared with the sum in ``jars.lock``, and only then renamed;
a process that is killed leaves nothing that would be trusted.  Beside each checked jar lies a stamp
with its size and time of change: while these stay, the 49 MB are not read again at every start.

``python -m deepbacs_zoo.fiji.jars`` writes ``jars.lock`` for libraries that are new in ``pom.xml``.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from deepbacs_zoo import __version__
from deepbacs_zoo.errors import HostError, IntegrityError
from deepbacs_zoo.fiji.coordinates import (
    Jar,
    lock_text,
    read_coordinates,
    read_jars,
    read_lock,
)
from deepbacs_zoo.fiji.locks import one_process
from deepbacs_zoo.fiji.settings import (
    CACHE_VARIABLE,
    MIRROR_VARIABLE,
    cache_folder,
    mirror,
    plugin_folder,
    works_offline,
)

__all__ = ["fetch_jars", "is_verified", "jar_path", "write_lock"]

Progress = Callable[[int, int], None]
TIMEOUT: Final = 30.0
"""Seconds without a byte until a connection counts as broken."""
PAUSES: Final = (1.0, 4.0)
"""Seconds before the second and the third attempt."""
_BLOCK: Final = 1 << 16
_TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})


class _BrokenError(Exception):
    """An attempt failed in a way that another may not."""


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
        Whether only the cache is used; by default as `settings.works_offline` says.
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
    wanted = tuple(read_jars() if jars is None else jars)
    missing = [jar for jar in wanted if not is_verified(jar)]
    if missing:
        _fetch_missing(missing, works_offline() if offline is None else offline, progress)
    return {jar.coordinate.artifact: jar_path(jar) for jar in wanted}


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
    note = _stamp_of(path)
    with suppress(OSError, UnicodeDecodeError):
        if note.read_text("ascii") == stamp:
            return True
    if _sum_of(path) != jar.sha256:
        return False
    with suppress(OSError):  # a folder that cannot be written: the file is read every time
        note.write_text(stamp, "ascii")
    return True


def _stamp_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified")


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
            missing = [jar for jar in missing if not is_verified(jar)]
            total, before = sum(jar.size for jar in missing), 0
            for jar in missing:
                _fetch(
                    jar,
                    repository,
                    lambda done, before=before: _tell(progress, before + done, total),
                )
                before += jar.size
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise _unwritable(folder, error, missing) from error


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _fetch(jar: Jar, repository: str, tell: Callable[[int], None]) -> None:
    """Download a jar beside its place, check it and move it there; several attempts."""
    path, url = jar_path(jar), jar.coordinate.url(repository)
    for pause in (*PAUSES, None):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
        aside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                found = _download(url, jar, file.write, tell)
                file.flush()
                os.fsync(file.fileno())
            if found != jar.sha256:
                raise _other_file(jar, url, f"sha256 {found}, not {jar.sha256}")
            _move(aside, path, jar)
        except _BrokenError as error:
            if pause is None:
                raise _unreached(jar, url, error) from error
            time.sleep(pause)
        else:
            return
        finally:
            aside.unlink(missing_ok=True)


def _move(aside: Path, path: Path, jar: Jar) -> None:
    aside.chmod(0o644)
    try:
        aside.replace(path)
    except PermissionError:
        # Windows keeps a file that some Java has open; that is no harm if it is the right one.
        if not is_verified(jar):
            raise
    is_verified(jar)


def _download(
    url: str, jar: Jar, write: Callable[[bytes], object], tell: Callable[[int], None]
) -> str:
    """Copy a URL's bytes and return their sha256.

    Raises
    ------
    _BrokenError
        The connection broke, or ended too early.
    HostError, IntegrityError
        The server has no such file, or a larger one.
    OSError
        The disk refuses.
    """
    request = urllib.request.Request(url, headers={"User-Agent": f"deepbacs_zoo/{__version__}"})  # noqa: S310 - checked in mirror()
    digest, done = hashlib.sha256(), 0
    tell(0)
    response = _open(request, jar, url)
    with response:
        while True:
            try:
                block = response.read(_BLOCK)
            except (OSError, http.client.HTTPException) as error:
                raise _BrokenError(str(error) or type(error).__name__) from error
            if not block:
                break
            digest.update(block)
            done += len(block)
            if done > jar.size:
                raise _other_file(jar, url, f"more than the {jar.size} bytes expected")
            write(block)
            tell(done)
    if done < jar.size:
        raise _BrokenError(f"it ended after {done} of {jar.size} bytes")
    return digest.hexdigest()


def _open(request: urllib.request.Request, jar: Jar, url: str) -> http.client.HTTPResponse:
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _TRY_AGAIN:
            raise _BrokenError(f"status {error.code}") from error
        raise _unreached(jar, url, f"status {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _BrokenError(str(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenError(str(error) or type(error).__name__) from error
    return response


def _not_here(jar: Jar) -> HostError:
    path = jar_path(jar)
    there = "is another file than the one described" if path.exists() else "is not in the cache"
    return HostError(
        path,
        f"this Java library {there}, and nothing is to be fetched",
        allowed=f"the file of {jar.size} bytes from {jar.coordinate.url(mirror())}",
        hint="go online once, or download it elsewhere and put it there",
    )


def _unreached(jar: Jar, url: str, reason: object) -> HostError:
    return HostError(
        url,
        "this Java library cannot be fetched",
        value=reason,
        allowed="a connection to Maven Central or to a mirror of it",
        hint=f"try again later, set {MIRROR_VARIABLE} to a mirror's URL, "
        f"or download the file elsewhere and put it at {jar_path(jar)}",
    )


def _other_file(jar: Jar, url: str, found: str) -> IntegrityError:
    return IntegrityError(
        jar.coordinate.file_name,
        f"what came from {url} is not the file that was described, and was thrown away",
        value=found,
        allowed=f"{jar.size} bytes with sha256 {jar.sha256}",
        hint=f"try again, check proxy and {MIRROR_VARIABLE}, "
        f"or put the right file at {jar_path(jar)}",
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
    place = plugin_folder() if folder is None else folder
    path = place / "jars.lock"
    known = read_lock(path) if path.exists() else {}
    repository, jars = mirror(), []
    for coordinate in read_coordinates(place / "pom.xml"):
        if str(coordinate) in known:
            jars.append(Jar(coordinate, *known[str(coordinate)]))
            continue
        with urllib.request.urlopen(coordinate.url(repository), timeout=TIMEOUT) as response:  # noqa: S310
            data = response.read()
        jars.append(Jar(coordinate, hashlib.sha256(data).hexdigest(), len(data)))
    path.write_text(lock_text(jars), "utf-8")
    return path


if __name__ == "__main__":
    write_lock()
