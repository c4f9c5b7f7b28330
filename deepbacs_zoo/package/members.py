"""Names of files inside a package: safe, relative, written one way."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.files.names import is_system_file
from deepbacs_zoo.tensors import FileRef

__all__ = ["file_ref", "is_left_by_system", "is_remote", "member_name"]

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,2}")
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


def is_remote(name: str) -> bool:
    """Return whether ``name`` is an address instead of a file of the package."""
    return _URL.match(name) is not None


def member_name(name: str, where: str) -> str:
    r"""Return ``name`` in the one form used here: relative, ``/`` between parts, no ``.`` parts.

    A ``\`` between parts, as programs on Windows write it, counts as ``/``.

    Raises
    ------
    PackageError
        The name is empty, absolute, leads out of the package or contains NUL.
    """
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    absolute = plain.startswith("/") or _DRIVE.match(plain)
    if not parts or absolute or ".." in parts or "\0" in name:
        raise PackageError(
            where,
            "this file name does not stay inside the package",
            value=repr(name[:200]),
            allowed="a path relative to the description, without '..' and with '/' between parts",
            hint="do not use this package unless its author can explain the name",
        )
    return "/".join(parts)


def is_left_by_system(name: str) -> bool:
    """Return whether a file, or a folder that it lies in, is one that a system leaves."""
    return any(map(is_system_file, PurePosixPath(name).parts))


def file_ref(field: Field, sha256: Field | None = None) -> FileRef:
    """Read a file: a text, or a mapping with ``source`` and perhaps ``sha256``.

    Parameters
    ----------
    field
        The text or mapping.
    sha256
        The field with the hash where it stands beside a text.
    """
    if isinstance(field.value, dict):
        sha256 = field.get("sha256")
        field = field["source"]
    name = field.text()
    path = name if is_remote(name) else member_name(name, field.where)
    return FileRef(path, None if sha256 is None else _digest(sha256))


def _digest(field: Field) -> str:
    text = field.text()
    if not _SHA256.fullmatch(text):
        raise field.wrong("a SHA-256 hash of 64 hexadecimal digits")
    return text.lower()
