"""Compiles the plugin's sources with the tests' own classes, and runs one in a Java of its own.

Only what a main class reaches is compiled, so that a test of one room needs no other room.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["JavaFailed", "Workshop", "open_workshop"]

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "fiji_scripts/plugin/src/main/java", Path(__file__).parent / "java")
PACKAGE = "deepbacs.zoo.tests"


class JavaFailed(AssertionError):
    """The compiler or the class ended with an error; the text holds what it printed."""


@dataclass
class Workshop:
    """A folder of classes, the jars they need and the Java that runs them.

    Parameters
    ----------
    folder
        Where compiled classes go.
    java
        The executable.
    compiler
        The compiler with its options.
    jars
        The class path.
    """

    folder: Path
    java: Path
    compiler: tuple[str, ...]
    jars: tuple[Path, ...]
    _compiled: set[str] = field(default_factory=set)

    @property
    def classpath(self) -> str:
        return os.pathsep.join(map(str, (self.folder, *self.jars)))

    def compile(self, main: str, *, timeout: float = 300) -> None:
        """Compile a class and all that it reaches, once a session."""
        if main in self._compiled:
            return
        name = main.replace(".", "/") + ".java"
        file = next((root / name for root in SOURCES if (root / name).is_file()), None)
        if file is None:
            raise JavaFailed(f"no source of {main}")
        sources = os.pathsep.join(map(str, SOURCES))
        paths = ["-d", self.folder, "-classpath", self.classpath, "-sourcepath", sources, file]
        self._call([*self.compiler, *paths], None, timeout)
        self._compiled.add(main)

    def run(
        self,
        main: str,
        *arguments: object,
        text: str | None = None,
        timeout: float = 120,
        options: tuple[str, ...] = (),
    ) -> str:
        """Run a main class in its own JVM and return what it printed.

        Parameters
        ----------
        main
            The class; without a dot, one of the tests' own.
        arguments
            Its arguments.
        text
            Its standard input.
        timeout
            Seconds until the process is ended.
        options
            More options of the JVM, for example ``-Xmx64m``.

        Raises
        ------
        JavaFailed
            It did not compile, ended with another status than 0, or took too long.
        """
        full = main if "." in main else f"{PACKAGE}.{main}"
        self.compile(full)
        start = ["-Djava.awt.headless=true", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        command = [self.java, *start, "-Dfile.encoding=UTF-8", *options, "-cp", self.classpath]
        return self._call([*command, full, *arguments], text, timeout)

    def ask(self, main: str, request: object, **more: Any) -> Any:
        """Run a class that reads JSON from standard input and prints JSON."""
        return json.loads(self.run(main, text=json.dumps(request), **more))

    def _call(self, command: list[object], text: str | None, timeout: float) -> str:
        given = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
        try:
            done = subprocess.run(
                list(map(str, command)),
                capture_output=True,
                encoding="utf-8",
                timeout=timeout,
                check=False,
                **given,
            )
        except subprocess.TimeoutExpired as error:
            raise JavaFailed(f"over {timeout} s: {error.stderr!r}") from error
        if done.returncode != 0:
            raise JavaFailed(f"status {done.returncode}\n{done.stderr}\n{done.stdout[-4000:]}")
        return done.stdout


def open_workshop(folder: Path) -> Workshop:
    """Return a workshop with the Java and the libraries of `deepbacs_zoo.fiji`.

    The plugin's own jar is not among them: the sources at hand are under test.

    Raises
    ------
    DeepbacsZooError
        There is no Java here, or the libraries cannot be had.
    """
    from deepbacs_zoo.fiji import fetch_jars, find_java
    from deepbacs_zoo.fiji.java.compile import pick_compiler

    java, jars = find_java(), dict(fetch_jars())
    compiler = pick_compiler(java, jars.pop("ecj"))
    command = (*compiler.command, *compiler.options(strict=True))
    return Workshop(folder, java.executable, command, tuple(jars.values()))
