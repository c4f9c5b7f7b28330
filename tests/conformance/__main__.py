"""Compare what validation predicts of other programs with what these do.

    python -m tests.conformance [--python PROGRAM=PYTHON ...] [--work DIR] [--only PROGRAM ...]
                                [NAME ...]

Each program has an environment of its own: the one that ``--python`` names, or one that is made
in the work folder by pip.  The packages are those of ``tests/packages.py`` and those that ship,
or the named ones.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deepbacs_zoo import validate
from deepbacs_zoo.models import SHIPPED
from tests.conformance.corpus import write_case
from tests.conformance.programs import PROGRAMS, Comparison
from tests.packages import CORPUS

HERE: Final = Path(__file__).parent


def main() -> int:
    """Print a line for each verdict that is not what the program does.

    Returns
    -------
    int
        0: there is none; 1: there are some.
    """
    parser = argparse.ArgumentParser(
        "conformance", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--python", action="append", default=[], metavar="PROGRAM=PYTHON")
    parser.add_argument("--only", action="append", choices=PROGRAMS, metavar="PROGRAM")
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    pythons = dict(each.rsplit("=", 1) for each in given.python)
    if unknown := {*pythons, *given.names} - {*PROGRAMS, *CORPUS, *SHIPPED}:
        parser.error(f"{', '.join(sorted(unknown))}: no program or package of the tests")
    with TemporaryDirectory() as temporary:
        work = (given.work or Path(temporary)).absolute()
        folder = _packages(work / "packages", given.names)
        ours = {
            # The networks of the tests are code that comes with a package.
            path.stem: validate(path, trust=True)
            for path in sorted(folder.glob("*.zip"))
        }
        wrong = 0
        for name in given.only or pythons or PROGRAMS:
            program, slug = PROGRAMS[name], name.replace(" ", "-")
            python = pythons.get(name) or _made(work / "environments" / slug, program.requirements)
            results = work / f"{slug}.json"
            subprocess.run([python, str(HERE / program.script), folder, results], check=True)
            found = json.loads(results.read_bytes())
            label = f"{name} ({found['version']})"
            wrong += _printed(label, program.compare(found["packages"], ours, folder))
    return int(wrong > 0)


def _made(folder: Path, requirements: tuple[str, ...]) -> str:
    """Return the interpreter of an environment, which is made if it is not there."""
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        venv.create(folder, with_pip=True, clear=True)
        if requirements:
            install = [str(python), "-m", "pip", "install", "--quiet", *requirements]
            subprocess.run(install, check=True)
        (folder / "made").touch()
    return str(python)


def _packages(folder: Path, names: list[str]) -> Path:
    """Write all packages as zips, with every weights format that the tests can make."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name in names or [*CORPUS, *SHIPPED]:
        if name in SHIPPED:
            shutil.copyfile(SHIPPED[name].path, folder / f"{name}.zip")
        else:
            write_case(folder, name)
    return folder


def _printed(label: str, comparisons: Iterable[Comparison]) -> int:
    """Print disagreements and numbers of a program; return how many disagree."""
    wrong = total = 0
    for each in comparisons:
        total += 1
        if each.seen != each.predicted:
            wrong += 1
            sys.stdout.write(
                f"{label}, {each.what}: predicted {each.predicted} ({each.reason}), "
                f"seen {each.seen} ({each.said})\n"
            )
    sys.stdout.write(f"{label}: {total} verdicts, {wrong} wrong\n")
    sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
