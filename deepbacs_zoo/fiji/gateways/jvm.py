"""The one Java in Python's own process: how it starts, and how Python parts from it at its end."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.gateways.jpype_module import load_jpype
from deepbacs_zoo.fiji.gateways.launching import environment, remove_folder
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.runtime import Java

__all__ = ["changed_environment", "failed_start", "library_of", "part_at_exit", "start_jvm"]


def library_of(java: Java) -> Path:
    """Return the library of a Java that runs inside another process.

    Raises
    ------
    HostError
        It has none.
    """
    if java.libjvm is None:
        raise HostError(
            java.home,
            "this Java has no library that runs inside another process",
            allowed="a Java with lib/server/libjvm",
            hint=OTHER_JAVA + ", or use open_worker",
        )
    return java.libjvm


def start_jvm(java: Java, options: Sequence[str], classpath: Sequence[Path], folder: Path) -> None:
    """Start Java in this process; the folder, its private one, is removed when Python ends."""
    jpype, library = load_jpype(), library_of(java)
    part_at_exit(folder)
    with changed_environment(environment()):
        # -Xrs: Ctrl-C remains Python's.
        jpype.startJVM(str(library), *options, "-Xrs", classpath=list(map(str, classpath)))


def failed_start(java: Java, error: Exception) -> HostError:
    """Return the error about a Java that does not start in this process."""
    return HostError(
        java.home,
        "Java does not start in this process",
        value=error,
        allowed=f"Java {java.text} with a heap that the memory holds",
        hint="choose another " + Option("heap") + " or " + Option("java") + ", or use open_worker",
    )


def part_at_exit(folder: Path) -> None:
    """Let Python end, at its end, without an end of Java; a private folder is removed then.

    Threads of ImageJ's filters never end: waiting for them, Python would not end either.  That is
    what JPype does, and scyjava for pyimagej.
    """
    config = load_jpype().config
    config.destroy_jvm = config.onexit = False
    scyjava = sys.modules.get("scyjava")
    if scyjava is not None:
        atexit.unregister(scyjava.shutdown_jvm)
    atexit.register(_part, folder, os.getpid())


def _part(folder: Path, owner: int) -> None:
    """Part from Java.

    After a collection of its own, Java has JPype collect Python's garbage, on a thread of Java's.
    If that is under way when Python ends, the process aborts ("exception not rethrown"): JPype's
    thread is stopped first.  JPype would do that itself only with an end of Java.
    """
    if os.getpid() != owner:
        return  # a fork of Python: the folder is its parent's, and has no Java
    jpype = load_jpype()
    if jpype.isJVMStarted():
        _call_back(sys.modules.get("scyjava._jvm"))
        with contextlib.suppress(RuntimeError, TypeError, AttributeError, jpype.JException):
            jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()
    remove_folder(folder)


def _call_back(scyjava: Any) -> None:  # noqa: ANN401 - a module without types
    """Do at the end what others have registered with ``scyjava.when_jvm_stops``.

    scyjava does it when it ends Java, which is not done here; it has no other function for that.
    """
    for callback in getattr(scyjava, "_shutdown_callbacks", ()):
        try:
            callback()
        except Exception:  # noqa: BLE001 - code of anybody, which must not keep Python from ending
            traceback.print_exc()


@contextmanager
def changed_environment(changed: Mapping[str, str]) -> Iterator[None]:
    """Change variables of the environment while Java starts: it reads them once.

    What else is changed meanwhile in the variables that are named is undone as well.
    """
    before: dict[str, Any] = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
