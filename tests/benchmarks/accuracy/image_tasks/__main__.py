"""Methods that make images of images: trained by the default command, beside what needs no network.

    python -m tests.benchmarks.accuracy.image_tasks
        [denoising labeling superresolution upscaling real]
        [--seed N] [--output DIR] [--archives DIR] [--data DIR] [--careamics PYTHON]

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

from tests.benchmarks.accuracy.image_tasks import denoising, labeling, real, superresolution
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.options import report

BENCHMARKS = {
    "denoising": denoising.run,
    "labeling": labeling.run,
    "superresolution": superresolution.run,
    "upscaling": partial(superresolution.run, grid=superresolution.FINER),
    "real": real.run,
}


def main(words: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, one table each.

    Returns
    -------
    int
        0: all bars are reached, or benchmarks were left out for want of data; 1: a bar is missed;
        that of the error if something else is wrong.
    """
    parser = argparse.ArgumentParser(
        "image_tasks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--seed", type=int, default=0, help="of the trainings")
    parser.add_argument("--archives", type=Path, help="folder that holds the archives")
    parser.add_argument("--data", type=Path, help="folder of the real images")
    parser.add_argument("--careamics", type=Path, help="Python of an environment that has it")
    parser.add_argument("--output", type=Path, help="folder for tables, images and runs")
    given = parser.parse_args(words)
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary) if given.output is None else given.output
        options = Options(work, given.seed, given.archives, given.data, given.careamics)
        codes = [
            report(partial(BENCHMARKS[name], options), given.output)
            for name in given.names or BENCHMARKS
        ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
