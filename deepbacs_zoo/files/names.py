"""Names of files: what systems leave in folders, and texts that are the same to a reader.

macOS keeps notes beside files on drives of other systems (``._cell.tif``, ``.DS_Store``,
``__MACOSX`` in zips), Windows previews and settings (``Thumbs.db``, ``desktop.ini``), network
drives folders of their own (``@eaDir`` of Synology, ``@Recycle`` of QNAP).
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

__all__ = ["is_note_of_macos", "is_system_file", "normalized", "visible"]

_SYSTEM: Final = frozenset(
    {
        "__macosx",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "@eadir",
        "#recycle",
        "@recycle",
        "@recently-snapshot",
        "$recycle.bin",
        "system volume information",
        "network trash folder",
        "temporary items",
        "lost+found",
        "icon\r",
    }
)
"""In lower case."""
_APPLE_DOUBLE: Final = b"\x00\x05\x16\x07"


def is_system_file(name: str) -> bool:
    """Return whether a file or folder is hidden, or one that a system leaves for itself."""
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM


def is_note_of_macos(path: Path) -> bool:
    """Return whether a file that exists is a note on another one (AppleDouble, RFC 1740)."""
    if not path.name.startswith("._"):
        return False
    with path.open("rb") as file:
        return file.read(len(_APPLE_DOUBLE)) == _APPLE_DOUBLE


def visible(folder: Path) -> list[Path]:
    """Return what people put into a folder, sorted: all but `is_system_file`."""
    return [path for path in sorted(folder.iterdir()) if not is_system_file(path.name)]


def normalized(name: str) -> str:
    """Return a name with each accented character in one piece (Unicode NFC).

    macOS and some drives store them as two code points, so that names that look alike differ.
    """
    return unicodedata.normalize("NFC", name)
