"""Archives in the cache, each checked before it is used.

Beside each checked archive lies a stamp with its size, time of change and sum: while the first two
stay it is not read again, and where nobody has published a sum, later copies are held against it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.datasets.settings import archive_folder
from deepbacs_zoo.datasets.types import PublishedArchive
from deepbacs_zoo.errors import IntegrityError

if TYPE_CHECKING:
    from deepbacs_zoo.datasets.archives.zenodo import ZenodoFile

__all__ = ["CachedArchive", "cached_archive", "check_zip", "checked_by", "sha256_of", "stamp"]

_BY_SUM: Final = "its published SHA-256"
_BY_RECORD: Final = "size and {} that Zenodo states"
_BY_CONTENT: Final = "the sums inside the zip alone; no sum of the whole is known"


@dataclass(frozen=True)
class CachedArchive:
    """An archive on this computer.

    Parameters
    ----------
    path
        Path of the zip.
    sha256
        Its SHA-256.
    checked
        What it was compared with, in words.
    """

    path: Path
    sha256: str
    checked: str


def cached_archive(archive: PublishedArchive) -> CachedArchive | None:
    """Return the archive if it is in the cache, checked.

    Raises
    ------
    IntegrityError
        The file there is another one than the one described, or than the one first fetched.
    """
    path = _place(archive)
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    stamped = _stamp_of(path)
    if (stamped.get("size"), stamped.get("mtime_ns")) == (status.st_size, status.st_mtime_ns):
        return CachedArchive(path, stamped["sha256"], stamped["checked"])
    expected = archive.sha256 or stamped.get("sha256")
    found = sha256_of(path)
    if expected is not None and found != expected:
        raise _other_file(path, f"sha256 {found}", f"sha256 {expected}")
    if expected is None:
        check_zip(path)
    return stamp(path, found, stamped.get("checked") or checked_by(archive))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_zip(path: Path) -> None:
    """Read a zip to its end.

    Raises
    ------
    IntegrityError
        It is cut off, damaged, or no zip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        bad = str(error)
    if bad is not None:
        raise _other_file(path, f"{path.stat().st_size} bytes, {bad}", "a whole zip")


def checked_by(archive: PublishedArchive, file: ZenodoFile | None = None) -> str:
    """Return in words what an archive is compared with, given the description in its record."""
    if archive.sha256 is not None:
        return _BY_SUM
    if file is not None and file.checksum is not None:
        return _BY_RECORD.format(file.checksum[0])
    return _BY_CONTENT


def stamp(path: Path, sha256: str, checked: str) -> CachedArchive:
    """Write beside a checked archive that it is; parameters as in `CachedArchive`."""
    status = path.stat()
    stamped = {
        "sha256": sha256,
        "checked": checked,
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
    }
    with suppress(OSError):  # a folder that cannot be written: the file is read every time
        _stamp_path(path).write_text(json.dumps(stamped), "utf-8")
    return CachedArchive(path, sha256, checked)


def _place(archive: PublishedArchive) -> Path | None:
    """Return where the archive lies; where its name is not known, the only zip there."""
    if archive.record is None:
        return None
    folder = archive_folder(archive.record)
    if archive.file is not None:
        return folder / archive.file
    zips = [path for path in folder.glob("*.zip") if not path.name.startswith(".")]
    return zips[0] if len(zips) == 1 else None


def _stamp_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.checked")


def _stamp_of(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        stamped = json.loads(_stamp_path(path).read_text("utf-8"))
        if isinstance(stamped, dict) and {"sha256", "checked"} <= set(stamped):
            return stamped
    return {}


def _other_file(path: Path, found: str, expected: str) -> IntegrityError:
    return IntegrityError(
        path,
        "this archive is damaged, or another file than the one described",
        value=found,
        allowed=expected,
        hint="take it away and fetch it again, or put the right file there",
    )
