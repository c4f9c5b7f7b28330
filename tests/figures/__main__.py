"""``python -m tests.figures [--list] [--json] [--coverage] [--root FOLDER]``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.figures.coverage import run_coverage
from tests.figures.table import figures, table


def main() -> None:
    """Print the figures of a working tree."""
    parser = argparse.ArgumentParser("python -m tests.figures", description=__doc__)
    parser.add_argument("--list", action="store_true", help="all that is above a limit, not ten")
    parser.add_argument("--json", action="store_true", help="everything, for a program")
    parser.add_argument("--coverage", action="store_true", help="run all tests with coverage first")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2])
    options = parser.parse_args()
    if options.coverage:
        run_coverage(options.root)
    of = figures(options.root)
    if options.json:
        print(json.dumps(of, indent=1))
    else:
        print("\n".join(table(of, in_full=options.list)))


if __name__ == "__main__":
    main()
