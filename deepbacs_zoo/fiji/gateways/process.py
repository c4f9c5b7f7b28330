"""The Java process of a worker: started, asked, ended, and never left over."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.gateways.heap import LARGER_HEAP
from deepbacs_zoo.fiji.gateways.launching import environment, remove_folder
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA
from deepbacs_zoo.fiji.java.trace import cause
from deepbacs_zoo.options import Option, Text

__all__ = ["JavaProcess", "out_of_time"]

MARK: Final = b"\x1e"
"""Begins each line that is an answer (class Replies of the Java side)."""
_LINES_KEPT: Final = 200
_LONGEST_LINE: Final = 500
_POLL: Final = 0.5
_PATIENCE: Final = 5.0
_WINDOWS: Final = sys.platform == "win32"


class JavaProcess:
    """A process that answers lines of JSON.

    It is the first of its own group, so that Ctrl-C at the terminal reaches Python alone, which
    ends the group then.  It ends by itself when Python is gone.

    Parameters
    ----------
    command
        The program and its arguments; the folder and Python's process number are added.
    folder
        Its private folder, removed at the end.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.folder = folder
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._started = False
        self._last: deque[str] = deque(maxlen=_LINES_KEPT)
        own_group: dict[str, Any] = (
            {"creationflags": 0x200} if _WINDOWS else {"start_new_session": True}
        )
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the chosen Java
                [*command, str(folder), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **environment()},
                **own_group,
            )
        except OSError as error:
            remove_folder(folder)
            raise HostError(
                command[0],
                "Java does not start",
                value=error.strerror or error,
                allowed="a program java that may be run",
                hint=OTHER_JAVA,
            ) from error
        self._readers = [
            threading.Thread(target=target, args=(pipe, *more, self._last), daemon=True)
            for target, pipe, more in (
                (_read_answers, self._process.stdout, (self._answers,)),
                (_read, self._process.stderr, ()),
            )
        ]
        for reader in self._readers:
            reader.start()
        # Also when nobody closes it: at the latest when Python ends.
        self._end = weakref.finalize(self, _end, self._process, self._readers, folder, os.getpid())

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """True if it can be asked."""
        # Before the system says that it is gone, its output ends.
        return self._end.alive and self._answers.empty() and self._process.poll() is None

    def greeting(self, timeout: float) -> dict[str, Any]:
        """Wait for the first line, which says that it has started.

        Raises
        ------
        HostError
            The time in seconds is over, and it was killed; or it has ended.
        """
        late = HostError(
            "ImageJ",
            "it has not started in time, and was stopped",
            value=f"{timeout:g} s",
            allowed="a Java that starts ImageJ within this time",
            hint="see whether the computer is busy, then try again; " + OTHER_JAVA,
        )
        found = self._answer(None, timeout, late)
        self._started = True
        return found

    def ask(self, request: Mapping[str, Any], timeout: float | None) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Parameters
        ----------
        request
            The request.
        timeout
            Seconds; afterwards the process is killed.

        Raises
        ------
        HostError
            The time is over, or the process has ended.
        """
        return self._answer(request, timeout, out_of_time(timeout))

    def _answer(
        self, request: Mapping[str, Any] | None, timeout: float | None, late: HostError
    ) -> dict[str, Any]:
        try:
            if request is not None:
                self._send(json.dumps(request).encode("ascii") + b"\n")
            answer = self._wait(timeout, late)
        except BaseException:  # Ctrl-C too: the answer to come would be taken for another one
            self.kill()
            raise
        if answer is None:
            raise self._ended()
        found = json.loads(answer)
        if not isinstance(found, dict):
            raise TypeError(f"not an answer: {answer[:100]!r}")
        return found

    def _send(self, line: bytes) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError("the process has no input")
        with contextlib.suppress(OSError):  # it has ended: the answer will say so
            stdin.write(line)
            stdin.flush()

    def _wait(self, timeout: float | None, late: HostError) -> bytes | None:
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = _POLL if end is None else min(_POLL, end - time.monotonic())
            try:
                return self._answers.get(timeout=max(0.0, left))
            except queue.Empty:
                # In short steps, since on Windows a wait cannot be interrupted.
                if end is not None and time.monotonic() >= end:
                    raise late from None

    def _ended(self) -> HostError:
        """Say why the process is gone, and clean up after it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        for reader in self._readers:
            reader.join(_PATIENCE)
        status = self._process.poll()
        self.kill()
        lines = list(self._last)
        what, hint = _reason(status, lines, started=self._started)
        error = HostError(
            "ImageJ",
            what,
            value=cause(lines),
            allowed="a process that lasts until it is closed",
            hint=hint,
        )
        if lines:
            error.add_note("\n".join(["Java's last words:", *lines]))
        return error

    def kill(self) -> None:
        """End it at once."""
        if self._end.alive and self._process.poll() is None:
            _kill(self._process)
        self._end()

    def close(self) -> None:
        """End it; it stops by itself when its input ends."""
        self._end()


def out_of_time(timeout: float | None) -> HostError:
    """Return the error about a macro that was stopped after a number of seconds."""
    return HostError(
        "ImageJ",
        "it has not finished in time, and was stopped",
        value=f"{timeout or 0:g} s",
        allowed="a macro that ends within the time limit",
        hint="allow more time, or see why the macro does not end",
    )


def _read_answers(
    pipe: IO[bytes], answers: queue.SimpleQueue[bytes | None], last: deque[str]
) -> None:
    """Sort lines into answers and others; after the last one comes ``None``."""
    with contextlib.suppress(ValueError, OSError):  # closed meanwhile
        for line in pipe:
            if line.startswith(MARK):
                answers.put(line[len(MARK) :])
            else:
                last.append(_shortened(line))
    answers.put(None)


def _read(pipe: IO[bytes], last: deque[str]) -> None:
    with contextlib.suppress(ValueError, OSError):
        for line in pipe:
            last.append(_shortened(line))


def _shortened(line: bytes) -> str:
    return line[:_LONGEST_LINE].decode("utf-8", "replace").rstrip("\r\n")


def _reason(status: int | None, lines: Sequence[str], *, started: bool) -> tuple[str, str | Text]:
    text = "\n".join(lines)
    if "OutOfMemoryError" in text:
        return (
            "its heap was too small, and it ended",
            LARGER_HEAP,
        )
    if "Could not reserve enough space" in text or "Invalid maximum heap" in text:
        return "Java cannot have a heap of this size", "choose a smaller " + Option("heap")
    if not started and status is not None and status >= 0:
        return f"it did not start, its process ended with status {status}", OTHER_JAVA
    if status is not None and status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else str(-status)
        return (
            f"its process was ended by the signal {name}",
            "see whether the computer's memory was full, then try again",
        )
    return (
        f"its process ended with status {status}",
        "see whether the macro ends Java (System.exit), then try again",
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and, where there are groups, what it has started."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end(
    process: subprocess.Popen[bytes],
    readers: Sequence[threading.Thread],
    folder: Path,
    owner: int,
) -> None:
    if os.getpid() != owner:
        return  # a fork of Python: the process is its parent's
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        _kill(process)
    for reader in readers:
        reader.join(_PATIENCE)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    remove_folder(folder)
