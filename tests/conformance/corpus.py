"""The packages of the tests with every weights format, and the verdicts that are expected on them.

    python -m tests.conformance.corpus

writes the expected verdicts again after a deliberate change; read the difference before it is
kept.  Those on bioimageio.core were compared with the program (``python -m tests.conformance``),
those on deepImageJ 3.1 follow rules that were found by running it, the others are predicted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.consumers.table import check_consumers
from deepbacs_zoo.validation.context import Context
from tests.package_writer import ALL_WEIGHTS
from tests.packages import CORPUS

EXPECTED: Final = Path(__file__).parents[1] / "data" / "packages" / "verdicts.json"
Verdicts = dict[str, dict[str, str]]
"""By program, then by weights format."""


def write_case(folder: Path, name: str) -> Path:
    """Write a package as a zip, with every weights format unless it has its own."""
    try:
        made = CORPUS[name](folder, name=f"{name}.zip", weights=ALL_WEIGHTS)
    except (TypeError, ValueError):  # the case has weights of its own
        made = CORPUS[name](folder, name=f"{name}.zip")
    if made.is_dir():
        return Path(shutil.make_archive(str(folder / name), "zip", made))
    return made


def verdicts_on(path: Path) -> Verdicts:
    """Return the verdicts on a package."""
    found: Verdicts = {}
    with open_package(path) as package, Context(package) as context:
        for each in check_consumers(context).consumers:
            # The plugin has the version of the project, which changes.
            program = each.consumer if "plugin" in each.consumer else each.program
            found.setdefault(program, {})[each.weights] = str(each.verdict)
    return found


def expected() -> dict[str, Verdicts]:
    """Return what is expected, by the name of the case."""
    loaded: dict[str, Verdicts] = json.loads(EXPECTED.read_text("utf-8"))
    return loaded


def _all() -> Iterator[tuple[str, Verdicts]]:
    with TemporaryDirectory() as folder:
        for name in CORPUS:
            yield name, verdicts_on(write_case(Path(folder), name))


def main() -> None:
    """Write the expected verdicts."""
    EXPECTED.write_text(json.dumps(dict(_all()), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
