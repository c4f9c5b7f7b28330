"""ImageJ's classes as they run without a window: made once, kept in a jar before ImageJ's own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java.runtime import OPEN_MODULES, OTHER_JAVA
from deepbacs_zoo.fiji.java.trace import cause
from deepbacs_zoo.files import CACHE_VARIABLE, cache_folder, one_process

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.folder import FijiFolder
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["MARK", "full_classpath"]

MARK: Final = "deepbacs_zoo_patched"
"""An entry of the jar with the patched classes, and of no other."""
_MAKER: Final = "deepbacs.zoo.worker.PatchImageJ"
_SECONDS: Final = 300


def full_classpath(setup: JavaEnvironment, folder: FijiFolder | None = None) -> tuple[Path, ...]:
    """Return the class path with the patched classes in front; makes them if they are not there.

    Parameters
    ----------
    setup
        Java and jars.
    folder
        A Fiji: its ImageJ takes the place of ours, and its other jars come last.  Where both have
        a library, ours is used: an older gson of a Fiji cannot read what the worker reads.

    Raises
    ------
    HostError
        They cannot be made or kept.
    """
    if folder is not None:
        ours = (jar for jar in setup.classpath if not jar.name.startswith("ij-"))
        # Before ij1-patcher, whose manifest names an ImageJ that lies beside it.
        setup = replace(setup, classpath=(folder.imagej, *ours))
        return (*full_classpath(setup), *folder.jars)
    if any(_is_patched(jar) for jar in setup.classpath if jar.suffix == ".jar"):
        return setup.classpath
    target = cache_folder() / "patched" / f"ij-{_key(setup)}.jar"
    if not target.is_file():
        _make_once(setup, target)
    return (target, *setup.classpath)


def _is_patched(jar: Path) -> bool:
    with zipfile.ZipFile(jar) as archive:
        return MARK in archive.NameToInfo


def _key(setup: JavaEnvironment) -> str:
    """Return a sum of all that the patched classes are made of."""
    digest = hashlib.sha256()
    for jar in setup.classpath:
        if jar.name.startswith(("ij-", "ij.jar", "ij1-patcher", "javassist")):
            digest.update(hashlib.sha256(jar.read_bytes()).digest())
    prefix = f"{_MAKER.rpartition('.')[0].replace('.', '/')}/Patch"
    with zipfile.ZipFile(setup.plugin_jar) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith(prefix):
                digest.update(archive.read(name))
    return digest.hexdigest()[:16]


def _make_once(setup: JavaEnvironment, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with one_process(target.parent / ".lock"):
            if not target.is_file():
                _make(setup, target)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise HostError(
            target.parent,
            "ImageJ's classes for use without a window cannot be kept here",
            value=error.strerror or error,
            allowed="a folder that may be written, with some free space",
            hint=f"set {CACHE_VARIABLE} to another folder",
        ) from error


def _make(setup: JavaEnvironment, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".patching-", dir=target.parent) as folder:
        part = Path(folder) / target.name
        command = [
            str(setup.java.executable),
            "-Djava.awt.headless=true",
            "-XX:-UsePerfData",
            OPEN_MODULES,
            "-cp",
            os.pathsep.join(map(str, setup.classpath)),
            _MAKER,
            str(part),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - the chosen Java
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
            problem = "" if done.returncode == 0 and part.is_file() else done.stderr.strip()
        except subprocess.TimeoutExpired:
            problem = f"over {_SECONDS} s"
        if not part.is_file() or problem:
            raise _failed(setup, problem or "it says nothing")
        part.replace(target)


def _failed(setup: JavaEnvironment, problem: str) -> HostError:
    error = HostError(
        setup.java.executable,
        "ImageJ cannot be made ready for use without a window",
        value=cause(problem.splitlines()),
        allowed=f"ImageJ 1.53 or newer, a Java that runs ij1-patcher (this is {setup.java.text})",
        hint=OTHER_JAVA + ", or update the Fiji",
    )
    error.add_note(problem)
    return error
