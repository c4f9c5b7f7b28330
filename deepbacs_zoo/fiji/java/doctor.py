"""Says what ImageJ needs and what of it is there, and makes it complete where that can be done."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DeepbacsZooError, HostError
from deepbacs_zoo.fiji.java.compile import pick_compiler, source_hash
from deepbacs_zoo.fiji.java.coordinates import Jar, read_jars
from deepbacs_zoo.fiji.java.jars import Progress, fetch_jars, is_verified, jar_path
from deepbacs_zoo.fiji.java.rows import Row, Status, failed_row
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA, Java, find_java
from deepbacs_zoo.fiji.java.setup import JavaEnvironment, built_jar, prepare
from deepbacs_zoo.fiji.java.trace import cause
from deepbacs_zoo.files import CACHE_VARIABLE, cache_folder
from deepbacs_zoo.options import Option

__all__ = ["doctor"]

_SECONDS: Final = 120
_CLASS: Final = "deepbacs.zoo.doctor.Doctor"
_INSTALL: Final = "pip install 'deepbacs_zoo[fiji]'"
_FONTS: Final = "install fonts, on Debian and Ubuntu: apt-get install fontconfig fonts-dejavu-core"


def doctor(
    java: Path | None = None, *, offline: bool | None = None, progress: Progress | None = None
) -> list[Row]:
    """Look at everything; fetch the libraries and compile the plugin where that was not done yet.

    Parameters
    ----------
    java
        Folder of the Java to look at, instead of the one that is found.
    offline, progress
        As in `setup.prepare`.

    Returns
    -------
    list of Row
        What is there.  A thing that is missing is a row, never an exception.
    """
    jars = read_jars()
    found, rows = _look_for_java(java)
    rows += _look_for_jars(jars, offline, progress)
    rows.append(_look_for_compiler(found, jars))
    complete = all(row.status != "missing" for row in rows)
    setup, row = _look_for_plugin(java, complete)
    rows.append(row)
    rows += _look_into_java(setup)
    rows += [_look_at_cache(jars), _look_for_jpype(found)]
    return rows


def _look_for_java(chosen: Path | None) -> tuple[Java | None, list[Row]]:
    try:
        java = find_java(chosen)
    except DeepbacsZooError as error:
        return None, [failed_row("Java", error)]
    return java, [Row("Java", "ok", f"{java.text} ({java.source})", str(java.home))]


def _look_for_jars(
    jars: Sequence[Jar], offline: bool | None, progress: Progress | None
) -> list[Row]:
    rows, reason = [], ""
    try:
        fetch_jars(jars, offline=offline, progress=progress)
    except DeepbacsZooError as error:
        reason = str(error)
    for jar in jars:
        name, path = jar.coordinate.artifact, jar_path(jar)
        if is_verified(jar):
            rows.append(Row(name, "ok", jar.coordinate.version, str(path)))
        else:
            # Where the plugin is built or javac is there, nothing needs the other compiler.
            status: Status = "warning" if jar.coordinate.role == "compiler" else "missing"
            rows.append(Row(name, status, "not in the cache", str(path), reason))
            reason = ""  # once is enough
    return rows


def _look_for_compiler(java: Java | None, jars: Sequence[Jar]) -> Row:
    if java is None:
        return Row("compiler", "warning", "not looked for, without a Java")
    ecj = next(jar_path(jar) for jar in jars if jar.coordinate.role == "compiler")
    try:
        compiler = pick_compiler(java, ecj)
    except HostError as error:
        # A jar that is built already needs none; if none is, the plugin's row is "missing".
        return Row("compiler", "warning", str(error.what), str(error.where), error.hint)
    return Row("compiler", "ok", compiler.name, str(java.compiler or ecj))


def _look_for_plugin(java: Path | None, complete: bool) -> tuple[JavaEnvironment | None, Row]:
    """Compile the plugin if Java and libraries are complete; a set-up only then."""
    if complete:
        try:
            setup = prepare(java, offline=True)
        except DeepbacsZooError as error:
            return None, failed_row("plugin", error)
        return setup, Row("plugin", "ok", "built from these sources", str(setup.plugin_jar))
    jar = built_jar(source_hash())
    if jar is None:
        return None, Row("plugin", "missing", "not compiled, something above is missing")
    return None, Row("plugin", "ok", "built from these sources", str(jar))


def _look_into_java(setup: JavaEnvironment | None) -> list[Row]:
    """Start a JVM and ask it what works in it."""
    computer = _memory()
    if setup is None:
        return [
            Row("ImageJ starts", "warning", "not tried, something above is missing"),
            Row("memory", "ok", f"{_gibibytes(computer)} in this computer"),
        ]
    answers = _ask(setup)
    if isinstance(answers, str):
        return [Row("ImageJ starts", "missing", answers, str(setup.java.executable), OTHER_JAVA)]
    rows = [
        _answer_row("ImageJ starts", answers, "imagej", "missing", "choose another Java"),
        _answer_row(
            "ONNX Runtime", answers, "onnxruntime", "missing", "choose another Java (64 bits)"
        ),
        _answer_row(
            "fonts", answers, "fonts", "warning", f"text cannot be drawn in images; {_FONTS}"
        ),
    ]
    heap = answers.get("heap", "").removeprefix("ok ")
    if heap.isdigit():
        text = (
            f"{_gibibytes(computer)} in this computer, ImageJ takes up to {_gibibytes(int(heap))}"
        )
        rows.append(Row("memory", "ok", text, hint="set " + Option("heap") + " to change it"))
    return rows


def _answer_row(name: str, answers: Mapping[str, str], key: str, bad: Status, hint: str) -> Row:
    status, _, text = answers.get(key, "error no answer").partition(" ")
    return Row(name, "ok", text) if status == "ok" else Row(name, bad, text, hint=hint)


def _ask(setup: JavaEnvironment) -> Mapping[str, str] | str:
    """Run the plugin's class that looks around; a clause if it does not start."""
    options = ["-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"]
    if setup.java.version >= 17:
        options.append("--enable-native-access=ALL-UNNAMED")
    classpath = os.pathsep.join(str(path) for path in setup.classpath)
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Java
            [str(setup.java.executable), *options, "-cp", classpath, _CLASS],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"Java does not start ({error})"
    if done.returncode != 0:
        line = cause((done.stderr or done.stdout).splitlines()) or "no message"
        return f"Java ends with status {done.returncode} ({line})"
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def _look_at_cache(jars: Sequence[Jar]) -> Row:
    folder = cache_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1e9:.1f} GB free"
    try:
        with tempfile.TemporaryFile(dir=there):
            return Row("cache", "ok", f"can be written, {text}", str(folder))
    except OSError as error:
        complete = built_jar(source_hash()) is not None and all(
            is_verified(jar) or jar.coordinate.role == "compiler" for jar in jars
        )
        status: Status = "warning" if complete else "missing"
        reason = f"cannot be written ({error.strerror}), {text}"
        hint = f"set {CACHE_VARIABLE} to a folder that can be written"
        return Row("cache", status, reason, str(folder), hint)


