"""Addresses of data sets, and the folders that they are kept in.

Environment variables
---------------------
DEEPBACS_ZOO_ZENODO
    A mirror of Zenodo, ``https://zenodo.org`` by default: an ``https``, ``http`` or ``file`` URL
    below which the files lie at ``records/<number>/files/<name>``.
DEEPBACS_ZOO_CACHE, DEEPBACS_ZOO_OFFLINE
    As for the Java libraries: the folder of everything that is fetched, and ``1`` if nothing is to
    be fetched.  Archives lie in ``archives/<number>``, prepared sets in ``data/<name>``.

Proxies are taken from the system's settings (``https_proxy`` and its like), as Python does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote

from deepbacs_zoo.datasets.types import PublishedSet, Variant
from deepbacs_zoo.files import address, cache_folder

__all__ = [
    "MIRROR_VARIABLE",
    "ZENODO",
    "archive_folder",
    "file_url",
    "prepared_place",
    "record_url",
]

ZENODO: Final = "https://zenodo.org"
MIRROR_VARIABLE: Final = "DEEPBACS_ZOO_ZENODO"


def file_url(record: int, file: str) -> str:
    """Return the address of a file of a record.

    Raises
    ------
    UsageError
        The variable for a mirror holds no URL that can be used.
    """
    url = f"{_zenodo()}/records/{record}/files/{quote(file)}"
    # Without it Zenodo may show a page about the file; a folder has no such thing.
    return url if url.startswith("file:") else f"{url}?download=1"


def record_url(record: int) -> str:
    """Return the address at which Zenodo describes a record in JSON; errors as in `file_url`."""
    return f"{_zenodo()}/api/records/{record}"


def _zenodo() -> str:
    return address(MIRROR_VARIABLE, ZENODO, "Zenodo or a mirror of it")


def archive_folder(record: int) -> Path:
    """Return the folder in which the archives of a record are kept; it need not exist yet."""
    return cache_folder() / "archives" / str(record)


def prepared_place(entry: PublishedSet, variant: Variant) -> Path:
    """Return where a set is prepared if no other folder is named; it need not exist yet."""
    name = entry.name if variant.name == "default" else f"{entry.name}-{variant.name}"
    return cache_folder() / "data" / name
