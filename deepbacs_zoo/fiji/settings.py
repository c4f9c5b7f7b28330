"""Places of the Java side of deepbacs_zoo, and of its jars.

Environment variables
---------------------
DEEPBACS_ZOO_MAVEN
    A mirror of Maven Central: an ``https``, ``http`` or ``file`` URL.

The cache and working offline: see `deepbacs_zoo.files.cache`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.files import address
from deepbacs_zoo.files.shipped import shipped_folder

__all__ = [
    "MAVEN_CENTRAL",
    "MIRROR_VARIABLE",
    "mirror",
    "plugin_folder",
    "scripts_folder",
]

MIRROR_VARIABLE: Final = "DEEPBACS_ZOO_MAVEN"
MAVEN_CENTRAL: Final = "https://repo.maven.apache.org/maven2"


def scripts_folder() -> Path:
    """Return the folder of macros, the plugin's sources and its list of libraries.

    Raises
    ------
    HostError
        It is missing.
    """
    return shipped_folder("fiji_scripts", "macros and Java sources")


def plugin_folder() -> Path:
    """Return the folder of the plugin's sources, ``pom.xml`` and ``jars.lock``."""
    return scripts_folder() / "plugin"


def mirror() -> str:
    """Return the URL that jars are fetched from, without a slash at its end.

    Raises
    ------
    UsageError
        The variable for a mirror holds no URL that can be used.
    """
    return address(MIRROR_VARIABLE, MAVEN_CENTRAL, "a Maven repository")
