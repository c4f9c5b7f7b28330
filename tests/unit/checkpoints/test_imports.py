from __future__ import annotations

import subprocess
import sys

HEAVY = ("xarray", "pandas", "torch", "tifffile", "skimage", "scipy", "httpx")


def test_reading_a_run_loads_nothing_heavy() -> None:
    code = f"import sys, deepbacs_zoo.checkpoints; print({HEAVY!r} & sys.modules.keys())"
    code = code.replace(repr(HEAVY), f"set({HEAVY!r})")
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout == "set()\n"
