"""Downloads one file whose size and sum are known; it appears whole and right, or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deepbacs_zoo.errors import HostError, IntegrityError
from deepbacs_zoo.fiji.settings import MIRROR_VARIABLE
from deepbacs_zoo.files import beside
from deepbacs_zoo.files.http import PAUSES, BrokenError, RefusedError, open_url, read_block

__all__ = ["Expected", "download"]


@dataclass(frozen=True)
class Expected:
    """A file that is to come from a URL.

    Parameters
    ----------
    url
        Where it is.
    path
        Where it goes; its folder exists.
    sha256, size
        Which bytes are meant.
    """

    url: str
    path: Path
    sha256: str
    size: int


def download(file: Expected, report: Callable[[int], None]) -> None:
    """Fetch a file beside its place, check it and move it there; three attempts.

    Parameters
    ----------
    file
        What is meant.
    report
        Is called with the number of bytes that are there.

    Raises
    ------
    HostError
        The server cannot be reached, or does not have the file.
    IntegrityError
        What came is another file.
    OSError
        The disk refuses.
    """
    for pause in (*PAUSES, None):
        try:
            _attempt(file, report)
        except RefusedError as error:
            raise _unreached(file, error) from error
        except BrokenError as error:
            if pause is None:
                raise _unreached(file, error) from error
            time.sleep(pause)
        else:
            return


def _attempt(file: Expected, report: Callable[[int], None]) -> None:
    with beside(file.path) as part:
        with part.open("wb") as target:
            found = _copy(file, target.write, report)
            target.flush()
            os.fsync(target.fileno())
        if found != file.sha256:
            raise _other_file(file, f"sha256 {found}")


def _copy(file: Expected, write: Callable[[bytes], object], report: Callable[[int], None]) -> str:
    """Copy the bytes of a URL and return their sha256."""
    digest, done = hashlib.sha256(), 0
    report(0)
    with open_url(file.url) as response:
        while block := read_block(response):
            digest.update(block)
            done += len(block)
            if done > file.size:
                raise _other_file(file, f"over {file.size} bytes")
            write(block)
            report(done)
    if done < file.size:
        raise BrokenError(f"it ended after {done} of {file.size} bytes")
    return digest.hexdigest()


def _unreached(file: Expected, reason: object) -> HostError:
    return HostError(
        file.url,
        "this Java library cannot be fetched",
        value=reason,
        allowed="a connection to Maven Central or to a mirror of it",
        hint=f"try again later, set {MIRROR_VARIABLE} to a mirror's URL, "
        f"or download the file elsewhere and put it at {file.path}",
    )


def _other_file(file: Expected, found: str) -> IntegrityError:
    return IntegrityError(
        file.path.name,
        f"what came from {file.url} is not the file that was described, and was thrown away",
        value=found,
        allowed=f"{file.size} bytes with sha256 {file.sha256}",
        hint=f"check proxy and {MIRROR_VARIABLE} and try again, "
        f"or put the right file at {file.path}",
    )
