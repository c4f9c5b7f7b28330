"""Files that are there whole or not at all: written beside their place, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.options import Option

__all__ = ["beside", "replacing", "write_bytes"]


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Yield a new path beside ``path`` to write to; it takes the place of ``path`` at the end.

    When the block fails nothing is left, and a file that was at ``path`` before is untouched.

    Raises
    ------
    OSError
        The folder is missing or cannot be written, or the disk is full.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        # mkstemp makes files that only their owner may read; results are as open as any new file.
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path as :func:`beside` does; missing parent folders are made.

    Raises
    ------
    HostError
        The folder cannot be made or written, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path) as part:
            yield part
    except HostError:
        raise
    except OSError as error:
        raise HostError(
            path,
            "the file cannot be written",
            value=error.strerror or error,
            allowed="a folder that may be written, on a disk with free space",
            hint="free some space or choose another " + Option("output"),
        ) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file; errors as in :func:`replacing`."""
    with replacing(path) as part:
        part.write_bytes(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
