"""Processor seconds of validation, beside ``bioimageio test`` on the same packages.

    python -m tests.benchmarks.validation_speed [--rounds 3]

Each measurement is a process of its own, imports included; the rounds take turns, and the least of
each counts.  Static checks are files, metadata and the rules of programs, without running weights;
the format is bioimageio.spec's verdict.  The checks of ``bioimageio test`` are the format, files,
test outputs by every weights format, and other sizes; everything has tiles, agreement of formats
and models of other programs beside.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deepbacs_zoo.models import SHIPPED

STATIC: Final = """
import sys
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.metadata import check_metadata
from deepbacs_zoo.validation.checks.safety import check_safety
from deepbacs_zoo.validation.consumers.table import check_consumers
from deepbacs_zoo.validation.context import Context
class Static(Context):
    def first_session(self):
        return None
with open_package(sys.argv[1]) as package, Static(package) as context:
    for check in (check_safety, check_integrity, check_metadata, check_consumers):
        check(context)
"""
FORMAT: Final = (
    STATIC
    + """
    from pathlib import Path
    from deepbacs_zoo.validation.checks.format import check_format
    check_format(Path(sys.argv[1]), package)
"""
)
SAME: Final = """
import sys
from pathlib import Path
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.format import check_format
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.checks.sizes import check_sizes
from deepbacs_zoo.validation.context import Context
with open_package(sys.argv[1]) as package, Context(package) as context:
    check_format(Path(sys.argv[1]), package)
    for check in (check_integrity, check_reproduction, check_sizes):
        check(context)
"""
ALL: Final = "import sys; from deepbacs_zoo import validate; validate(sys.argv[1])"
BARS: Final = {"static": 1.0, "static and format": 3.0}
RATIO: Final = 2.0


def seconds(command: Sequence[str]) -> float:
    """Return the processor seconds of a program and its children."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def main() -> int:
    """Print a line for each package.

    Returns
    -------
    int
        0: all bars are reached; 1: one is missed.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    missed = False
    for name, model in SHIPPED.items():
        commands = commands_for(model.path)
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(given.rounds):
            for key, command in commands.items():
                best[key] = min(best[key], seconds(command))
        line = ", ".join(f"{key} {value:.2f} s" for key, value in best.items())
        missed |= any(best[key] > bar for key, bar in BARS.items())
        if "bioimageio test" in best:
            ratio = best["bioimageio test"] / best["its checks"]
            missed |= ratio < RATIO
            line += f"; bioimageio test over its checks here {ratio:.2f}"
        sys.stdout.write(f"{name}: {line}\n")
    return int(missed)


def commands_for(path: Path) -> Mapping[str, Sequence[str]]:
    """Return what is measured; the other program only where it is installed."""
    program = shutil.which("bioimageio")
    scripts = {"static": STATIC, "static and format": FORMAT}
    scripts |= {"its checks": SAME, "everything": ALL}
    commands = {key: [sys.executable, "-c", text, str(path)] for key, text in scripts.items()}
    if program is not None:
        commands["bioimageio test"] = [program, "test", str(path)]
    return commands


if __name__ == "__main__":
    sys.exit(main())
