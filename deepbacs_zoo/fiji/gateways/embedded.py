"""ImageJ inside Python's own process, by JPype: for notebooks, and for objects that live on.

There is one Java in a process, with the options of its first start; it lasts as long as Python.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.gateways.heap import check_heap
from deepbacs_zoo.fiji.gateways.inside import Embedded
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.jvm import failed_start, library_of, start_jvm
from deepbacs_zoo.fiji.gateways.launching import jvm_options, new_folder
from deepbacs_zoo.fiji.gateways.live import info_of, look_at_live, runs_on
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.gateways.refusal import refuse_pyimagej
from deepbacs_zoo.fiji.java.folder import FijiFolder, read_folder
from deepbacs_zoo.fiji.java.headless_imagej import full_classpath

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["Embedded", "open_embedded"]


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
    if heap is not None or (fiji is not None and not runs_on(fiji)):
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
    if fiji is None:
        refuse_pyimagej()
    return info_of(str(version), hooked=True)
