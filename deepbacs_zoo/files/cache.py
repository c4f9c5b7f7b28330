"""The cache: the folder of everything that is fetched or made once; and working offline.

Environment variables
---------------------
DEEPBACS_ZOO_CACHE
    Folder for all of it, instead of one in the user's cache folder.
DEEPBACS_ZOO_OFFLINE
    ``1``: nothing is fetched; what is not in the cache is an error.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from deepbacs_zoo.errors import UsageError

__all__ = ["CACHE_VARIABLE", "OFFLINE_VARIABLE", "address", "cache_folder", "works_offline"]

CACHE_VARIABLE: Final = "DEEPBACS_ZOO_CACHE"
OFFLINE_VARIABLE: Final = "DEEPBACS_ZOO_OFFLINE"


def cache_folder() -> Path:
    """Return the folder of everything that is fetched or made once; it need not exist yet."""
    chosen = os.environ.get(CACHE_VARIABLE, "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    # Loaded here: predicting one image needs no cache, and would wait for the library.
    from platformdirs import user_cache_dir

    # Directly below the user's folder, also on Windows.
    return Path(user_cache_dir("deepbacs_zoo", appauthor=False, opinion=False))


def works_offline() -> bool:
    """Return whether the environment forbids to fetch anything."""
    return os.environ.get(OFFLINE_VARIABLE, "").strip().lower() in {"1", "true", "yes", "on"}


def address(variable: str, default: str, what: str) -> str:
    """Return the URL that an environment variable holds, without a slash at its end.

    Parameters
    ----------
    variable
        Its name.
    default
        What holds where it is not set.
    what
        What the URL is an address of, for the error.

    Raises
    ------
    UsageError
        The variable holds no URL that can be used.
    """
    url = os.environ.get(variable, "").strip() or default
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http", "file"} or not (parts.netloc or parts.path):
        raise UsageError(
            variable,
            f"this is no address of {what}",
            value=url,
            allowed="a URL that begins with https://, http:// or file://",
            hint=f"write for example {variable}={default}",
        )
    return url.rstrip("/")
