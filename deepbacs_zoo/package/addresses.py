"""Files of a package that its description gives by an address on the network.

A downloader of the zoo, for example, puts the files into the zip and leaves the addresses in the
description (bioimage-io/archive.bioimage.io#371).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

__all__ = ["named_by"]


def named_by(address: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the files that have the name of an address, the likeliest first.

    The name is the last part of the path that some file has: Zenodo's addresses end with
    ``/files/unet.py/content``.  Where several folders hold such a file, the one at the top counts.
    """
    for part in _parts(address):
        found = [name for name in names if PurePosixPath(name).name == part]
        if found:
            return tuple(sorted(found, key=lambda name: (name.count("/"), name)))
    return ()


def _parts(address: str) -> Iterator[str]:
    try:
        split = urlsplit(address)
    except ValueError:
        return
    yield from (unquote(part) for part in reversed(split.path.split("/")) if part)
    yield from (unquote(pair.partition("=")[2]) for pair in split.query.split("&"))
