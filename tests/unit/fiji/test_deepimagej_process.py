"""The process of deepImageJ: what it leaves when it is killed."""

from __future__ import annotations

import sys
import uuid
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
