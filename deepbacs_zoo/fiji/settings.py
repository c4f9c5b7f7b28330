"""Where the Java side of deepbacs_zoo lies, keeps its files and gets its jars.

Environment variables
---------------------
DEEPBACS_ZOO_CACHE
    Folder for jars and the compiled plugin, instead of one in the user's cache folder.
DEEPBACS_ZOO_MAVEN
    A mirror of Maven Central: an ``https``, ``http`` or ``file`` URL.
DEEPBACS_ZOO_OFFLINE
    ``1``: nothing is fetched; what is not in the cache is an error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from deepbacs_zoo.errors import HostError, UsageError

__all__ = [
    "CACHE_VARIABLE",
    "MAVEN_CENTRAL",
    "MIRROR_VARIABLE",
    "OFFLINE_VARIABLE",
    "address",
    "cache_folder",
    "mirror",
    "plugin_folder",
    "scripts_folder",
    "works_offline",
]

CACHE_VARIABLE: Final = "DEEPBACS_ZOO_CACHE"
MIRROR_VARIABLE: Final = "DEEPBACS_ZOO_MAVEN"
OFFLINE_VARIABLE: Final = "DEEPBACS_ZOO_OFFLINE"
MAVEN_CENTRAL: Final = "https://repo.maven.apache.org/maven2"


def scripts_folder() -> Path:
    """Return the folder ``fiji_scripts``: macros, the plugin's sources and its list of libraries.

    In an installed wheel it lies inside the Python package, in a checkout beside it.

    Raises
    ------
    HostError
        The folder is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "fiji_scripts", package.parent / "fiji_scripts"):
        if folder.is_dir():
            return folder
    raise HostError(
        package / "fiji_scripts",
        "the shipped macros and Java sources are missing",
        allowed="an installed wheel, or a checkout of the repository",
        hint="install deepbacs_zoo again",
    )


def plugin_folder() -> Path:
    """Return the folder of the plugin's sources, ``pom.xml`` and ``jars.lock``."""
    return scripts_folder() / "plugin"


def cache_folder() -> Path:
    """Return the folder for jars and the compiled plugin; it need not exist yet."""
    chosen = os.environ.get(CACHE_VARIABLE, "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return _user_cache() / "deepbacs_zoo"


def _user_cache() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    # https://specifications.freedesktop.org/basedir-spec: a relative path there is to be ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return base if base.is_absolute() else Path.home() / ".cache"


def mirror() -> str:
    """Return the URL that jars are fetched from, without a slash at its end.

    Raises
    ------
    UsageError
        The variable for a mirror holds no URL that can be used.
    """
    return address(MIRROR_VARIABLE, MAVEN_CENTRAL, "a Maven repository")


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


def works_offline() -> bool:
    """Return whether the environment forbids to fetch anything."""
    return os.environ.get(OFFLINE_VARIABLE, "").strip().lower() in {"1", "true", "yes", "on"}
