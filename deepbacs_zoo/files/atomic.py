"""Files that are there whole or not at all: written beside their place, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepbacs_zoo.errors import HostError

__all__ = ["replacing", "write_bytes"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new path beside ``path`` to write to; it takes the place of ``path`` at the end.

    Missing parent folders are made.  When the block fails nothing is left, and a file that was at
    ``path`` before is untouched.

    Raises
    ------
    HostError
        The folder cannot be made or written, or the disk is full.
    """
    aside: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
        os.close(handle)
        aside = Path(name)
        yield aside
        # mkstemp makes files that only their owner may read; results are as open as any new file.
        aside.chmod(0o666 & ~_umask())
        aside.replace(path)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            path,
            "the file cannot be written",
            value=error.strerror or error,
            allowed="a folder that may be written, on a disk with free space",
            hint="free some space or choose another --output",
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file; errors as in :func:`replacing`."""
    with replacing(path) as aside:
        aside.write_bytes(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
