"""The cache: where it lies, whether anything may be fetched into it, one process at a time.

What fetches is in `deepbacs_zoo.cache.connections`, loaded only where something is to come.
"""

from deepbacs_zoo.cache.locks import one_process
from deepbacs_zoo.cache.settings import (
    CACHE_VARIABLE,
    OFFLINE_VARIABLE,
    address,
    cache_folder,
    works_offline,
)

__all__ = [
    "CACHE_VARIABLE",
    "OFFLINE_VARIABLE",
    "address",
    "cache_folder",
    "one_process",
    "works_offline",
]
