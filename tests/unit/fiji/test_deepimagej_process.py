"""The process of deepImageJ: what it leaves when it is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from deepbacs_zoo.fiji.deepimagej.process import run_java

_HANGS = """
import os, sys, time
from multiprocessing import resource_tracker, shared_memory
shared = shared_memory.SharedMemory(sys.argv[1], create=True, size=64)
resource_tracker.unregister(shared._name, "shared_memory")  # as Java, nobody frees it
print('{"memoryName":"/' + sys.argv[1] + '"}', file=sys.stderr, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows frees it by itself")
def test_memory_that_a_killed_process_shared_is_freed(tmp_path: Path) -> None:
    name = f"shm-{uuid.uuid4()}"
    command = [sys.executable, "-c", _HANGS, name]
    ended = run_java(command, tmp_path, tmp_path, timeout=5, finished=lambda: 0)
    assert ended.status is None
    assert name in ended.errors
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)


_PREDICTS = """
import sys
from pathlib import Path
from deepbacs_zoo.fiji.deepimagej.process import run_java
hangs = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"
folder = Path(sys.argv[1])
run_java([sys.executable, "-c", hangs], folder, folder.parent, timeout=600, finished=lambda: 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    parent = subprocess.Popen([sys.executable, "-c", _PREDICTS, str(folder)])
    printed = folder / "stdout"
    _until(lambda: printed.is_file() and printed.read_text().endswith("\n"))
    child = int(printed.read_text())
    parent.kill()
    parent.wait()
    _until(lambda: not _runs(child) and not folder.exists())


def _until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it has not come true in a minute")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
