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
from deepbacs_zoo.datasets.types import Archive
from deepbacs_zoo.errors import IntegrityError

if TYPE_CHECKING:
    from deepbacs_zoo.datasets.archives.zenodo import FileOfRecord

__all__ = ["Kept", "check_zip", "checked_by", "kept_archive", "sha256_of", "stamp"]

_BY_SUM: Final = "its published SHA-256"
_BY_RECORD: Final = "size and {} that Zenodo states"
_BY_CONTENT: Final = "the sums inside the zip alone; no sum of the whole is known"


@dataclass(frozen=True)
class Kept:
    """An archive on this computer.

    Parameters
    ----------
    path
        Where it lies.
    sha256
        Its SHA-256.
    checked
        What it was held against, in words.
    """

    path: Path
    sha256: str
    checked: str


def kept_archive(archive: Archive) -> Kept | None:
    """Return the archive if it is in the cache, checked.

    Raises
    ------
    IntegrityError
        The file there is another one than the one described, or than the one first fetched.
    """
    path = _place(archive)
    try:
        status = None if path is None else path.stat()
    except OSError:
        status = None
    if path is None or status is None:
        return None
    told = _stamp_of(path)
    if (told.get("size"), told.get("mtime_ns")) == (status.st_size, status.st_mtime_ns):
        return Kept(path, told["sha256"], told["checked"])
    expected = archive.sha256 or told.get("sha256")
    found = sha256_of(path)
    if expected is not None and found != expected:
        raise _other_file(path, f"sha256 {found}", f"sha256 {expected}")
    if expected is None:
        check_zip(path)
    return stamp(path, found, told.get("checked") or checked_by(archive))


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


def checked_by(archive: Archive, file: FileOfRecord | None = None) -> str:
    """Return in words what an archive is held against, given what its record tells of it."""
    if archive.sha256 is not None:
        return _BY_SUM
    if file is not None and file.checksum is not None:
        return _BY_RECORD.format(file.checksum[0])
    return _BY_CONTENT


def stamp(path: Path, sha256: str, checked: str) -> Kept:
    """Write beside a checked archive that it is; parameters as in `Kept`."""
    status = path.stat()
    told = {
        "sha256": sha256,
        "checked": checked,
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
    }
    with suppress(OSError):  # a folder that cannot be written: the file is read every time
        _stamp_path(path).write_text(json.dumps(told), "utf-8")
    return Kept(path, sha256, checked)


def _place(archive: Archive) -> Path | None:
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
        told = json.loads(_stamp_path(path).read_text("utf-8"))
        if isinstance(told, dict) and {"sha256", "checked"} <= set(told):
            return told
    return {}


def _other_file(path: Path, found: str, expected: str) -> IntegrityError:
    return IntegrityError(
        path,
        "this archive is damaged, or another file than the one described",
        value=found,
        allowed=expected,
        hint="take it away and fetch it again, or put the right file there",
    )
