"""The command line that all benchmarks share, and how one ends where its data is missing."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepbacs_zoo.errors import DeepbacsZooError
from tests.benchmarks.accuracy.archives import MissingDataError
from tests.benchmarks.accuracy.table import Table


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Parameters
    ----------
    archives
        Folder that holds the archives; ``None`` for the project's cache and pip.
    data
        Folder of the blood-cell images; ``None`` if not named.
    work
        Where images, runs, packages and overlays go.
    seed
        Of everything that is drawn.
    methods
        The methods that run; empty for all.
    start
        What ``--output`` of the bright-field benchmark left, to fine-tune its packages.
    curve
        Whether parts of the training images are trained on, too.
    seeds
        Number of trainings with seeds from ``seed`` on, for benchmarks that repeat theirs.
    """

    archives: Path | None
    data: Path | None
    work: Path
    seed: int
    methods: tuple[str, ...] = ()
    start: Path | None = None
    curve: bool = False
    seeds: int = 3

    def wants(self, method: str) -> bool:
        """Return whether a method runs."""
        return not self.methods or method in self.methods


def main(
    description: str, benchmark: Callable[[Options], Table], words: Sequence[str] | None = None
) -> int:
    """Run a benchmark by its command line; print its table, or why it was left out.

    Returns
    -------
    int
        0: all bars are reached, or it was left out for want of data; 1: a bar is missed; that of
        the error if something else is wrong.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--archives", type=Path, help="folder that holds the archives")
    parser.add_argument("--data", type=Path, help="folder of the blood-cell images (bccd)")
    parser.add_argument("--output", type=Path, help="folder for JSON, CSV, runs and overlays")
    parser.add_argument("--seed", type=int, default=0, help="of splits, weights and patches")
    parser.add_argument("--methods", nargs="*", default=[], help="only these, such as stardist")
    parser.add_argument("--start", type=Path, help="output of ecoli_brightfield to fine-tune")
    parser.add_argument("--curve", action="store_true", help="learning curve (blood_cells)")
    parser.add_argument(
        "--seeds",
        type=int,
        default=3,
        help="number of trainings, seeds from --seed on (blood_cells)",
    )
    given = parser.parse_args(words)
    # Progress bars of libraries and TensorFlow's greeting would stand between the tables.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary) if given.output is None else given.output
        options = Options(
            given.archives,
            given.data,
            work,
            given.seed,
            tuple(given.methods),
            given.start,
            given.curve,
            given.seeds,
        )
        return report(lambda: benchmark(options), given.output)


def report(benchmark: Callable[[], Table], output: Path | None) -> int:
    """Run a benchmark; print its table and write it into ``output``, or say why it was left out.

    Returns
    -------
    int
        As :func:`main`.
    """
    try:
        table = benchmark()
    except MissingDataError as error:
        sys.stdout.write(f"Skipped: {error}.\n")
        return 0
    except DeepbacsZooError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(table.text() + "\n")
    if output is not None:
        table.write(output)
    return 0 if all(bar.reached for bar in table.bars) else 1
