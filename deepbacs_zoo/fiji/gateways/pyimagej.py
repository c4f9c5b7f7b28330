"""pyimagej on a Fiji folder, started so that it works without a network and ends with Python."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.errors import HostError, MissingExtraError
from deepbacs_zoo.fiji.gateways.heap import check_heap
from deepbacs_zoo.fiji.gateways.jpype_module import load_jpype
from deepbacs_zoo.fiji.gateways.jvm import (
    changed_environment,
    failed_start,
    library_of,
    part_at_exit,
)
from deepbacs_zoo.fiji.gateways.launching import environment, jvm_options, new_folder
from deepbacs_zoo.fiji.java.folder import FijiFolder, check_pyimagej, read_folder
from deepbacs_zoo.fiji.java.headless_imagej import full_classpath

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["start_pyimagej"]

_started: tuple[Path, Any] | None = None


def start_pyimagej(setup: JavaEnvironment, folder: str | Path, *, heap: int | None = None) -> Any:  # noqa: ANN401 - a Java object with additions of pyimagej
    """Start pyimagej in the mode ``headless``, in a way that needs no network.

    ``imagej.init`` alone fetches a Java and a library, writes into the home folder, and may keep
    Python from ending.  Here ImageJ reports its errors, too: see `attach`.

    Parameters
    ----------
    setup
        Java and jars, from `prepare`.
    folder
        A Fiji.  The jar of imglib2-imglyb, which pyimagej would fetch, lies in its folder ``jars``.
    heap
        Most bytes of Java's heap; ``None``: as Java chooses.

    Returns
    -------
    net.imagej.ImageJ
        The gateway of pyimagej, as ``imagej.init`` returns it.  A second call for the same folder
        returns the same.

    Raises
    ------
    MissingExtraError
        pyimagej is not installed.
    UsageError
        The folder holds no Fiji, or lacks something that pyimagej needs.
    HostError
        Java runs in this process already, or does not start.
    """
    global _started  # noqa: PLW0603 - as there is one Java in a process
    fiji = read_folder(folder)
    if _started is not None and _started[0] == fiji.path:
        return _started[1]
    if load_jpype().isJVMStarted():
        raise HostError(
            "pyimagej",
            "Java runs already in this process",
            allowed="one Java in a process, with the jars of its first start",
            hint="start Python again and call start_pyimagej first, or use open_worker",
        )
    check_pyimagej(fiji)
    check_heap(heap)
    library_of(setup.java)
    ij = _init(setup, fiji, heap)
    _started = (fiji.path, ij)
    return ij


def _init(setup: JavaEnvironment, fiji: FijiFolder, heap: int | None) -> Any:  # noqa: ANN401
    jpype, imagej, config = load_jpype(), _load("imagej"), _load("scyjava.config")
    folder = new_folder()
    home = str(Path.home())
    # Everything is there: no Java is fetched ("auto" takes JAVA_HOME), and no library.
    config.set_java_constraints(fetch="auto")
    config.endpoints[:] = [each for each in config.endpoints if "imglib2-imglyb" not in each]
    config.add_kwargs(jvmpath=str(setup.java.libjvm))
    options = jvm_options(setup.java, folder, heap, fiji)
    # ImageJ keeps its preferences below the home folder that it sees when it starts.
    config.add_options([*options, "-Xrs", f"-Duser.home={folder}"])
    # In front of the folder's own: ImageJ that reports errors, and libraries of the worker.
    config.add_classpath(*map(str, full_classpath(setup, fiji)))
    changed = {**environment(), "JAVA_HOME": str(setup.java.home), "PATH": os.environ["PATH"]}
    try:
        with changed_environment(changed):
            ij = imagej.init(str(fiji.path), mode="headless")
        if not ij:
            raise RuntimeError("it has no ImageJ2")
        jpype.JClass("java.lang.System").setProperty("user.home", home)
    except (OSError, RuntimeError, TypeError, ValueError, NameError, jpype.JException) as error:
        raise failed_start(setup.java, error) from error
    finally:
        part_at_exit(folder)
    return ij


def _load(name: str) -> Any:  # noqa: ANN401 - these modules have no types
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtraError.of("fiji", "pyimagej", "pyimagej") from error
