"""One process at a time: a lock that the system drops when its holder ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["one_process"]


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
    # Loaded here: predicting one image needs no lock, and would wait for the library.
    from filelock import FileLock, Timeout

    path.touch()
    # No lock of another kind instead: nobody would remove that of a process that was ended.
    lock = FileLock(path, timeout=seconds, fallback_to_soft=False)
    try:
        lock.acquire()
    except (Timeout, OSError, NotImplementedError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
