"""Compiles the plugin's sources with the tests' own classes, and asks them in an open JVM.

Classes are compiled all at once and kept for as long as no source changes, also for the next
session.  A request is answered by the ``main`` of a class, in a JVM that stays open for further
requests: of the session, of those who share one with options, or of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from filelock import FileLock

__all__ = ["Harness", "JavaFailed", "Jvm", "open_harness"]

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "fiji_scripts/plugin/src/main/java", Path(__file__).parent / "java")
PACKAGE = "deepbacs.zoo.tests"
SERVER = f"{PACKAGE}.Server"
COMPILED = ROOT / ".pytest_cache" / "d" / "java"
DAY = 86400
OPEN = "--add-opens=java.base/java.lang=ALL-UNNAMED"
START = ("-Djava.awt.headless=true", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class JavaFailed(AssertionError):
    """The compiler or the class ended with an error; the text holds what it printed."""


class Jvm:
    """A JVM that answers one request after the other.

    A request that hangs, ends the JVM or lets it crash is an error with the JVM's log; the next
    one starts another JVM.

    Parameters
    ----------
    command
        Starts the server, which reads and writes lines of JSON.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def run(
        self, main: str, *arguments: object, text: str | None = None, timeout: float = 120
    ) -> str:
        """Call a class and return what it printed.

        Parameters
        ----------
        main
            The class; without a dot, one of the tests' own.
        arguments
            Its arguments.
        text
            Its standard input.
        timeout
            Seconds until the JVM is ended.

        Raises
        ------
        JavaFailed
            It threw an exception, ended the JVM, or took too long.
        """
        full = main if "." in main else f"{PACKAGE}.{main}"
        request = {"main": full, "arguments": list(map(str, arguments)), "input": text or ""}
        process = self._started()
        assert process.stdin is not None
        with suppress(OSError):  # it has ended: said below, with its log
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        reply = self._reply(timeout)
        if reply["error"] is not None:
            raise JavaFailed(f"{reply['error']}\n{reply['output'][-4000:]}")
        output = reply["output"]
        assert isinstance(output, str)
        return output

    def ask(self, main: str, request: object, **more: Any) -> Any:
        """Call a class that reads JSON from standard input and prints JSON."""
        return json.loads(self.run(main, text=json.dumps(request), **more))

    def close(self, timeout: float = 30) -> None:
        """End the JVM, if there is one: at the end of its input it leaves no temporary files."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):  # a request that an ended JVM did not read
            process.stdin.close()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._lines = queue.SimpleQueue()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(self._command, encoding="utf-8", errors="replace", **pipes)
        threading.Thread(target=_read, args=(process, self._lines), daemon=True).start()
        self._process = process
        return process

    def _reply(self, timeout: float) -> dict[str, Any]:
        """Return the next line that is a reply; what else is printed goes to the log."""
        printed: list[str] = []
        end = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise self._failed(f"over {timeout} s", printed, hangs=True) from None
            if line is None:
                raise self._failed("the JVM has ended", printed)
            if line.startswith('{"output":'):
                reply = json.loads(line)
                assert isinstance(reply, dict)
                return reply
            printed.append(line)

    def _failed(self, reason: str, printed: list[str], *, hangs: bool = False) -> JavaFailed:
        process = self._process
        assert process is not None
        if hangs:
            if hasattr(signal, "SIGQUIT"):  # prints the stacks of all threads
                process.send_signal(signal.SIGQUIT)
                _collect(self._lines, printed)
            process.kill()
        self.close()
        return JavaFailed(f"{reason}, status {process.returncode}\n{''.join(printed)[-30000:]}")


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def _collect(lines: queue.SimpleQueue[str | None], printed: list[str]) -> None:
    """Take what is printed until a second passes without a line."""
    try:
        while (line := lines.get(timeout=1)) is not None:
            printed.append(line)
    except queue.Empty:
        return


class Harness:
    """Compiled classes, the jars they need and the Java that runs them.

    Parameters
    ----------
    folder
        Has the compiled classes.
    java
        The executable.
    jars
        The class path.
    """

    def __init__(self, folder: Path, java: Path, jars: tuple[Path, ...]) -> None:
        self.folder, self.java, self.jars = folder, java, jars
        self._shared = self.open()

    def open(self, *options: str) -> Jvm:
        """Return a JVM with options of its own, for example ``-Xmx64m``; it starts when asked."""
        classpath = os.pathsep.join(map(str, (self.folder, *self.jars)))
        start = (str(self.java), *START, "-Dfile.encoding=UTF-8", *options)
        return Jvm((*start, "-cp", classpath, SERVER))

    def open_imagej(self, preferences: Path, *options: str) -> Jvm:
        """Return a JVM that ImageJ can be patched in and whose preferences go to a folder."""
        return self.open(f"-Duser.home={preferences}", OPEN, *options)

    def run(self, main: str, *arguments: object, options: tuple[str, ...] = (), **more: Any) -> str:
        """Call a class as `Jvm.run`: in the session's JVM, or with options in one of its own."""
        if not options:
            return self._shared.run(main, *arguments, **more)
        with self.open(*options) as jvm:
            return jvm.run(main, *arguments, **more)

    def ask(self, main: str, request: object, **more: Any) -> Any:
        """Call a class that reads JSON from standard input and prints JSON."""
        return json.loads(self.run(main, text=json.dumps(request), **more))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._shared.close()


def open_harness() -> Harness:
    """Return a harness with the Java and the libraries of `deepbacs_zoo.fiji`.

    The plugin's own jar is not among them: the sources at hand are under test.

    Raises
    ------
    DeepbacsZooError
        There is no Java here, or the libraries cannot be had.
    JavaFailed
        The sources do not compile; a warning is an error.
    """
    from deepbacs_zoo.fiji import fetch_jars, find_java
    from deepbacs_zoo.fiji.java.compile import pick_compiler

    java, jars = find_java(), dict(fetch_jars())
    compiler = pick_compiler(java, jars.pop("ecj"))
    libraries = tuple(jars.values())
    sources = [path for root in SOURCES for path in sorted(root.rglob("*.java"))]
    digest = hashlib.sha256("\n".join([compiler.name, *map(str, libraries)]).encode())
    for path in sources:
        digest.update(path.read_bytes())

    def compiled(folder: Path) -> None:
        paths = ["-d", folder, "-classpath", os.pathsep.join(map(str, libraries))]
        command = [*compiler.command, *compiler.options(strict=True), *paths, *sources]
        done = subprocess.run(
            list(map(str, command)), capture_output=True, encoding="utf-8", timeout=300, check=False
        )
        if done.returncode != 0:
            raise JavaFailed(f"status {done.returncode}\n{done.stderr}\n{done.stdout[-4000:]}")

    return Harness(_kept(digest.hexdigest()[:20], compiled), java.executable, libraries)


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that is made once for all sessions and their processes."""
    folder = COMPILED / name
    with _lock():
        if not folder.is_dir():
            for old in COMPILED.iterdir():
                if old.is_dir() and old.stat().st_mtime < time.time() - DAY:
                    shutil.rmtree(old, ignore_errors=True)
            part = Path(tempfile.mkdtemp(dir=COMPILED))
            try:
                make(part)
                part.rename(folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    return folder


@contextmanager
def _lock() -> Iterator[None]:
    COMPILED.mkdir(parents=True, exist_ok=True)
    with FileLock(COMPILED / "lock"):
        yield
