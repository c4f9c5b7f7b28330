"""The Java libraries: read from ``pom.xml``, with the sums and sizes of ``jars.lock``.

``pom.xml`` says which libraries there are and what each is for (its first comment says how);
``jars.lock`` says which bytes are meant, one line for each jar::

    <sha256>  <size in bytes>  <group>:<artifact>:<version>
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from deepbacs_zoo.errors import IntegrityError
from deepbacs_zoo.fiji.settings import plugin_folder

__all__ = ["Coordinate", "Jar", "lock_text", "read_coordinates", "read_jars", "read_lock"]

Role = Literal["imagej", "plugin", "worker", "compiler"]
_MAVEN: Final = {"": "http://maven.apache.org/POM/4.0.0"}
_HEAD: Final = """\
# The bytes of the libraries that pom.xml lists: sha256, size in bytes, group:artifact:version.
# Written by: python -m deepbacs_zoo.fiji.java.jars
"""


@dataclass(frozen=True)
class Coordinate:
    """One library in a Maven repository, and what it is for.

    Parameters
    ----------
    group, artifact, version
        Its Maven coordinate.
    role
        ``imagej``: in Fiji already; ``plugin``: goes with the plugin; ``worker``: for driving
        ImageJ from Python; ``compiler``: compiles the plugin.
    """

    group: str
    artifact: str
    version: str
    role: Role

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """The name of the jar."""
        return f"{self.artifact}-{self.version}.jar"

    def url(self, repository: str) -> str:
        """Return where a repository in Maven's layout has the jar."""
        folder = self.group.replace(".", "/")
        return f"{repository}/{folder}/{self.artifact}/{self.version}/{self.file_name}"


@dataclass(frozen=True)
class Jar:
    """A library with the bytes that are meant: their sha256 (64 hex digits) and number."""

    coordinate: Coordinate
    sha256: str
    size: int


def read_coordinates(pom: Path | None = None) -> tuple[Coordinate, ...]:
    """Read the libraries of a ``pom.xml``, by default of the plugin's.

    Raises
    ------
    IntegrityError
        The file is missing, no XML, or a dependency in it is not complete.
    """
    path = plugin_folder() / "pom.xml" if pom is None else pom
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - a file of ours, installed beside this one
    except (OSError, ET.ParseError) as error:
        raise _broken(path, str(error)) from error
    found = [
        _coordinate(entry, path, compiler=False)
        for entry in root.iterfind("dependencies/dependency", _MAVEN)
        if entry.findtext("scope", "", _MAVEN).strip() != "test"
    ]
    for profile in root.iterfind("profiles/profile", _MAVEN):
        if profile.findtext("id", "", _MAVEN) == "ecj":
            found += [
                _coordinate(entry, path, compiler=True)
                for entry in profile.iterfind("dependencies/dependency", _MAVEN)
            ]
    if not found:
        raise _broken(path, "it lists no dependency")
    return tuple(found)


def _coordinate(entry: ET.Element, path: Path, *, compiler: bool) -> Coordinate:
    group, artifact, version, scope, optional = (
        entry.findtext(name, default, _MAVEN).strip()
        for name, default in (
            ("groupId", ""),
            ("artifactId", ""),
            ("version", ""),
            ("scope", "compile"),
            ("optional", "false"),
        )
    )
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", part) for part in (group, artifact, version)):
        raise _broken(path, f"dependency '{group}:{artifact}:{version}' is not spelled out")
    if compiler:
        role: Role = "compiler"
    elif scope == "provided":
        role = "imagej"
    elif scope == "compile":
        role = "worker" if optional == "true" else "plugin"
    else:
        raise _broken(path, f"scope '{scope}' of {artifact} has no meaning here")
    return Coordinate(group, artifact, version, role)


def read_lock(lock: Path | None = None) -> Mapping[str, tuple[str, int]]:
    """Read sums and sizes by coordinate, by default those of the plugin's ``jars.lock``.

    Raises
    ------
    IntegrityError
        The file is missing or a line in it is none of the lock's.
    """
    path = plugin_folder() / "jars.lock" if lock is None else lock
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from error
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([0-9a-f]{64})\s+([1-9]\d*)\s+(\S+:\S+:\S+)", line.strip())
        if match is None or match[3] in found:
            raise _broken(path, f"line {number} is no sum, size and coordinate, or one twice")
        found[match[3]] = (match[1], int(match[2]))
    return found


def read_jars(folder: Path | None = None) -> tuple[Jar, ...]:
    """Read the libraries with their bytes.

    Parameters
    ----------
    folder
        Has ``pom.xml`` and ``jars.lock``; by default the plugin's.

    Raises
    ------
    IntegrityError
        One of the files is broken, or a library of ``pom.xml`` is not in the lock.
    """
    place = plugin_folder() if folder is None else folder
    lock = read_lock(place / "jars.lock")
    jars = []
    for coordinate in read_coordinates(place / "pom.xml"):
        if str(coordinate) not in lock:
            raise IntegrityError(
                place / "jars.lock",
                "a library of pom.xml has no sum here",
                value=coordinate,
                allowed="one line for each library",
                hint="write the lock anew with: python -m deepbacs_zoo.fiji.java.jars",
            )
        jars.append(Jar(coordinate, *lock[str(coordinate)]))
    return tuple(jars)


def lock_text(jars: Iterable[Jar]) -> str:
    """Return the text of a ``jars.lock``, sorted by coordinate."""
    lines = sorted((str(jar.coordinate), jar.sha256, jar.size) for jar in jars)
    return _HEAD + "".join(f"{sha256}  {size:>9}  {name}\n" for name, sha256, size in lines)


def _broken(path: Path, reason: str) -> IntegrityError:
    return IntegrityError(
        path,
        "the list of Java libraries cannot be read",
        value=reason,
        allowed="the file as it was installed",
        hint="install deepbacs_zoo again",
    )
