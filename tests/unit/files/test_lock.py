from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from deepbacs_zoo.files import one_process

HOLD = """
import sys
from pathlib import Path
from deepbacs_zoo.files import one_process
with one_process(Path(sys.argv[1])) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_given_to_one_process_and_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    with one_process(path, seconds=0) as alone:
        assert not alone
    holder.kill()
    holder.communicate()
    with one_process(path, seconds=10) as alone:
        assert alone
    assert path.exists()


@pytest.mark.parametrize("reason", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_without_locks_on_a_disk_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    def refused(descriptor: int, operation: int) -> None:
        raise OSError(reason, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refused)
    for _ in range(2):
        with one_process(tmp_path / ".lock", seconds=10) as alone:
            assert not alone


def test_a_lock_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), one_process(tmp_path / "no" / ".lock"):
        pass


def test_what_fails_inside_is_not_taken_for_a_missing_lock(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), one_process(tmp_path / ".lock") as alone:
        assert alone
        raise OSError(errno.ENOSPC, "full")
