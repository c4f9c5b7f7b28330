"""One process at a time: a lock that the system drops when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["one_process"]

_WAIT: Final = 0.1


@contextmanager
def one_process(path: Path, *, seconds: float = 1800) -> Iterator[bool]:
    """Hold the lock ``path`` meanwhile; yield whether it was to be had.

    The file stays: removing it would let two processes lock two files of one name.  Without the
    lock (some network disks have none, or another process holds it for ``seconds``) the caller
    goes on all the same; files are moved into place whole, so that only work is done twice.

    Raises
    ------
    OSError
        The file cannot be made.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield _acquire(handle, seconds)
    finally:
        os.close(handle)


def _acquire(handle: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        try:
            _try(handle)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_WAIT)
        except OSError:
            return False
        else:
            return True


if sys.platform == "win32":
    import msvcrt

    def _try(handle: int) -> None:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(str(error)) from error

else:
    import fcntl

    def _try(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
