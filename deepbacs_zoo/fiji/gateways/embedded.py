"""ImageJ inside Python's own process, by JPype: for notebooks, and for objects that live on.

There is one Java in a process, with the options of its first start; it lasts as long as Python.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.gateways.base import BaseGateway
from deepbacs_zoo.fiji.gateways.exchange import headers_of
from deepbacs_zoo.fiji.gateways.heap import check_heap
from deepbacs_zoo.fiji.gateways.jpype_exchange import (
    JAVA_PACKAGE,
    images_of,
    load_jpype,
    outcome_of,
    to_java,
)
from deepbacs_zoo.fiji.gateways.launching import environment, jvm_options, remove_folder
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.process import new_folder
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.java.headless_imagej import full_classpath
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["Embedded", "open_embedded"]

_POLL_MILLISECONDS: Final = 100
_SECONDS_TO_STOP: Final = 5.0


@dataclass(frozen=True)
class _Started:
    """The one Java of this process.

    Parameters
    ----------
    classpath, heap
        What it was started with.
    info
        What is behind it.
    """

    classpath: tuple[Path, ...]
    heap: int | None
    info: GatewayInfo


_started: _Started | None = None
_stuck: Any = None  # a task that was asked to stop and has not
_lock = threading.Lock()


def open_embedded(setup: JavaEnvironment, *, heap: int | None = None) -> Embedded:
    """Start Java in this process, or take the one that runs here already.

    Parameters
    ----------
    setup
        Java and jars, from `prepare`.
    heap
        Most bytes of Java's heap; ``None``: as Java chooses, or as it is.

    Raises
    ------
    MissingExtraError
        JPype is not installed.
    HostError
        Java does not start, or one runs here with other jars or another heap.
    """
    global _started  # noqa: PLW0603 - as there is one Java in a process
    with _lock:
        classpath = full_classpath(setup)
        if _started is None:
            _started = _Started(classpath, heap, _start(setup, classpath, heap))
        elif _started.classpath != classpath or heap not in {None, _started.heap}:
            raise HostError(
                "ImageJ inside Python",
                "Java runs already in this process, with other jars or another heap",
                allowed="one Java in a process, with the options of its first start",
                hint="start Python again, or use open_worker",
            )
        return Embedded(_started.info)


def _start(setup: JavaEnvironment, classpath: tuple[Path, ...], heap: int | None) -> GatewayInfo:
    jpype = load_jpype()
    if jpype.isJVMStarted():
        raise HostError(
            "ImageJ inside Python",
            "another package has started Java in this process, without our jars",
            allowed="one Java in a process, with the options of its first start",
            hint="start Python again and open this gateway first, or use open_worker",
        )
    if setup.java.libjvm is None:
        raise HostError(
            setup.java.home,
            "this Java has no library that runs inside another process",
            allowed="a Java with lib/server/libjvm",
            hint=OTHER_JAVA + ", or use open_worker",
        )
    check_heap(heap)
    folder = new_folder()
    # Threads of ImageJ's filters never end: waiting for them, Python would not end either.
    jpype.config.destroy_jvm = False
    jpype.config.onexit = False
    atexit.register(_leave, folder)
    # -Xrs: Ctrl-C remains Python's.
    options = [*jvm_options(setup.java, folder, heap), "-Xrs"]
    try:
        with _environment():
            jpype.startJVM(str(setup.java.libjvm), *options, classpath=list(map(str, classpath)))
        imagej = str(jpype.JClass(f"{JAVA_PACKAGE}.MacroRunner").start(str(folder)))
    except (OSError, RuntimeError, TypeError, jpype.JException) as error:
        raise HostError(
            setup.java.home,
            "Java does not start in this process",
            value=error,
            allowed=f"Java {setup.java.text} with a heap that the memory holds",
            hint="choose another "
            + Option("heap")
            + " or "
            + Option("java")
            + ", or use open_worker",
        ) from error
    system, runtime = jpype.JClass("java.lang.System"), jpype.JClass("java.lang.Runtime")
    version = str(system.getProperty("java.version"))
    return GatewayInfo(imagej, version, int(runtime.getRuntime().maxMemory()), os.getpid())


def _leave(folder: Path) -> None:
    """Part from Java when Python ends, and remove the private folder.

    After a collection of its own, Java has JPype collect Python's garbage, on a thread of Java's.
    If that is under way when Python ends, the process aborts ("exception not rethrown"): JPype's
    thread is stopped first.  JPype would do that itself only with an end of Java.
    """
    jpype = load_jpype()
    if jpype.isJVMStarted():
        with contextlib.suppress(RuntimeError, TypeError, AttributeError, jpype.JException):
            jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()
    remove_folder(folder)


@contextmanager
def _environment() -> Iterator[None]:
    """Java reads the locale when it starts, and never again."""
    changed = environment()
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Embedded(BaseGateway):
    """A gateway to the Java in this process; see `gateway.Gateway` and `open_embedded`.

    A macro that does not end within its time limit is asked to stop; while a command in it goes on
    all the same, the gateway cannot be used.  A macro that ends Java ends Python.
    """

    def __init__(self, info: GatewayInfo) -> None:
        self._info = info
        self._closed = False

    @property
    def info(self) -> GatewayInfo:
        """ImageJ and Java behind it."""
        return self._info

    def _ask(
        self, code: str, argument: str, images: Mapping[str, Image], timeout: float | None
    ) -> tuple[MacroOutcome, dict[str, Image]]:
        headers = headers_of(images)
        with _lock:
            if self._closed:
                raise UsageError(
                    "ImageJ inside Python",
                    "this gateway is closed",
                    allowed="calls before it is closed",
                    hint="open a new one with open_embedded",
                )
            if _stuck is not None and not _stuck.await_(0):
                raise HostError(
                    "ImageJ inside Python",
                    "a command that was asked to stop is still running",
                    allowed="one macro at a time",
                    hint="wait until it ends, start Python again, or use open_worker",
                )
            task = load_jpype().JClass(f"{JAVA_PACKAGE}.MacroTask")(code, argument)
            for header, image in zip(headers, images.values(), strict=True):
                task.add(to_java(header, image))
            task.start()
            self._wait(task, timeout)
            found = task.outcome()
            if found is None:
                raise RuntimeError("the macro's thread has ended without a word")
            try:
                outcome = outcome_of(found)
                # After an error there is nobody to look at them.
                left = {} if outcome.failure is not None else images_of(found)
            finally:
                found.close()
            return outcome, left

    def _wait(self, task: Any, timeout: float | None) -> None:  # noqa: ANN401 - a Java object
        end = None if timeout is None else time.monotonic() + timeout
        try:
            # In short steps, between which Python sees Ctrl-C.
            while not task.await_(_POLL_MILLISECONDS):
                if end is not None and time.monotonic() > end:
                    raise HostError(
                        "ImageJ",
                        "it has not finished in time, and was stopped",
                        value=f"{timeout:g} s",
                        allowed="a macro that ends within the time limit",
                        hint="allow more time, or see why the macro does not end",
                    )
        except BaseException:
            self._stop(task)
            raise

    def _stop(self, task: Any) -> None:  # noqa: ANN401 - a Java object
        global _stuck  # noqa: PLW0603 - as there is one Java in a process
        end = time.monotonic() + _SECONDS_TO_STOP
        while not task.await_(0) and time.monotonic() < end:
            task.abort()
            task.await_(_POLL_MILLISECONDS)
        if not task.await_(0):
            _stuck = task
        elif task.outcome() is not None:
            task.outcome().close()

    def close(self) -> None:
        """Let it go; Java stays for the next gateway."""
        self._closed = True
