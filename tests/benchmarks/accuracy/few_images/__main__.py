"""Few labelled fields, the default command, several seeds: what a user gets who has four images.

    python -m tests.benchmarks.accuracy.few_images [colony coli nuclei mixed] [--seeds 3]
        [--output DIR] [--archives DIR]

A training takes minutes; what is finished in the output folder is used again, and what was
interrupted goes on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.accuracy.few_images import few, mixed
from tests.benchmarks.accuracy.few_images.sets import SETS
from tests.benchmarks.accuracy.options import report

BENCHMARKS = {**{name: partial(few.run, name) for name in SETS}, "mixed": mixed.run}


def main(words: Sequence[str] | None = None) -> int:
    """Run the named sets, one table each.

    Returns
    -------
    int
        0: all bars are reached, or sets were left out for want of data; 1: a bar is missed; that of
        the error if something else is wrong.
    """
    parser = argparse.ArgumentParser(
        "few_images", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 0 on; 3 by default")
    parser.add_argument("--archives", type=Path, help="folder that holds the archives")
    parser.add_argument("--output", type=Path, help="folder for tables, images, runs and overlays")
    given = parser.parse_args(words)
    unknown = [name for name in given.sets if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no set is called {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    if given.seeds < 1:
        parser.error(f"--seeds {given.seeds}: at least one seed is needed")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary) if given.output is None else given.output
        options = few.Options(given.archives, work, range(given.seeds))
        codes = [
            report(partial(BENCHMARKS[name], options), given.output)
            for name in given.sets or BENCHMARKS
        ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
