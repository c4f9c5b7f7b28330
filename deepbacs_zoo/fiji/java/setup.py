"""Everything that ImageJ needs before it starts: a Java, the libraries, the compiled plugin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java.compile import (
    JAR_NAME,
    compile_plugin,
    made_of,
    pick_compiler,
    shipped_jar,
    source_hash,
)
from deepbacs_zoo.fiji.java.coordinates import Jar, read_jars
from deepbacs_zoo.fiji.java.jars import Progress, fetch_jars, jar_path
from deepbacs_zoo.fiji.java.runtime import Java, find_java
from deepbacs_zoo.files import CACHE_VARIABLE, cache_folder, one_process

__all__ = ["JavaEnvironment", "built_jar", "prepare"]


@dataclass(frozen=True)
class JavaEnvironment:
    """A Java and a class path with ImageJ, the plugin and what drives it from Python.

    Parameters
    ----------
    java
        The Java.
    classpath
        All jars, the plugin's first; the compiler is not among them.
    plugin_jar
        The compiled plugin.
    bundle_jars
        What a Fiji folder needs: the plugin and its libraries, without ImageJ.
    versions
        The versions of the libraries by artifact, such as ``{"ij": "1.54p"}``.
    """

    java: Java
    classpath: tuple[Path, ...]
    plugin_jar: Path
    bundle_jars: tuple[Path, ...]
    versions: Mapping[str, str]


def prepare(
    java: Path | None = None, *, offline: bool | None = None, progress: Progress | None = None
) -> JavaEnvironment:
    """Find a Java, fetch the libraries and compile the plugin; all but the first time from a cache.

    Parameters
    ----------
    java
        Folder of the Java to use, instead of the one that is found.
    offline
        Whether only the cache is used; by default as `works_offline` says.
    progress
        Is called with the bytes fetched and those to fetch; not at all if nothing is missing.

    Raises
    ------
    UsageError, MissingExtraError
        There is no Java, or it is not good enough.
    HostError
        A library cannot be fetched, the cache cannot be written, or the plugin does not compile.
    IntegrityError
        A library is not the file that was described.
    """
    found = find_java(java)
    jars = read_jars()
    digest = source_hash()
    plugin = built_jar(digest)
    ecj_works = plugin is None and found.compiler is None
    needed = [jar for jar in jars if ecj_works or jar.coordinate.role != "compiler"]
    paths = fetch_jars(needed, offline=offline, progress=progress)
    libraries = _of(jars, paths, "imagej", "plugin", "worker")
    if plugin is None:
        ecj = next(jar for jar in jars if jar.coordinate.role == "compiler")
        plugin = _compile_once(digest, found, jar_path(ecj), libraries)
    return JavaEnvironment(
        java=found,
        classpath=(plugin, *libraries),
        plugin_jar=plugin,
        bundle_jars=(plugin, *_of(jars, paths, "plugin")),
        versions={jar.coordinate.artifact: jar.coordinate.version for jar in jars},
    )


def built_jar(digest: str) -> Path | None:
    """Return a plugin's jar made of sources with this sum: a shipped one, or from the cache."""
    shipped = shipped_jar(digest)
    if shipped is not None:
        return shipped
    cached = _cached_jar(digest)
    return cached if made_of(cached) == digest else None


def _cached_jar(digest: str) -> Path:
    return cache_folder() / "plugin" / digest[:16] / JAR_NAME


def _of(jars: tuple[Jar, ...], paths: Mapping[str, Path], *roles: str) -> tuple[Path, ...]:
    return tuple(paths[jar.coordinate.artifact] for jar in jars if jar.coordinate.role in roles)


def _compile_once(digest: str, java: Java, ecj: Path, libraries: tuple[Path, ...]) -> Path:
    target = _cached_jar(digest)
    folder = cache_folder() / "plugin"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with one_process(folder / ".lock"):
            if made_of(target) != digest:
                compile_plugin(target, pick_compiler(java, ecj), libraries)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            folder,
            "the compiled plugin cannot be written here",
            value=error.strerror or error,
            allowed="a folder that may be written",
            hint=f"set {CACHE_VARIABLE} to another folder",
        ) from error
    return target
