"""A Java process that runs once: off the network, with a time limit, ended with its children."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.deepimagej.ended import Ended
from deepbacs_zoo.fiji.gateways.launching import environment
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA

__all__ = ["run_java"]

_WINDOWS: Final = sys.platform == "win32"
_POLL: Final = 0.05
_KEPT: Final = 2 * 2**20
"""Bytes that are read of the beginning of an output, and of its end."""
_NOWHERE: Final = ("127.0.0.1", "9")
"""A host and the port of the service that discards everything."""
CRASH: Final = "crash.log"
_SHARED: Final = "shm-[0-9a-f-]{36}"
"""A name of JDLL for memory that it shares with its engine, as a regular expression."""
_GUARD: Final = f"""\
cat > /dev/null
kill -s KILL -- "-$1"
for name in $(grep -ohE '{_SHARED}' "$2/stderr" "$2/stdout"); do rm -f "/dev/shm/$name"; done
rm -rf -- "$2"
"""
_PICKED_UP: Final = "Picked up JAVA_TOOL_OPTIONS"


def run_java(
    command: Sequence[str],
    folder: Path,
    working: Path,
    *,
    timeout: float,
    finished: Callable[[], int],
) -> Ended:
    """Run Java until it ends or makes no progress for too long.

    It and what it starts find no network, and have ended when this returns or is killed.

    Parameters
    ----------
    command
        The program and its arguments.
    folder
        A private folder for what it prints, temporary files and reports of crashes.
    working
        The working folder.
    timeout
        Seconds until the next step must have been finished.
    finished
        The number of finished steps.

    Raises
    ------
    HostError
        It does not start.
    """
    files = folder / "stdout", folder / "stderr"
    group: dict[str, Any] = {"creationflags": 0x200} if _WINDOWS else {"start_new_session": True}
    with files[0].open("wb") as output, files[1].open("wb") as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - the chosen Java
                list(command),
                cwd=working,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env={**os.environ, **environment(), **_off_network(folder)},
                **group,
            )
        except OSError as error:
            raise HostError(
                command[0],
                "Java does not start",
                value=error.strerror or error,
                allowed="a program java that may be run",
                hint=OTHER_JAVA,
            ) from error
        try:
            with _guard(process, folder):
                in_time = _wait(process, timeout, finished)
        finally:
            _end(process)
            printed, failed = (_read(path) for path in files)
            _free_shared_memory(failed + printed)
    status = process.returncode if in_time else None
    return Ended(status, printed, failed, _read(folder / CRASH))


@contextlib.contextmanager
def _guard(process: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    """End the process, its children and its folder if this process is killed meanwhile.

    A shell waits for that: nobody else holds the other end of its input.
    """
    if sys.platform == "win32":
        yield
        return
    with subprocess.Popen(  # noqa: S603 - a text of ours
        ["/bin/sh", "-c", _GUARD, "guard", str(process.pid), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as shell:
        try:
            yield
        finally:
            shell.kill()


def _wait(process: subprocess.Popen[bytes], timeout: float, finished: Callable[[], int]) -> bool:
    """Wait for the end, and say whether it came in time."""
    done, since = finished(), time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)
            finished()
            return True
        now = finished()
        if now != done:
            done, since = now, time.monotonic()
        if time.monotonic() - since > timeout:
            return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process and all that it has started."""
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)  # noqa: S603 - its own number
    else:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_shared_memory(text: str) -> None:
    """Free the memory that JDLL shared with its engine, by the names in its log.

    A process that is killed leaves it until the computer is restarted, and it counts as used.
    Windows frees it by itself.
    """
    if sys.platform == "win32":
        return
    for name in set(re.findall(_SHARED, text)):
        with contextlib.suppress(OSError):  # most are free by now
            memory = SharedMemory(name)
            memory.close()
            memory.unlink()


def _off_network(folder: Path) -> Mapping[str, str]:
    """Return variables by which Java, its children and other programs find no network.

    The engine is a child of Java's, which inherits no option of the command line: it has to speak
    the same encoding.
    """
    host, port = _NOWHERE
    options = [f"-D{name}.proxyHost={host} -D{name}.proxyPort={port}" for name in ("http", "https")]
    options += ["-Dfile.encoding=UTF-8"]
    options += [f'"-Djava.io.tmpdir={folder}"', f'"-XX:ErrorFile={folder / CRASH}"']
    options += ["-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash"]
    proxy = f"http://{host}:{port}"
    given = os.environ.get("JAVA_TOOL_OPTIONS", "")
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    return {"JAVA_TOOL_OPTIONS": " ".join([given, *options]).strip(), **dict.fromkeys(names, proxy)}


def _read(path: Path) -> str:
    """Return a file's text, without its middle if it is long; nothing if there is no file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        data = file.read(_KEPT)
        rest = path.stat().st_size - 2 * _KEPT
        if rest > 0:
            data += f"\n[... {rest} bytes are left out ...]\n".encode()
            file.seek(-_KEPT, os.SEEK_END)
        data += file.read(_KEPT)
    lines = data.decode("utf-8", "replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith(_PICKED_UP))
