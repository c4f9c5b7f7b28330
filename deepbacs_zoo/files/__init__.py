"""Files, locks, the cache and connections: the only place where each of them is written."""

from __future__ import annotations

from deepbacs_zoo.files.atomic import replacing, write_bytes
from deepbacs_zoo.files.cache import (
    CACHE_VARIABLE,
    OFFLINE_VARIABLE,
    address,
    cache_folder,
    works_offline,
)
from deepbacs_zoo.files.lock import one_process

__all__ = [
    "CACHE_VARIABLE",
    "OFFLINE_VARIABLE",
    "address",
    "cache_folder",
    "one_process",
    "replacing",
    "works_offline",
    "write_bytes",
]
