"""Walk the matrix of images, annotations and packages through Python and ImageJ.

    python -m tests.benchmarks.field [--only TEXT] [--without-imagej] [--keep DIR] [--write]

Exit code 0: no row differs from what it must give, nor one language from the other; 1: one does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.field.table import summary, write_tables
from tests.benchmarks.field.walk import all_rows, open_imagej, walk


def main(words: Sequence[str] | None = None) -> int:
    """Walk, print the summary and every difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.field")
    parser.add_argument("--only", default="", help="rows whose part or name has this text")
    parser.add_argument("--without-imagej", action="store_true", help="Python alone")
    parser.add_argument("--keep", type=Path, help="new folder where the rows' files stay")
    parser.add_argument("--write", action="store_true", help="write the tables of README and ROWS")
    given = parser.parse_args(words)
    rows = [row for row in all_rows() if given.only in f"{row.part}: {row.name}"]
    if given.write and (given.only or given.without_imagej):
        parser.error("--write takes the whole matrix through both languages")
    start = time.monotonic()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        imagej = None if given.without_imagej else open_imagej(stack)
        outcomes = walk(rows, folder, imagej)
    for each in outcomes:
        for fault in each.faults:
            print(f"{each.part}: {each.name}: {fault}")
    print(f"\n{summary(outcomes)}\n{time.monotonic() - start:.0f} s")
    if given.write:
        write_tables(outcomes)
    return int(any(each.faults for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
