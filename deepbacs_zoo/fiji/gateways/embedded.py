"""ImageJ inside Python's own process, by JPype: for notebooks, and for objects that live on.

There is one Java in a process, with the options of its first start; it lasts as long as Python.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.gateways.base import BaseGateway
from deepbacs_zoo.fiji.gateways.exchange import outgoing
from deepbacs_zoo.fiji.gateways.heap import check_heap
from deepbacs_zoo.fiji.gateways.jpype_exchange import images_of, outcome_of, to_java
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.jvm import failed_start, library_of, start_jvm
from deepbacs_zoo.fiji.gateways.launching import jvm_options, new_folder
from deepbacs_zoo.fiji.gateways.live import info_of, look_at_live
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.process import out_of_time
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.gateways.request import Request
from deepbacs_zoo.fiji.java.folder import FijiFolder, read_folder
from deepbacs_zoo.fiji.java.headless_imagej import full_classpath
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

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


def open_embedded(
    setup: JavaEnvironment, *, folder: str | Path | None = None, heap: int | None = None
) -> Embedded:
    """Start Java in this process, or take the one that runs here already.

    Parameters
    ----------
    setup
        Java and jars, from `prepare`.
    folder
        A Fiji whose ImageJ and plugins are used; ``None``: ImageJ of the set-up alone.
    heap
        Most bytes of Java's heap; ``None``: as Java chooses, or as it is.

    Raises
    ------
    MissingExtraError
        JPype is not installed.
    UsageError
        The heap is too small for ImageJ, or the folder holds no Fiji.
    HostError
        Java does not start, or one runs here with other jars or another heap.
    """
    global _started  # noqa: PLW0603 - as there is one Java in a process
    with _lock:
        fiji = None if folder is None else read_folder(folder)
        if _started is None and load_jpype().isJVMStarted():
            return _of_somebody_else(fiji, heap)
        classpath = full_classpath(setup, fiji)
        if _started is None:
            _started = _Started(classpath, heap, _start(setup, classpath, heap, fiji))
        elif _started.classpath != classpath or heap not in {None, _started.heap}:
            raise _other_java("Java runs already in this process, with other jars or another heap")
        return Embedded(_started.info)


def _of_somebody_else(fiji: FijiFolder | None, heap: int | None) -> Embedded:
    """Take the Java that pyimagej, for example, has started, if it will do."""
    if fiji is not None or heap is not None:
        raise _other_java("another package has started Java in this process")
    info = look_at_live()
    if not info.hooked:
        raise _other_java("another package has started an ImageJ that swallows errors")
    return Embedded(info)


def _other_java(what: str) -> HostError:
    return HostError(
        "ImageJ inside Python",
        what,
        allowed="one Java in a process, with the options of its first start",
        hint="take it as it is by attach, start Python again and open this first, "
        "or use open_worker",
    )


def _start(
    setup: JavaEnvironment, classpath: tuple[Path, ...], heap: int | None, fiji: FijiFolder | None
) -> GatewayInfo:
    jpype = load_jpype()
    library_of(setup.java)
    check_heap(heap)
    folder = new_folder()
    try:
        start_jvm(setup.java, jvm_options(setup.java, folder, heap, fiji), classpath, folder)
        version = jpype.JClass(f"{JAVA_PACKAGE}.MacroRunner").start(str(folder))
    except (OSError, RuntimeError, TypeError, jpype.JException) as error:
        raise failed_start(setup.java, error) from error
    return info_of(str(version), hooked=True)


def _is_free() -> bool:
    """Return whether no task is left that was asked to stop and has not."""
    global _stuck  # noqa: PLW0603 - as there is one Java in a process
    if _stuck is not None and _stuck.await_(0):
        if _stuck.outcome() is not None:
            _stuck.outcome().close()
        _stuck = None
    return _stuck is None


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
        self, request: Request, images: Mapping[str, ImageLike], timeout: float | None
    ) -> tuple[MacroOutcome, dict[str, Image]]:
        given = outgoing(images)
        with _lock:
            if self._closed:
                raise UsageError(
                    "ImageJ inside Python",
                    "this gateway is closed",
                    allowed="calls before it is closed",
                    hint="open a new one with open_embedded",
                )
            if not _is_free():
                raise HostError(
                    "ImageJ inside Python",
                    "a command that was asked to stop is still running",
                    allowed="one macro at a time",
                    hint="wait until it ends, start Python again, or use open_worker",
                )
            task = load_jpype().JClass(f"{JAVA_PACKAGE}.MacroTask")(json.dumps(request.plain()))
            for image in given:
                task.add(to_java(image))
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
                    raise out_of_time(timeout)
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
