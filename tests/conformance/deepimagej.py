"""Numbers of the real deepImageJ beside those that validation predicts of it.

    python -m tests.conformance.deepimagej FIJI

runs the packages below in a Fiji folder that has deepImageJ 3.1 with its PyTorch engine, and
writes to ``tests/data/packages/deepimagej.json`` how far its results are from those of the
description, or that it failed.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.fiji import prepare
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.validation.consumers.measured import Case, case_of
from deepbacs_zoo.validation.context import Context
from tests.data.runs.frozen import frozen_run

TABLE: Final = Path(__file__).parents[1] / "data" / "packages" / "deepimagej.json"


def _shipped(name: str, folder: Path) -> Path:
    return Path(shutil.copyfile(SHIPPED[name].path, folder / f"{name}.zip"))


def _drafted(run: str, consumer: str | None, folder: Path) -> Path:
    return draft(frozen_run(run), folder / "drafted", consumer=consumer)


PACKAGES: Final[Mapping[str, Callable[[Path], Path]]] = {
    **{name: partial(_shipped, name) for name in SHIPPED},
    "multilabel-unet": partial(_drafted, "multilabel-unet", None),
    "multilabel-unet for deepimagej": partial(_drafted, "multilabel-unet", "deepimagej"),
    "stardist": partial(_drafted, "stardist", None),
    "stardist for deepimagej": partial(_drafted, "stardist", "deepimagej"),
}
"""How each package is made in a folder."""


def measured() -> dict[str, Any]:
    """Return what was measured: versions, and the rows by package."""
    table: dict[str, Any] = json.loads(TABLE.read_text("utf-8"))
    return table


def main(fiji: Path) -> None:
    """Run all packages and write the table."""
    installed = find_deepimagej(fiji)
    program = DeepImageJProgram(installed, prepare(), timeout=240.0)
    rows: dict[str, Any] = {}
    for name, make in PACKAGES.items():
        with TemporaryDirectory() as work:
            path = make(Path(work))
            with open_package(path) as package, Context(package) as context:
                case = case_of(context)
                assert case is not None
                try:
                    found = case.measured(partial(_run, program, path, package, case))
                    rows[name] = {each.where: each.largest for each in found.differences}
                except DeepbacsZooError as error:
                    rows[name] = f"{type(error).__name__}: {error.what}"
        sys.stdout.write(f"{name}: {rows[name]}\n")
        sys.stdout.flush()
    engines = [engine.folder.name for engine in installed.engines]
    table = {"deepImageJ": installed.version, "engines": engines, "largest differences": rows}
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _run(
    program: DeepImageJProgram, path: Path, package: Package, case: Case, image: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the output of the macro for planes ``b c y x``, with one channel."""
    with TemporaryDirectory() as name:
        work = Path(name)
        model = work / "model"
        if path.is_dir():
            shutil.copytree(path, model)
        else:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(model)
        plane, folder = work / "images" / "image.tif", work / "run"
        plane.parent.mkdir()
        folder.mkdir()
        stack = image[:, 0]
        if len(stack) == 1:
            tifffile.imwrite(plane, stack[0], imagej=True)
        else:
            tifffile.imwrite(plane, stack, imagej=True, metadata={"axes": "ZYX"})
        outcome = program.run(
            model, [plane], 1, folder, package=path, name=str, progress=lambda done: None
        )
        (file,) = outcome.files_of(plane)
        spec = package.outputs[0]
        channels = spec.size_of("c") or 1
        shape = (len(stack), channels, *image.shape[2:])
        return {spec.id: np.asarray(tifffile.imread(file)).reshape(shape)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
