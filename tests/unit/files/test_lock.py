from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
