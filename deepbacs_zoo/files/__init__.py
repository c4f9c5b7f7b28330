"""Files, locks, the cache and connections: the only place where each of them is written."""

from __future__ import annotations

from deepbacs_zoo.files.atomic import beside, replacing, write_bytes
from deepbacs_zoo.files.cache import (
    CACHE_VARIABLE,
    OFFLINE_VARIABLE,
    address,
    cache_folder,
    works_offline,
)
from deepbacs_zoo.files.existing import is_free, refuse_existing
from deepbacs_zoo.files.lock import one_process

__all__ = [
    "CACHE_VARIABLE",
    "OFFLINE_VARIABLE",
    "address",
    "beside",
    "cache_folder",
    "is_free",
    "one_process",
    "refuse_existing",
    "replacing",
    "works_offline",
    "write_bytes",
]
