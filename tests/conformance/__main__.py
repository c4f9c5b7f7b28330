"""Compare what validation predicts of bioimageio.core with what bioimageio.core does.

    python -m tests.conformance [--python VERSION=PYTHON ...] [--work DIR] [NAME ...]

Without ``--python`` an environment for each version is made in the work folder, by pip.  The
packages are those of ``tests/packages.py`` and those that ship, or the named ones.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deepbacs_zoo import validate
from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.package import open_package
from deepbacs_zoo.summary import ConsumerVerdict, Verdict
from deepbacs_zoo.validation.checks.tolerance import ABSOLUTE, RELATIVE
from tests.conformance.corpus import write_case
from tests.packages import CASES

ENVIRONMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "0.10.4": ("bioimageio.core==0.10.4", "torch", "onnxruntime"),
    "0.11.0": ("bioimageio.core==0.11.0", "pydantic<2.14", "torch", "onnxruntime"),
}
"""Versions of bioimageio.core, and what pip installs for them."""
SCRIPT: Final = Path(__file__).with_name("core_script.py")
CONSUMER: Final = "bioimageio.core"


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
    parser.add_argument("--python", action="append", default=[], metavar="VERSION=PYTHON")
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    with TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        pythons = dict(each.split("=", 1) for each in given.python) or {
            version: _environment(work / "environments" / version, packages)
            for version, packages in ENVIRONMENTS.items()
        }
        folder = _packages(work / "packages", given.names)
        predicted = {
            # The networks of the tests are code that comes with a package.
            path.stem: validate(path, trust=True).consumers
            for path in sorted(folder.glob("*.zip"))
        }
        wrong = 0
        for version, python in pythons.items():
            results = work / f"core-{version}.json"
            subprocess.run([python, str(SCRIPT), str(folder), str(results)], check=True)
            wrong += _compared(version, json.loads(results.read_bytes()), predicted, folder)
    return int(wrong > 0)


def _environment(folder: Path, packages: tuple[str, ...]) -> str:
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return str(python)


def _packages(folder: Path, names: list[str]) -> Path:
    """Write all packages as zips, with every weights format that the tests can make."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name in names or [*CASES, *SHIPPED]:
        if name in SHIPPED:
            shutil.copyfile(SHIPPED[name].path, folder / f"{name}.zip")
        else:
            write_case(folder, name)
    return folder


def _compared(
    version: str,
    found: Mapping[str, Any],
    predicted: Mapping[str, tuple[ConsumerVerdict, ...]],
    folder: Path,
) -> int:
    """Print disagreements and numbers of a version; return how many disagree."""
    wrong = total = 0
    for name, formats in found["packages"].items():
        for verdict in predicted.get(name, ()):
            if (verdict.consumer, verdict.version) != (CONSUMER, version):
                continue
            total += 1
            seen, why = _seen(formats, verdict.weights, folder / f"{name}.zip")
            if seen is not verdict.verdict:
                wrong += 1
                sys.stdout.write(
                    f"{CONSUMER} {version}, {name}, {verdict.weights}: predicted "
                    f"{verdict.verdict} ({verdict.reason}), seen {seen} ({why})\n"
                )
    sys.stdout.write(f"{CONSUMER} {version}: {total} verdicts, {wrong} wrong\n")
    return wrong


def _seen(formats: Mapping[str, Any], weights: str, path: Path) -> tuple[Verdict, str]:
    """Return the verdict that the program itself gives, and what it said."""
    if "load" in formats:
        return Verdict.FAILS, formats["load"]
    result = formats.get(weights)
    if result is None:
        return Verdict.FAILS, "the format is not there"
    test, predict = result["test"], result["predict"]
    if test != "passed" and not isinstance(predict, float):
        return Verdict.FAILS, f"{test}; {predict}"
    if test != "passed" or not isinstance(predict, float) or predict > _allowed(path):
        return Verdict.DIFFERS, f"{test}; {predict}"
    return Verdict.RUNS, f"{test}; {predict}"


def _allowed(path: Path) -> float:
    """Return the zoo's tolerance at the largest value of the test outputs."""
    with open_package(path) as package:
        largest = max(
            float(abs(package.tensor(spec.test_tensor)).max())
            for spec in package.outputs
            if spec.test_tensor is not None
        )
    return ABSOLUTE + RELATIVE * largest


if __name__ == "__main__":
    sys.exit(main())
