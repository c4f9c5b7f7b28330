"""An ImageJ that runs in this process already, started by pyimagej or by ourselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.jvm import part_at_exit
from deepbacs_zoo.fiji.gateways.launching import new_folder
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.java.compile import made_of, source_hash
from deepbacs_zoo.fiji.java.folder import FijiFolder

__all__ = ["info_of", "look_at_live", "runs_on"]

_WHERE: Final = "ImageJ inside Python"
_START: Final = "start Python again and call start_pyimagej, or use open_worker"
_live: GatewayInfo | None = None  # as there is one Java in a process


def info_of(imagej: str, *, hooked: bool) -> GatewayInfo:
    """Return what is known of the Java in this process, and its ImageJ."""
    jpype = load_jpype()
    java = str(jpype.JClass("java.lang.System").getProperty("java.version"))
    heap = int(jpype.JClass("java.lang.Runtime").getRuntime().maxMemory())
    return GatewayInfo(imagej, java, heap, os.getpid(), hooked)


def look_at_live() -> GatewayInfo:
    """Make the ImageJ that runs in this process ready for macros, and leave all in it as it is.

    Raises
    ------
    HostError
        There is none, or one that runs no macros of ours.
    """
    global _live  # noqa: PLW0603 - as there is one Java in a process
    if _live is None:
        live = _java_side()
        state = str(live.state())
        _check(state)
        folder = new_folder()
        part_at_exit(folder)
        _live = info_of(str(live.attach(str(folder))), hooked=state == "hooked")
    return _live


def runs_on(fiji: FijiFolder) -> bool:
    """Return whether the Java in this process was started on a Fiji folder."""
    found = load_jpype().JClass("java.lang.System").getProperty("plugins.dir")
    return found is not None and Path(str(found)) in {fiji.path, fiji.plugins}


def _java_side() -> Any:  # noqa: ANN401 - a Java class
    jpype = load_jpype()
    if not jpype.isJVMStarted():
        raise HostError(
            _WHERE,
            "no Java runs in this process",
            allowed="a running ImageJ, such as imagej.init gives",
            hint="call start_pyimagej first, or use open_worker or open_embedded",
        )
    for name, what in (
        ("ij.IJ", "the Java in this process has no ImageJ"),
        (f"{JAVA_PACKAGE}.Live", "its Java does not have our plugin"),
    ):
        if not _exists(jpype, name):
            raise HostError(
                _WHERE,
                what,
                allowed="an ImageJ with the jars of the plugin on Java's class path",
                hint="unpack a bundle (deepbacs-zoo fiji bundle) into the Fiji folder and start "
                "Python again, or call start_pyimagej, or use open_worker",
            )
    live = jpype.JClass(f"{JAVA_PACKAGE}.Live")
    _check_version(live)
    return live


def _exists(jpype: Any, name: str) -> bool:  # noqa: ANN401 - a module without types
    """Return whether there is a class, without loading it: ImageJ may be still to be patched."""
    loader = jpype.JClass("java.lang.ClassLoader").getSystemClassLoader()
    return loader.getResource(name.replace(".", "/") + ".class") is not None


def _check_version(live: Any) -> None:  # noqa: ANN401 - a Java class
    source = live.class_.getProtectionDomain().getCodeSource()
    made = None if source is None else made_of(path_of(source.getLocation()))
    if made is not None and made != source_hash():
        raise HostError(
            _WHERE,
            "its plugin is of another version",
            value=path_of(source.getLocation()),
            allowed="the plugin of this version",
            hint="unpack a new bundle (deepbacs-zoo fiji bundle) into the Fiji folder and start "
            "Python again, or call start_pyimagej",
        )


def path_of(location: Any) -> Path:  # noqa: ANN401 - a Java URL
    """Return the path that a URL of Java names."""
    paths = load_jpype().JClass("java.nio.file.Paths")
    return Path(str(paths.get(location.toURI())))


_REFUSED: Final = {
    "windows": (
        "it has windows, and what a macro does there can be seen and disturbed",
        "imagej.init in the mode 'headless'",
    ),
    "bare": (
        "it runs no commands without a window",
        "an ImageJ that ij1-patcher has changed before its first use",
    ),
}


def _check(state: str) -> None:
    if state in _REFUSED:
        what, allowed = _REFUSED[state]
        raise HostError(_WHERE, what, allowed=allowed, hint=_START)