def _look_for_jpype(java: Java | None) -> Row:
    name = "jpype (ImageJ in Python's process)"
    try:
        version = importlib.metadata.version("jpype1")
    except importlib.metadata.PackageNotFoundError:
        return Row(name, "warning", "not installed", hint=f"type: {_INSTALL}")
    if java is not None and java.libjvm is None:
        hint = "choose a Java with libjvm by " + Option("java")
        return Row(name, "warning", "this Java has no libjvm", str(java.home), hint)
    return Row(name, "ok", version, "" if java is None else str(java.libjvm))


def _gibibytes(size: int | None) -> str:
    return "an unknown amount of memory" if size is None else f"{size / 1024**3:.1f} GiB"


def _memory() -> int | None:
    """Return the bytes of memory of this computer."""
    if sys.platform == "win32":
        return _memory_of_windows()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def _memory_of_windows() -> int | None:
    # struct MEMORYSTATUSEX of the Windows API: two 32-bit and seven 64-bit numbers.
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("total", ctypes.c_uint64),
            ("others", ctypes.c_uint64 * 6),
        )

    status = Status(length=ctypes.sizeof(Status))
    library = getattr(ctypes, "windll").kernel32  # noqa: B009 - only there on Windows
    return int(status.total) if library.GlobalMemoryStatusEx(ctypes.byref(status)) else None
