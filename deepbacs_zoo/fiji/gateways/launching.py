"""Options and surroundings of a Java that runs ImageJ, in this process or in one of its own."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java.runtime import OPEN_MODULES

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.folder import FijiFolder
    from deepbacs_zoo.fiji.java.runtime import Java

__all__ = ["environment", "jvm_options", "new_folder", "remove_folder", "write_classpath"]

_NATIVE_ACCESS_SINCE: Final = 17
_MEBIBYTE: Final = 2**20


def jvm_options(
    java: Java, folder: Path, heap: int | None, fiji: FijiFolder | None = None
) -> list[str]:
    """Return the options of the JVM, and make the folder of Java's preferences.

    Parameters
    ----------
    java
        The Java.
    folder
        A private folder for temporary files and settings: the user's are neither read nor written.
    heap
        Most bytes of the heap; ``None``: as Java chooses, mostly a quarter of the memory.
    fiji
        The Fiji whose plugins get their commands.
    """
    # Java makes it, too, and says so on standard error.
    (folder / ".java" / ".userPrefs").mkdir(parents=True, exist_ok=True)
    options = [
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
        f"-Djava.io.tmpdir={folder}",
        f"-Djava.util.prefs.userRoot={folder}",
        # Without these a crash leaves files in the current folder, and a kill some in /tmp.
        "-XX:-UsePerfData",
        f"-XX:ErrorFile={folder / 'crash.log'}",
        OPEN_MODULES,
    ]
    if java.version >= _NATIVE_ACCESS_SINCE:
        options.append("--enable-native-access=ALL-UNNAMED")
    if heap is not None:
        options.append(f"-Xmx{heap // _MEBIBYTE}m")
    if fiji is not None:
        # The first is ImageJ's own, which passes over jars without "_" in their name; the second
        # is that of its patched classes.
        options += [f"-Dplugins.dir={fiji.path}", f"-Dij1.plugin.dirs={fiji.plugins}"]
    return options


def write_classpath(path: Path, jars: Sequence[Path]) -> str:
    """Write a class path into a file; return the argument of ``java`` that names it.

    Those of a Fiji are longer than a command line may be on Windows.
    """
    text = os.pathsep.join(map(str, jars)).replace("\\", "\\\\").replace('"', '\\"')
    # Java reads it in the encoding of the command line.
    encoding = "mbcs" if sys.platform == "win32" else sys.getfilesystemencoding()
    path.write_bytes(f'-cp "{text}"\n'.encode(encoding, "surrogateescape"))
    return f"@{path}"


def environment() -> Mapping[str, str]:
    """Return what is to be changed in the environment: Java must write file names as UTF-8.

    Under a locale without UTF-8, such as ``C``, Java would not find files with other characters.
    """
    if sys.platform in {"win32", "darwin"}:
        return {}
    chosen = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((value for value in chosen if value), "")
    return {} if "utf" in locale.lower() else {"LC_ALL": "C.UTF-8"}


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it; waits a little for a process that just ended."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def new_folder() -> Path:
    """Make a private folder for a process."""
    try:
        return Path(tempfile.mkdtemp(prefix="deepbacs_zoo_"))
    except OSError as error:
        raise HostError(
            tempfile.gettempdir(),
            "there is no place for temporary files",
            value=error.strerror or error,
            allowed="a folder that may be written",
            hint="free some space, or set TMPDIR to another folder",
        ) from error
