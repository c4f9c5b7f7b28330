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

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.files import address

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


def mirror() -> str:
    """Return the URL that jars are fetched from, without a slash at its end.

    Raises
    ------
    UsageError
        The variable for a mirror holds no URL that can be used.
    """
    return address(MIRROR_VARIABLE, MAVEN_CENTRAL, "a Maven repository")
