"""Golden files in one archive, for tests in Java, which cannot write them."""

from __future__ import annotations

import zipfile
from pathlib import Path

__all__ = ["pack"]


def pack(folder: Path, target: Path) -> None:
    """Write all files below a folder into a zip that is the same each time."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
